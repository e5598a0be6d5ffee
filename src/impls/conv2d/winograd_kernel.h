// Winograd convolution F(m_h x m_w, r_h x r_w), NHWC, stride 1, windows 3x3, 5x5, 1x7, ...:
//
//   Y = A^T [ sum over channels of (G w G^T) * (B^T d B) ] A   for every tile of m_h x m_w outputs
//
// A block of tiles goes through all three stages before the next begins, so that the transformed tensors stay
// in L2 and never reach memory: input transform to V[xi][tile][ic], one matrix product per xi (of
// (m_h+r_h-1)(m_w+r_w-1)) to M[xi][tile][oc], output transform with bias and epilogue to dst. Weights are transformed
// at compile time in double precision to U[xi][channel block][ic][nb * lanes].
//
// Task space: rows = blocks of tiles over batch and image, one column. Scratch: V, M, the padded tile and the
// tile between the two passes of a transform.
#pragma once

#include "impls/conv2d/cook_toom.h"
#include "impls/conv2d/geometry.h"
#include "impls/conv2d/sub_pixels.h"
#include "impls/epilogue.h"
#include "impls/register_tile.h"

namespace convoy {

/// F(m, r) along one axis: m outputs of r taps from m + r - 1 inputs. A window of one tap has m = 1: nothing to save.
struct WinogradAxis {
  int m = 1, r = 1;

  int tile() const { return m + r - 1; }
  bool operator==(const WinogradAxis&) const = default;
};

/// Tiles of m outputs, if the window has more than one tap.
WinogradAxis winograd_axis(const WindowAxis& axis, int m);

struct WinogradConfig {
  WinogradAxis h, w;
  RegisterTile tile;         ///< of the matrix products: tiles x channel vectors
  int64_t block_tiles = 12;  ///< multiple of tile.mr

  int planes() const { return h.tile() * w.tile(); }
};

/// Tiles, blocks and the layout of the scratch memory (in elements).
struct WinogradLayout {
  int64_t tiles_h = 0, tiles_w = 0, tiles = 0, blocks = 0;
  int64_t ic_vectors = 0, oc_vectors = 0;
  int64_t v_tile = 0, v_plane = 0;  ///< distance of tiles, of xi
  int64_t m_tile = 0, m_plane = 0;
  int64_t v = 0, products = 0, between = 0, patch = 0, end = 0;  ///< offsets in scratch
  int64_t oc_blocks = 0;

  WinogradLayout(const ConvGeometry& g, const WinogradConfig& config, int lanes);
};

/// Why F(m x m, ...) does not compute a convolution of stride 1, or should not; "" when it can. `plain_weights`: those
/// of winograd_lean.
std::string winograd_tile_refusal(const ConvGeometry& g, int m, bool plain_weights, const Target& target);
/// Tiles of m outputs along each axis of more than one tap.
WinogradConfig choose_winograd(const ConvGeometry& g, int m, const Target& target);
/// Whether products that are zero, for the taps that some sub-pixels lack, are left out: those of the point 0 (the
/// first row or column of a transformed tile), where blocks of output channels belong to one sub-pixel each.
bool leaves_zeros_out(const SubPixels& sub_pixels, const WinogradConfig& config, int lanes);
/// Estimate for one run on all of the target's threads.
double winograd_cost_ns(const ConvGeometry& g, const WinogradConfig& config, const Target& target,
                        const SubPixels& sub_pixels = {});
/// `weights`: O, I, r_h, r_w.
PackedArg pack_winograd_weights(const ConvGeometry& g, const WinogradConfig& config, int lanes, const Tensor& weights);

/// A run of the input's channels: a tensor of its own, each pixel of which counts as up_h x up_w pixels of the input.
struct WinogradSource {
  int64_t channels = 0;
  int64_t up_h = 1, up_w = 1;
  int64_t h = 0, w = 0;          ///< extents of the tensor
  std::vector<int64_t> strides;  ///< of N, C, H, W
  int64_t offset = 0;            ///< of its first pixel, in elements
  bool prefetched = false;       ///< with another source, whose cache lines it shares
};

/// Arguments: these, one for each source, and those of the epilogue.
enum WinogradArg { kWinogradWeights, kWinogradBias, kWinogradDst, kWinogradSources };

struct WinogradKernel {
  ConvGeometry geometry;
  std::vector<WinogradSource> sources;  ///< all but the last have whole vectors of channels
  WinogradConfig config;
  Epilogue epilogue;
  std::string name;
  /// What the channels of the geometry are, whose strides of dst are the output's.
  SubPixels sub_pixels = {};
};
/// The step without its arguments.
StepSpec winograd_step(const WinogradKernel& kernel, const Target& target);

}  // namespace convoy
