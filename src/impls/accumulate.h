// Folds of neighbouring vectors whose elements lie a pixel apart: what reductions and norms over the pixels of
// channels-last tensors have in common.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include "codegen/llvm/kernel_builder.h"
#include "support/int_math.h"

namespace convoy {

/// `count` pixels, `stride` elements apart, of each of which `elems` elements from the first on are folded.
struct PixelLine {
  int64_t count = 1, stride = 0;
  int64_t elems = 0;
  DType dtype = DType::f32;  ///< others than f32 are widened to i32

  int vectors(int lanes) const { return static_cast<int>(ceil_div(elems, lanes)); }
  /// Lanes of vector v that exist.
  int active(int v, int lanes) const { return static_cast<int>(std::min<int64_t>(lanes, elems - v * lanes)); }
};

/// Accumulators for each vector so that together they are half of the registers, which hides the latency of
/// additions.
int accumulators_per_vector(const KernelBuilder& b, const PixelLine& line);

/// A vector of elements `offset` behind `pointer`, which counts offsets in elements; integers are widened to i32.
Val load_widened(KernelBuilder& b, DType dtype, Val pointer, int64_t offset, int active);

/// What is accumulated after `value`, vector `v` of a pixel.
using AccumulateFn = std::function<Val(Val so_far, Val value, int v)>;

/// Adds a line to the accumulators [u][vector], pixel u of each `unroll` to those of u.
std::vector<Val> accumulate(KernelBuilder& b, Val src, const PixelLine& line, int unroll, std::vector<Val> sums,
                            const AccumulateFn& add);

}  // namespace convoy
