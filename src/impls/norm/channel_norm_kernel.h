// Kernels of the norms whose statistics are of all pixels of an image, of one channel (instance normalisation) or
// of groups of channels, on NHWC tensors:
//
//   dst[n,h,w,c] = epilogue((src[n,h,w,c] - mean[n,g]) * factor[n,c] + bias[c]),
//   factor[n,c] = scale[c] / sqrt(variance[n,g] + epsilon),   g the group of c
//
// src and dst: f32, channel stride 1. Three kernels, each in parallel:
//
//   moments: mean and sum of squared deviations of each channel, for blocks of image rows. A block is read twice,
//            the second time from L1: with two passes a large mean costs no more digits than its own rounding.
//   combine: the moments of all blocks and all channels of a group, exactly: the deviations of the parts' means from
//            the common mean are added to the parts' own. Gives mean[n,c] and factor[n,c].
//   apply:   the formula above.
//
// Task spaces: moments: rows = batch x blocks; combine: rows = batch; apply: rows = batch x image rows.
#pragma once

#include "impls/epilogue.h"
#include "support/int_math.h"

namespace convoy {

struct ChannelNorm {
  int64_t n = 1, channels = 1, h = 1, w = 1;
  std::vector<int64_t> src, dst;  ///< strides along N, C, H, W
  bool has_rows = true;           ///< false: the tensors are N, C, W
  int64_t groups = 1;
  double epsilon = 0;
  int64_t padded = 1;      ///< channels rounded up to whole vectors: the length of temporary rows
  int64_t block_rows = 1;  ///< image rows per block

  int64_t blocks() const { return ceil_div(h, block_rows); }
  int64_t moments_bytes() const { return 4 * n * blocks() * 2 * padded; }
  int64_t parameter_bytes() const { return 4 * n * padded; }
  std::string key() const;
};

/// Channel vectors that are computed together.
constexpr int kMomentsVectors = 4;

enum MomentsArg { kMomentsSrc, kMomentsDst, kMomentsArgs };
/// Writes moments[n][block][mean, squares][padded].
void emit_channel_moments(KernelBuilder& b, const ChannelNorm& norm);

enum CombineArg { kCombineMoments, kCombineScale, kCombineMean, kCombineFactor, kCombineArgs };
/// Writes mean[n][padded] and factor[n][padded].
void emit_channel_combine(KernelBuilder& b, const ChannelNorm& norm);

enum ApplyArg { kApplySrc, kApplyMean, kApplyFactor, kApplyBias, kApplyDst, kApplyEpilogue };
void emit_channel_apply(KernelBuilder& b, const ChannelNorm& norm, const Epilogue& epilogue);

}  // namespace convoy
