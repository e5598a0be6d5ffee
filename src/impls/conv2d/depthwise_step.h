// What the depthwise convolutions share besides their kernels: what they accept and ask for, and the step they become.
#pragma once

#include <functional>
#include <string>

#include "impls/conv2d/geometry.h"
#include "impls/epilogue.h"
#include "impls/impl.h"

namespace convoy {

/// Arguments of the kernel: src and dst with channel stride 1, weights as it packs them, a bias for whole vectors; then
/// the epilogue's.
enum DepthwiseArg { kSrc, kWeights, kBias, kDst, kEpilogueArgs };

struct DepthwiseKernel {
  std::string name;
  int64_t vector_channels = 1;  ///< in a column of the task space; rows are batch x output rows
  double cost_ns = 0;           ///< on all of the target's threads
  std::function<void(KernelBuilder&, const Epilogue&)> emit;
};

bool is_depthwise(const ConvGeometry& g);
/// [channel vector][y][x][lanes]
Tensor pack_depthwise_weights(const Problem& problem, const ConvGeometry& g);
Proposal propose_depthwise(const Problem& problem, const DepthwiseKernel& kernel);
Lowered lower_depthwise(const Problem& problem, const ConvGeometry& g, const DepthwiseKernel& kernel, Tensor weights);

}  // namespace convoy
