#pragma once

#include "graph/graph.h"

namespace convoy {

/// Lets convolutions and pools do the padding that a pad operator does before them.
///
/// Changes: a constant pad of H and W that feeds
///   conv2d, with 0:      is added to its pads;
///   avg_pool2d, with 0:  is added to its pads, which then count, unless it has pads that do not;
///   max_pool2d, with -inf, or with 0 where the padded tensor is nowhere negative: is added to its pads,
///                        unless some window lies in padding alone.
/// Requires: nothing.
/// Afterwards: results are exactly the same.
///
///   %a = pad(%x) begin=[0,0,0,0] end=[0,0,1,1]   %y = conv2d(%a, %w, _) strides=[2,2] pads=[0,0,0,0]
///   %y = conv2d(%x, %w, _) strides=[2,2] pads=[0,0,1,1]
///
/// Worth it because the padded copy need not be written and read; TensorFlow's "same" padding of strided
/// layers arrives as such pairs.
Graph fold_pad(const Graph& graph);

}  // namespace convoy
