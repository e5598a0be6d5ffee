#pragma once

#include "graph/graph.h"

namespace convoy {

/// Moves transpositions behind the operators that compute the same on transposed axes.
///
/// Changes: where an elementwise operator, concat, pad, slice, resize, softmax or reduction reads transposed values,
/// all of them by the same permutation, it reads them untransposed, with its axes permuted, and its result is
/// transposed instead. Constants among the operands are transposed here; so are values of which this moves only axes
/// of extent 1, by a reshape.
/// Requires: nothing.
/// Afterwards: results are exactly the same, but for reductions, which add in another order. There may be
/// transpositions of transpositions, which simplify_movement cancels.
///
///   %a = transpose(%x) perm=[0,2,3,1]   %b = relu(%a)   %c = transpose(%b) perm=[0,3,1,2]
///   %b = relu(%x)   %a = transpose(%b) perm=[0,2,3,1]   %c = transpose(%a) perm=[0,3,1,2]
///
/// Worth it because networks with channels last have transpositions around every convolution: here they meet, and
/// operators between convolutions become their epilogues.
Graph sink_transpose(const Graph& graph);

}  // namespace convoy
