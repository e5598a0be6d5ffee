#pragma once

#include "graph/graph.h"

namespace convoy {

/// Replaces a channel shuffle that is written as reshape, transpose and reshape by one operator.
///
/// Changes: N,C,H,W -> N,g,C/g,H,W -> N,C/g,g,H,W -> N,C,H,W becomes channel_shuffle with g groups.
/// Requires: simplify_movement before it, so that nothing stands between the three.
/// Afterwards: results are exactly the same.
///
///   %a = reshape(%x) shape=[1,2,58,28,28]   %b = transpose(%a) perm=[0,2,1,3,4]   %y = reshape(%b) shape=[1,116,28,28]
///   %y = channel_shuffle(%x) group=2
///
/// Worth it because tensors of rank 5 have no channels-last layout, while a shuffle of channels in either
/// layout is a few strided copies, or none.
Graph recognise_channel_shuffle(const Graph& graph);

}  // namespace convoy
