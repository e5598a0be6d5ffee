#include "passes/recognise_channel_shuffle.h"

#include "ops/channel_shuffle.h"
#include "ops/reshape.h"
#include "ops/transpose.h"
#include "passes/match.h"

namespace convoy {
namespace {

/// The number of groups when reshaping to `split`, swapping axes 1 and 2 and reshaping back shuffles channels
/// of a tensor of this shape.
std::optional<int64_t> shuffled_groups(const Shape& shape, const Shape& split) {
  if (shape.rank() != 4 || split.rank() != 5) return std::nullopt;
  const Shape expected{shape[0], split[1], shape[1] / std::max<int64_t>(split[1], 1), shape[2], shape[3]};
  return split == expected ? std::optional<int64_t>(split[1]) : std::nullopt;
}

Replacement recognise(RewriteContext& context) {
  const Graph& graph = context.builder.graph();
  if (!op_cast<Reshape>(*context.node.op)) return std::nullopt;
  const Node* transpose = producer_of<Transpose>(graph, context.inputs[0]);
  if (!transpose || op_cast<Transpose>(*transpose->op)->perm != std::vector<int64_t>{0, 2, 1, 3, 4})
    return std::nullopt;
  const Node* split = producer_of<Reshape>(graph, transpose->inputs[0]);
  if (!split || graph.type(split->inputs[0]) != output_type(context)) return std::nullopt;
  const auto group = shuffled_groups(output_type(context).shape, graph.type(split->outputs[0]).shape);
  if (!group) return std::nullopt;
  ChannelShuffle op;
  op.group = *group;
  return replace_with(context, op, {split->inputs[0]});
}

}  // namespace

Graph recognise_channel_shuffle(const Graph& graph) {
  return rewrite(graph, recognise);
}

}  // namespace convoy
