// Direct convolution, NHWC, any window: the kernel shared by conv2d, conv_transpose2d (one call a phase) and
// matmul (a convolution whose pixels are the rows).
//
//   dst[n, h, w, g*OC + o] = epilogue(bias[o] + sum over taps y, x and channels i of
//                            src[n, ih(h,y), iw(w,x), g*IC + i] * weights[g][o][i][y][x])
//
// src: any strides. dst: channel stride 1. Weights are packed as
// [group][channel block][reduction block][y][x][ic][nb * lanes], zero beyond the last channel; bias as
// [group][channel block][nb * lanes]. Where src is bf16 with channels innermost and the Isa has dot products of bf16
// pairs, weights are bf16 pairs, [..][ic / 2][nb * lanes][2], and a step multiplies two input channels.
//
// Task space: rows = batch x output rows, columns = groups x channel blocks. A row is divided into register
// tiles of nearly equal width; tiles at the borders leave out the taps outside the input, so padding costs
// neither memory nor multiplications. Rows go in slabs whose input stays in L2 while all channel blocks pass;
// long reductions are divided so that a block's weights stay in L2 as well (partial sums wait in dst).
#pragma once

#include "impls/conv2d/geometry.h"
#include "impls/epilogue.h"
#include "impls/register_tile.h"
#include "support/int_math.h"

namespace convoy {

struct DirectConfig {
  RegisterTile tile;
  int64_t ic_block = 1;   ///< channels of one reduction block
  int64_t slab_rows = 1;  ///< output rows per slab
  bool pairs = false;     ///< weights are bf16, input channels are multiplied in pairs

  /// Steps of the register tile for `ic` channels, and channels of a step.
  int64_t steps(int64_t ic) const { return pairs ? ceil_div(ic, int64_t{2}) : ic; }
  int64_t step_channels() const { return pairs ? 2 : 1; }
  /// Weights in memory of `ic` channels for each tap and output channel.
  int64_t packed_channels(int64_t ic) const { return steps(ic) * step_channels(); }
  int64_t ic_blocks(const ConvGeometry& g) const { return ceil_div(g.ic, ic_block); }
  int64_t oc_blocks(const ConvGeometry& g, int lanes) const { return (g.oc + tile.nb * lanes - 1) / (tile.nb * lanes); }
  std::string key() const;
};

DirectConfig choose_direct(const ConvGeometry& g, const Target& target);

/// Estimate for one run on all of the target's threads.
double direct_cost_ns(const ConvGeometry& g, const DirectConfig& config, const Target& target);

/// Where the weights of a model lie: element (group, o, i, y, x) at
/// weights[group * group_stride + o * o_stride + i * i_stride + y_offsets[y] + x_offsets[x]].
struct WeightSource {
  Tensor weights;
  int64_t group_stride = 0, o_stride = 0, i_stride = 0;
  std::vector<int64_t> y_offsets = {0}, x_offsets = {0};
};
PackedArg pack_direct_weights(const ConvGeometry& g, const DirectConfig& config, int lanes, WeightSource source);
Tensor pack_direct_bias(const ConvGeometry& g, const DirectConfig& config, int lanes, const Tensor* bias);

/// Arguments of the kernel: src, weights, bias, dst, then the epilogue's.
enum DirectArg { kDirectSrc, kDirectWeights, kDirectBias, kDirectDst, kDirectEpilogue };

/// Which element of the group's output the kernel's (n, c, h, w) is: the axis of each, -1 for none. Phases of
/// a transposed convolution compute every w_stride-th pixel from w_offset on.
struct OutputIndex {
  int rank = 4;
  int n_axis = 0, c_axis = 1, h_axis = 2, w_axis = 3;
  int64_t h_stride = 1, h_offset = 0, w_stride = 1, w_offset = 0;

  std::vector<Val> at(KernelBuilder& b, Val n, Val c, Val h, Val w) const;
  /// Constant offsets of a pixel `m` and a channel `c` further.
  std::vector<int64_t> offsets(int64_t m, int64_t c) const;
  std::string key() const;
};

struct DirectKernel {
  ConvGeometry geometry;
  DirectConfig config;
  int64_t dst_offset = 0;  ///< elements from the output's first to the kernel's first
  OutputIndex output;
  Epilogue epilogue;
  std::string name;
};
/// The step without its arguments.
StepSpec direct_step(const DirectKernel& kernel, const Target& target);

}  // namespace convoy
