// Rearranging vectors in registers.
#pragma once

#include <utility>
#include <vector>

#include "codegen/llvm/kernel_builder.h"

namespace convoy {

/// The transpose of lanes x lanes elements: lane j of result i is lane i of rows[j].
std::vector<Val> transpose_tile(KernelBuilder& b, std::vector<Val> rows);

/// Lane j of result k is element j * count + k of the `count` vectors taken as one.
std::vector<Val> deinterleave(KernelBuilder& b, const std::vector<Val>& vectors);

/// The inverse: element j * count + k of the results taken as one is lane j of vectors[k].
std::vector<Val> interleave(KernelBuilder& b, const std::vector<Val>& vectors);

}  // namespace convoy
