#pragma once

#include "graph/graph.h"

namespace convoy {

/// Removes and merges operators that move elements without computing.
///
/// Changes: drops reshape, transpose, slice, pad, cast, resize, expand, tile, concat and depth_to_space that
/// do nothing; merges reshape after reshape, transpose after transpose, slice after slice, and concat after
/// concat along the same axis; writes a transpose that only moves axes of extent 1 as a reshape.
/// Requires: nothing.
/// Afterwards: none of the forms on the left of the rules is in the graph.
///
///   %a = transpose(%x) perm=[0,2,3,1]   %b = transpose(%a) perm=[0,3,1,2]   %c = relu(%b)
///   %c = relu(%x)
///
/// Worth it because exporters that convert between layouts leave such pairs around every layer; each of them
/// would be a trip through memory, and would hide from fusion the operators on its two sides.
Graph simplify_movement(const Graph& graph);

}  // namespace convoy
