// Loads and stores of the first lanes of a vector, whatever its elements are.
#pragma once

#include "codegen/llvm/builder_impl.h"

namespace convoy {

/// A vector of `type` from `pointer`. `active` lanes exist (all when negative); the others are not touched and
/// are zero.
Val load_lanes(KernelBuilder& b, llvm::Type* type, Val pointer, int active);
/// The first `active` lanes of `value`, all when negative.
void store_lanes(KernelBuilder& b, Val value, Val pointer, int active);

}  // namespace convoy
