// f32 values that lie in memory as bf16, the upper half of their bits: loads widen, stores round to the nearest, ties
// to even; NaN stays NaN. KernelBuilder's loads and stores come here when a pointer says so.
#pragma once

#include "codegen/llvm/builder_impl.h"

namespace convoy {

/// A vector from contiguous elements; `active` lanes exist (all when negative), the others are zero.
Val load_bf16(KernelBuilder& b, Val pointer, int active);
/// The same from elements `stride` apart.
Val gather_bf16(KernelBuilder& b, Val pointer, int64_t stride, int count);
Val load_one_bf16(KernelBuilder& b, Val pointer);
Val splat_bf16(KernelBuilder& b, Val pointer);

/// The bits to be stored of f32 `value`, a vector or a scalar.
Val rounded_to_bf16(KernelBuilder& b, Val value);
/// Stores the first `count` lanes `stride` elements apart.
void scatter_bf16(KernelBuilder& b, Val value, Val pointer, int64_t stride, int count);

}  // namespace convoy
