// Chains of additions and multiplications by numbers, seen as one function: value = scale * base + shift.
#pragma once

#include "graph/graph.h"
#include "passes/match.h"

namespace convoy {

struct ScalarAffine {
  ValueId base = kAbsent;
  double scale = 1, shift = 0;

  /// outer_scale * this + outer_shift.
  ScalarAffine then(double outer_scale, double outer_shift) const {
    return {base, outer_scale * scale, outer_scale * shift + outer_shift};
  }
};

/// The same function of the same value, up to rounding.
bool nearly_equal(const ScalarAffine& a, const ScalarAffine& b);

/// What an operator on these inputs, giving `type`, does to one of them: `scale * input + shift`, when it
/// adds, subtracts, multiplies by or divides by a number; nothing otherwise.
std::optional<ScalarAffine> scalar_affine_step(const Graph& graph, const Op& op, const std::vector<ValueId>& inputs,
                                               const TensorType& type);

/// A value as a function of the first value up its chain that is not computed from another by a number (or of
/// one on the way, in a very long chain).
ScalarAffine scalar_affine(const Graph& graph, ValueId id);

/// A value that is in the graph and equals `wanted`: `id` itself or one further up its chain; kAbsent if none.
ValueId find_in_chain(const Graph& graph, ValueId id, const ScalarAffine& wanted);

}  // namespace convoy
