#pragma once

#include "graph/graph.h"

namespace convoy {

/// Computes once what is computed several times, and keeps one copy of equal constants.
///
/// Changes: nodes with the same operator, attributes and inputs become one, and so do constants of the same
/// type whose bytes are equal.
/// Requires: nothing.
/// Afterwards: no two nodes compute the same from the same inputs.
///
///   %a = relu(%x)   %b = relu(%x)   %y = add(%a, %b)
///   %a = relu(%x)   %y = add(%a, %a)
///
/// Worth it because exporters write a node for every use, as of a transposed input, and a constant for every
/// number.
Graph common_subexpressions(const Graph& graph);

}  // namespace convoy
