// Folds of contiguous elements with vectors along them: what reductions of the innermost axis, softmax and norms
// have in common.
#pragma once

#include <functional>
#include <vector>

#include "codegen/llvm/kernel_builder.h"

namespace convoy {

/// Combines two vectors (or what is carried so far with the next one).
using FoldFn = std::function<Val(Val, Val)>;
/// Carried values after another vector: element `elem` (its index, a Val) on; `active` lanes exist (all when
/// negative).
using VectorFn = std::function<Val(Val carried, Val elem, int active)>;

/// Calls body for the vectors of `extent` elements in order, with four carried values in turn that hide the
/// latency of what the body does; the result is their fold. `start` is what carried values begin with.
Val fold_vectors(KernelBuilder& b, int64_t extent, Val start, const VectorFn& body, const FoldFn& fold);

/// Calls body(elem, active) for the vectors of `extent` elements.
void for_each_vector(KernelBuilder& b, int64_t extent, const std::function<void(Val elem, int active)>& body);

/// The fold of all lanes, in every lane.
Val fold_lanes(KernelBuilder& b, Val a, const FoldFn& fold);

/// `a` in the first `active` lanes, `other` in the rest.
Val first_lanes_of(KernelBuilder& b, Val a, Val other, int active);

}  // namespace convoy
