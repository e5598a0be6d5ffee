// 1x1 convolution by Strassen's algorithm, in Winograd's form with 7 products and 15 sums for the 8 products of a
// 2 x 2 block matrix product. An eighth of the multiplications is saved; what it costs, sums of register tiles and of
// short rows of the input, is a few percent of them where there are some hundred channels.
//
// The three matrices are halved: pixels into those of the first and the second half of the image(s), output channels
// likewise, and input channels within each block of the reduction:
//
//   A11 A12   first half of the pixels       B11 B12   first half of the block's input channels
//   A21 A22   second half                    B21 B22   second half
//
//   S1 = A21 + A22   S2 = S1 - A11   S3 = A11 - A21   S4 = A12 - S2
//   T1 = B12 - B11   T2 = B22 - T1   T3 = B22 - B12   T4 = T2 - B21
//   P1 = A11 B11   P2 = A12 B21   P3 = S4 B22   P4 = A22 T4   P5 = S1 T1   P6 = S2 T2   P7 = S3 T3
//   C11 = P1 + P2   U2 = P1 + P6   U3 = U2 + P7   C12 = U2 + P5 + P3   C21 = U3 - P4   C22 = U3 + P5
//
// A kernel computes two register tiles of pixels, one in each half, and two vector blocks of output channels: S into
// scratch memory, the products one after the other in registers, partial sums U between them in scratch. Weights are
// combined when they are packed: [block of output channels][block of the reduction][B11 T2 T3 -T4 T1 B22 B21][k][nb *
// lanes], in the order of use.
//
// Task space: rows = pairs of register tiles, columns = blocks of output channels.
// Source: S. Winograd, "On multiplication of 2 x 2 matrices" (1971); J. Huang et al., "Strassen's algorithm reloaded"
// (SC 2016).
#pragma once

#include "impls/conv2d/geometry.h"
#include "impls/epilogue.h"
#include "impls/register_tile.h"

namespace convoy {

struct StrassenConfig {
  RegisterTile tile;
  int64_t half_block = 16;  ///< half of the input channels of a block of the reduction
  int64_t slab_tiles = 1;   ///< pairs of tiles whose input stays in L2 while all output channels pass

  int64_t blocks(const ConvGeometry& g) const { return g.ic / (2 * half_block); }
};

/// Why the convolution cannot be halved in all three ways; "" when it can.
std::string strassen_refusal(const ConvGeometry& g, const Target& target);
StrassenConfig choose_strassen(const ConvGeometry& g, const Target& target);
/// Estimate for one run on all of the target's threads.
double strassen_cost_ns(const ConvGeometry& g, const StrassenConfig& config, const Target& target);
/// Largest error of a layer of so many channels, relative to its largest result: measured, as winograd_error() is.
/// Safe to call from several threads.
double strassen_error(int64_t channels);

/// `weights`: O, I, 1, 1.
PackedArg pack_strassen_weights(const ConvGeometry& g, const StrassenConfig& config, int lanes, const Tensor& weights);

/// Arguments: these and the epilogue's. Bias has a value for each output channel.
enum StrassenArg { kStrassenSrc, kStrassenWeights, kStrassenBias, kStrassenDst, kStrassenEpilogue };

struct StrassenKernel {
  ConvGeometry geometry;
  StrassenConfig config;
  Epilogue epilogue;
  std::string name;
};
/// The step without its arguments.
StepSpec strassen_step(const StrassenKernel& kernel, const Target& target);

}  // namespace convoy
