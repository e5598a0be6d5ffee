#pragma once

#include "graph/graph.h"

namespace convoy {

/// Lets a matrix product read flattened data in the order in which it lies.
///
/// Changes: where a transpose that keeps axis 0 is flattened to rows and multiplied with constant weights, the
/// rows of the weights are put in the order that the transpose undoes, and the transpose is dropped.
/// Requires: nothing.
/// Afterwards: products are added in another order, so results may differ in rounding.
///
///   %a = transpose(%x) perm=[0,2,3,1]   %b = reshape(%a) shape=[1,576]   %y = matmul(%b, %w)
///   %b = reshape(%x) shape=[1,576]   %y = matmul(%b, %w_permuted)
///
/// Worth it because networks from frameworks with channels last flatten in that order before their first
/// dense layer, and weights can be moved once, before the network runs.
Graph fold_transpose(const Graph& graph);

}  // namespace convoy
