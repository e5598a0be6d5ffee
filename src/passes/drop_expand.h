#pragma once

#include "graph/graph.h"

namespace convoy {

/// Lets elementwise operators broadcast instead of reading a tensor that an expand has repeated.
///
/// Changes: an operand of a binary or where operator that an expand computes is replaced by the expand's
/// input, if the result keeps its shape.
/// Requires: nothing.
/// Afterwards: no expand remains whose repetition the operators reading it do by themselves.
///
///   %s = expand(%gate) shape=[1,8,56,56]   %y = mul(%x, %s)
///   %y = mul(%x, %gate)
///
/// Worth it because it saves writing and reading the repeated tensor.
Graph drop_expand(const Graph& graph);

}  // namespace convoy
