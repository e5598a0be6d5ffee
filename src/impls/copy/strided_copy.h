// Copies between strided views: what layout conversions, concatenations and data-movement operators are
// made of.
#pragma once

#include "impls/copy/loop_dims.h"
#include "impls/impl.h"
#include "impls/views.h"

namespace convoy {

/// dst[index] = src[index]: views of one shape and element size, or one of f32 and one of bf16. Offsets count from the
/// addresses that the step's arguments will be given.
struct CopyProblem {
  PlacedView src, dst;
  StepArg src_arg, dst_arg;
};

/// No step when there is nothing to copy.
std::vector<StepSpec> lower_strided_copy(const CopyProblem& copy, const Target& target);

/// On one thread.
double strided_copy_cost_ns(const TensorView& src, const TensorView& dst, const Target& target);

/// How a copy is vectorised.
enum class CopyMode {
  rows,          ///< both sides walk the innermost dimension
  tiles,         ///< each side is contiguous along another dimension: lanes x lanes tiles are transposed
  interleave,    ///< a few source rows become one dst row (planes to pixels)
  deinterleave,  ///< the inverse
};

/// What a copy moves, for kernels' names: "32bit" for bits as they are, or what it reads and writes as numbers.
std::string element_words(DType src, DType dst);

/// A copy as loops. Strides of dimensions: dst, src.
struct CopyLoops {
  CopyMode mode = CopyMode::rows;
  std::vector<LoopDim> dims;  ///< rows: the last is vectorised. Others: without the two below
  LoopDim dst_dim, src_dim;   ///< contiguous in dst and in src
  int64_t dst_offset = 0, src_offset = 0;
  std::string elements = "32bit";  ///< element_words()
  DType narrow = DType::f32;       ///< u8 or u16: elements of 1 or 2 bytes are moved as they are, by rows

  bool moves_bits() const { return elements == "32bit"; }
};

CopyLoops copy_loops(const CopyProblem& copy);
/// Kernel arguments: dst, src.
StepSpec copy_step(const CopyLoops& loops, const Target& target);

}  // namespace convoy
