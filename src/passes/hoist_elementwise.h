#pragma once

#include "graph/graph.h"

namespace convoy {

/// Applies elementwise operators before data is moved instead of after it, where a group can take them.
///
/// Changes: unary operators, and binary ones with a number, move from behind reshape, transpose,
/// depth_to_space, space_to_depth, channel_shuffle and concat to before them, if all that is moved comes from
/// operators that take an epilogue and has no other use. Not before dozens of nodes: a concat of many parts would
/// make as many copies of every operator behind it.
/// Requires: patterns of several operators are recognised before, since behind a concat each of them becomes
/// several nodes.
/// Afterwards: results are exactly the same.
///
///   %a = conv2d(%x, %w, %b)   %b = depth_to_space(%a) block_size=2   %y = tanh(%b)
///   %a = conv2d(%x, %w, %b)   %b = tanh(%a)   %y = depth_to_space(%b) block_size=2
///
/// Worth it because the operator is then fused with the convolution, where it would otherwise be another trip
/// through memory; super-resolution networks and detection heads end like this.
Graph hoist_elementwise(const Graph& graph);

}  // namespace convoy
