#include "passes/hoist_elementwise.h"

#include <algorithm>

#include "ops/channel_shuffle.h"
#include "ops/concat.h"
#include "ops/depth_to_space.h"
#include "ops/reshape.h"
#include "ops/space_to_depth.h"
#include "ops/transpose.h"
#include "passes/group.h"
#include "passes/match.h"

namespace convoy {
namespace {

/// Bounds the recursion.
constexpr int kMaxDepth = 32;
/// Nodes that an operator may be moved before: each operator that joins them gets another copy of it.
constexpr int kMaxMoves = 64;

/// Operators that give every element of their inputs exactly once.
bool is_permutation(const Op& op) {
  return op_cast<Reshape>(op) || op_cast<Transpose>(op) || op_cast<DepthToSpace>(op) || op_cast<SpaceToDepth>(op) ||
         op_cast<ChannelShuffle>(op) || op_cast<Concat>(op);
}

/// Which input is moved when the node computes each element of its output from one element of it and
/// perhaps a number; -1 when it does not.
int only_variable_input(const Graph& graph, const Node& node) {
  const TensorType& type = graph.type(node.outputs[0]);
  if (type.dtype != DType::f32) return -1;
  if (op_cast<Unary>(*node.op)) return 0;
  if (!op_cast<Binary>(*node.op)) return -1;
  for (int side : {0, 1}) {
    if (uniform_constant(graph, node.inputs[1 - side]) && graph.type(node.inputs[side]) == type) return side;
  }
  return -1;
}

/// True when the value (of the old graph) and everything it is moved from, in no more than `depth` steps, have
/// one use and come from operators that take an epilogue. Each of them takes one off `moves`, which must suffice.
bool comes_from_epilogues(const RewriteContext& context, ValueId id, int depth, int& moves) {
  const Node* node = producer(context.old_graph, id);
  if (!node || !has_single_use(context, id) || depth < 0 || --moves < 0) return false;
  if (!is_permutation(*node->op)) return takes_epilogue(*node->op);
  return std::all_of(node->inputs.begin(), node->inputs.end(),
                     [&](ValueId input) { return comes_from_epilogues(context, input, depth - 1, moves); });
}

/// The node applied to `x` instead of its variable input; a number keeps broadcasting as a scalar.
ValueId apply_to(RewriteContext& context, int variable_input, ValueId x) {
  std::vector<ValueId> inputs = context.inputs;
  for (ValueId& id : inputs) {
    if (const auto number = uniform_constant(context.builder.graph(), id)) {
      id =
          context.builder.constant(context.builder.graph().value(id).name, Tensor::scalar(static_cast<float>(*number)));
    }
  }
  inputs[variable_input] = x;
  return context.builder.add1(context.node.op, inputs, context.node.name);
}

/// The value that moving `id` (of the old graph) gives, with the node applied before anything is moved.
ValueId apply_before_moving(RewriteContext& context, int variable_input, ValueId id, const std::string& name = "") {
  const Node& node = *producer(context.old_graph, id);
  if (!is_permutation(*node.op)) return apply_to(context, variable_input, context.mapped[id]);
  std::vector<ValueId> inputs;
  for (ValueId input : node.inputs) inputs.push_back(apply_before_moving(context, variable_input, input));
  return context.builder.add1(node.op, inputs, node.name, name);
}

Replacement hoist(RewriteContext& context) {
  const int variable_input = only_variable_input(context.old_graph, context.node);
  if (variable_input < 0) return std::nullopt;
  const ValueId moved = context.node.inputs[variable_input];
  const Node* movement = producer(context.old_graph, moved);
  int moves = kMaxMoves;
  if (!movement || !is_permutation(*movement->op) || !comes_from_epilogues(context, moved, kMaxDepth, moves)) {
    return std::nullopt;
  }
  return std::vector<ValueId>{apply_before_moving(context, variable_input, moved, output_name(context))};
}

}  // namespace

Graph hoist_elementwise(const Graph& graph) {
  return rewrite_until_stable(graph, hoist);
}

}  // namespace convoy
