#pragma once

#include "graph/graph.h"

namespace convoy {

/// Writes tables of bytes as arithmetic where they are straight lines between two bounds: what a relu, a clip or
/// another scale is on quantised numbers.
///
/// Changes: lookup to cast, sub, mul, round, add, clip and cast, if these give all 256 results exactly; reads the f32
/// value instead of bytes that were just made of one. A clip of bytes becomes the bounds of the requantize or clip that
/// made the bytes or, where others read them, max and min. Requires: lower_quantization, whose arithmetic it continues.
///
///   %y = lookup(%x, [0 0 0 1 1 2 2 ... 126 127])
///   %a = cast(%x) to=f32   %b = mul(%a, 0.5)   %c = round(%b)   %d = clip(%c) alpha=0 beta=127   %y = cast(%d)
///
/// Worth it because vectors of arithmetic take a fifth of the instructions of looking elements up one by one.
Graph straight_tables(const Graph& graph);

}  // namespace convoy
