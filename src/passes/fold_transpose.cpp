#include "passes/fold_transpose.h"

#include <algorithm>

#include "ops/matmul.h"
#include "ops/reshape.h"
#include "ops/transpose.h"
#include "passes/match.h"

namespace convoy {
namespace {

/// What gives the rows of a matrix product: a reshape to N, K of a transpose that keeps axis 0.
struct FlattenedTranspose {
  ValueId src;
  std::vector<int64_t> perm;
  Shape transposed;
};

std::optional<FlattenedTranspose> flattened_transpose(const Graph& graph, ValueId id) {
  const Node* reshape = producer_of<Reshape>(graph, id);
  const Node* transpose = reshape ? producer_of<Transpose>(graph, reshape->inputs[0]) : nullptr;
  if (!transpose) return std::nullopt;
  const std::vector<int64_t>& perm = op_cast<Transpose>(*transpose->op)->perm;
  const Shape &transposed = graph.type(reshape->inputs[0]).shape, &rows = graph.type(id).shape;
  if (perm.size() < 2 || perm[0] != 0 || rows.rank() != 2 || rows[0] != transposed[0]) return std::nullopt;
  return FlattenedTranspose{transpose->inputs[0], perm, transposed};
}

template <class T>
ValueId add_constant_op(RewriteContext& context, T op, ValueId id) {
  return context.builder.make(std::move(op), {id}, context.builder.graph().value(id).name);
}

ValueId reshaped(RewriteContext& context, ValueId id, const std::vector<int64_t>& dims) {
  Reshape reshape;
  reshape.shape = Shape(dims);
  return add_constant_op(context, reshape, id);
}

/// Constant weights K, N (N, K when `k_axis` is 1) with their K rows in the order that `flattened` undoes. The
/// builder computes them, since all inputs are constant.
ValueId permuted_weights(RewriteContext& context, ValueId weights, int k_axis, const FlattenedTranspose& flattened) {
  const Shape shape = context.builder.type(weights).shape;
  const auto rank = static_cast<int64_t>(flattened.perm.size());
  // K split into the axes that were flattened to it: the weights have as many axes as src, N instead of axis 0.
  const int64_t n_axis = k_axis == 0 ? rank - 1 : 0;
  std::vector<int64_t> split(flattened.transposed.begin() + 1, flattened.transposed.end());
  split.insert(split.begin() + n_axis, shape[1 - k_axis]);
  Transpose inverse;
  inverse.perm.resize(rank, n_axis);
  for (int64_t i = 1; i < rank; ++i) inverse.perm[flattened.perm[i] - 1 + k_axis] = i - 1 + k_axis;
  const ValueId moved = add_constant_op(context, inverse, reshaped(context, weights, split));
  return reshaped(context, moved, shape.dims());
}

Replacement fold_into_weights(RewriteContext& context) {
  const auto* op = op_cast<MatMul>(*context.node.op);
  if (!op || op->trans_a) return std::nullopt;
  const Graph& graph = context.builder.graph();
  const ValueId rows = context.inputs[0], weights = context.inputs[1];
  if (!may_copy_constant(context, context.node.inputs[1]) || graph.type(weights).shape.rank() != 2) return std::nullopt;
  const auto flattened = flattened_transpose(graph, rows);
  if (!flattened) return std::nullopt;
  const ValueId permuted = permuted_weights(context, weights, op->trans_b ? 1 : 0, *flattened);
  if (!context.builder.constant_of(permuted)) return std::nullopt;
  Reshape flatten;
  flatten.shape = context.builder.type(rows).shape;
  const ValueId in_order = context.builder.make(flatten, {flattened->src}, context.node.name + "_flatten");
  return replace_with_op(context, context.node.op, {in_order, permuted});
}

}  // namespace

Graph fold_transpose(const Graph& graph) {
  return rewrite(graph, fold_into_weights);
}

}  // namespace convoy
