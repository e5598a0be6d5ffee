// Convolution with few output channels, NHWC input: the last layers of networks that make pictures. A direct kernel
// would hold one channel in each lane and leave most lanes empty; here the lanes run over input channels,
//
//   acc[m][o] (a vector) += src[n, ih(h,y), iw(w+m,x), i .. i+lanes] * weights[y][x][i/lanes][o][0 .. lanes]
//
// and are added up once, when a tile of mr pixels is done: acc of mr pixels become one vector with a pixel in each
// lane, to which bias and epilogue are applied.
//
// src: channel stride 1. dst: any strides; a width stride of 1 is the fastest. Weights are packed as
// [y][x][channel vector][o][lanes], zero beyond the last channel; bias as [o]. Where src is bf16 and the Isa has dot
// products of bf16 pairs, so are the weights, and a vector has two channels a lane. No scratch memory.
//
// Task space: rows = batch x output rows, one column.
#pragma once

#include "impls/conv2d/direct_kernel.h"

namespace convoy {

struct FewOutputsKernel {
  ConvGeometry geometry;
  int mr = 1;              ///< pixels of a tile
  int64_t dst_offset = 0;  ///< elements from the output's first to the kernel's first
  OutputIndex output;
  Epilogue epilogue;
  std::string name;
};

/// Pixels of a tile: as many as accumulators fit into registers; 0 when not even one fits.
int few_outputs_mr(const ConvGeometry& g, const Isa& isa);
/// Why the kernel cannot compute it; "" when it can.
std::string few_outputs_refusal(const ConvGeometry& g, const Isa& isa);
/// Estimate for one run on all of the target's threads.
double few_outputs_cost_ns(const ConvGeometry& g, const Target& target);
PackedArg pack_few_outputs_weights(const ConvGeometry& g, const Isa& isa, WeightSource source);

/// The step without its arguments, which are those of the direct kernel (DirectArg).
StepSpec few_outputs_step(const FewOutputsKernel& kernel, const Target& target);

}  // namespace convoy
