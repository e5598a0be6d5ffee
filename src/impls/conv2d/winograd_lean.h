// Winograd convolution that transforms its weights while it runs. winograd_kernel.h keeps them transformed, which
// takes (m+r-1)^2 / r^2 times the memory of the weights themselves: 4 for F(4x4, 3x3). Where a layer has few
// tiles and many channels, reading them takes longer than computing them from the original.
//
// Two steps. The first transforms the input into V[block of tiles][xi_h][xi_w][tile][ic]. The second has one task
// for every block of tiles and vector of output channels. Row xi_h of the products of a whole block is summed up
// in registers, U never leaves them:
//
//   M[xi_h][xi_w][tile] = sum over ic of V[xi_h][xi_w][tile][ic] * U[xi_w],   U = G_w row of (G_h w)
//
// and M, which stays in L1, is transformed back into dst with bias and epilogue.
#pragma once

#include "impls/conv2d/winograd_kernel.h"

namespace convoy {

struct LeanConfig {
  WinogradAxis h, w;
  int block_tiles = 4;  ///< block_tiles * w.tile() accumulators

  int planes() const { return h.tile() * w.tile(); }
};

/// Sizes and strides in elements.
struct LeanLayout {
  int64_t tiles = 0, blocks = 0, ic_vectors = 0, oc_vectors = 0;
  int64_t v_tile = 0, v_plane = 0, v_block = 0, v = 0;  ///< of V in its own buffer
  int64_t weights_ic = 0, weights_oc = 0;               ///< [oc vector][ic][r_h][r_w][lanes]
  int64_t m_plane = 0;
  int64_t products = 0, between = 0, end = 0;  ///< offsets in the second step's scratch

  LeanLayout(const ConvGeometry& g, const LeanConfig& config, int lanes);
};

/// For tiles of m outputs along each axis of more than one tap.
LeanConfig choose_lean(const ConvGeometry& g, int m, const Target& target);
/// Estimates for one run on all of the target's threads.
struct LeanCost {
  double input_ns = 0, products_ns = 0;
};
LeanCost lean_cost(const ConvGeometry& g, const LeanConfig& config, const Target& target);
/// `weights`: O, I, r_h, r_w.
PackedArg pack_lean_weights(const ConvGeometry& g, const LeanConfig& config, int lanes, const Tensor& weights);

/// Arguments of the first step (and one for each source), of the second.
enum LeanInputArg { kLeanV, kLeanSources };
enum LeanArg { kLeanProductsV, kLeanWeights, kLeanBias, kLeanDst, kLeanEpilogue };

struct LeanKernel {
  ConvGeometry geometry;
  std::vector<WinogradSource> sources;
  LeanConfig config;
  Epilogue epilogue;
  std::string name;
};
/// The two steps without their arguments.
std::vector<StepSpec> lean_steps(const LeanKernel& kernel, const Target& target);

}  // namespace convoy
