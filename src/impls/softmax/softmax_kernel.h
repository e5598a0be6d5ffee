// What the kernels for softmax and its logarithm share: the problem as loops.
#pragma once

#include "impls/copy/loop_dims.h"
#include "impls/epilogue.h"

namespace convoy {

struct SoftmaxKernel {
  bool log = false;
  int axis = 0;
  int64_t extent = 1;
  std::vector<LoopDim> others;  ///< strides of {src, dst}
  std::vector<int64_t> dst;     ///< strides per axis
  Epilogue epilogue;

  std::string key() const;
};

/// For the problem's views. Kernel arguments: src, dst, the epilogue's.
SoftmaxKernel make_softmax(const Problem& problem);

/// Demands and layout of an implementation that wants the axis innermost, without cost and name; or why there is none.
Proposal propose_softmax(const Problem& problem);

/// The step without kernel name, emitter and task space.
StepSpec softmax_step(const Problem& problem, const SoftmaxKernel& kernel);

/// Rows along the axis, elements of each, and rows side by side along the last of the other axes.
struct SoftmaxSize {
  int64_t rows = 1, extent = 1, line = 1;
};
SoftmaxSize softmax_size(const Problem& problem);

}  // namespace convoy
