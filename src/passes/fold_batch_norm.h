#pragma once

#include "graph/graph.h"

namespace convoy {

/// Folds batch normalisation, and additions of and multiplications by per-channel constants, into the weights
/// and bias of the convolution or matrix product before them; writes what is left of batch normalisation in
/// elementwise operators.
///
/// Changes: a chain of batch_norm, add, sub, mul and div with constants of shape C,1,1 (or 1,C,1,1, or one
/// number) that follows conv2d, conv_transpose2d or matmul with constant weights becomes part of the weights
/// and bias; a matmul has no bias, so an add stays behind it. A chain with a batch_norm after anything else
/// becomes one mul and one add. New weights are computed in double.
/// Requires: every result inside the chain has no other use; parameters are constant and finite; no more than
/// a few layers share the weights.
/// Afterwards: there is no batch_norm with constant f32 parameters; no convolution with constant weights is
/// followed by an operation that its weights and bias could take in.
///
///   %a = conv2d(%x, %w, _)   %b = batch_norm(%a, %scale, %bias, %mean, %variance)   %c = mul(%b, 0.5)
///   %c = conv2d(%x, %w_folded, %b_folded)
///
/// Worth it because the convolution then costs the same and the chain nothing.
Graph fold_batch_norm(const Graph& graph);

}  // namespace convoy
