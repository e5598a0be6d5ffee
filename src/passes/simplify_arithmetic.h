#pragma once

#include "graph/graph.h"

namespace convoy {

/// Removes and merges elementwise operators whose operands are known at compile time.
///
/// Changes: drops x*1, x/1, x+0, x-0 and pow(x, 1); merges chains of additions and of multiplications by
/// constants, and of relu and clip; writes one operator in one way: constants on the right, x-c as x+(-c),
/// x/c as x*(1/c) where that is exact, min and max with a number as clip, clip(x, 0, inf) as relu, prelu
/// with one slope as leaky_relu, pow(x, 2) as x*x.
/// Requires: nothing.
/// Afterwards: none of the forms on the left of the rules is in the graph. Sums of merged constants are
/// rounded once more or less than before.
///
///   %a = mul(%x, 2)   %b = mul(%a, 3)   %c = max(%b, 0)   %d = clip(%c) alpha=-1 beta=6
///   %b = mul(%x, 6)   %d = clip(%b) alpha=0 beta=6
///
/// Worth it because exporters leave such chains behind, and the passes that follow have fewer forms to match.
Graph simplify_arithmetic(const Graph& graph);

}  // namespace convoy
