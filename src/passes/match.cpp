#include "passes/match.h"

#include <algorithm>
#include <cmath>

namespace convoy {
namespace {

/// f32 constants that were computed from one another, as 1/6 and 6, agree to a few units in the last place.
constexpr double kRelativeTolerance = 1e-6;
/// Each sweep merges neighbours, so chains of 2^kMaxSweeps nodes collapse.
constexpr int kMaxSweeps = 16;
/// Detectors share weights among the heads of their five or six scales.
constexpr size_t kMaxCopies = 8;

/// False as well when the operator refuses the inputs.
bool gives(const Op& op, const InputTypes& inputs, const TensorType& type) {
  try {
    return op.infer(inputs) == std::vector<TensorType>{type};
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

const Node* producer(const Graph& graph, ValueId id) {
  if (id == kAbsent || graph.value(id).producer < 0) return nullptr;
  return &graph.nodes[graph.value(id).producer];
}

ValueId unary_input(const Graph& graph, ValueId id, UnaryKind kind) {
  const Node* node = producer_of<Unary>(graph, id);
  return node && op_cast<Unary>(*node->op)->kind == kind ? node->inputs[0] : kAbsent;
}

const Tensor* small_constant(const Graph& graph, ValueId id) {
  if (!graph.is_constant(id) || graph.type(id).dtype != DType::f32) return nullptr;
  const Tensor& tensor = *graph.value(id).constant;
  return tensor.elems() <= kMaxSmallElems ? &tensor : nullptr;
}

std::optional<double> uniform_constant(const Graph& graph, ValueId id) {
  const Tensor* tensor = small_constant(graph, id);
  if (!tensor || tensor->elems() == 0) return std::nullopt;
  const float* data = tensor->as<float>();
  const bool uniform = std::all_of(data, data + tensor->elems(), [&](float value) { return value == data[0]; });
  return uniform ? std::optional<double>(data[0]) : std::nullopt;
}

bool nearly_equal(double a, double b) {
  return std::abs(a - b) <= kRelativeTolerance * std::max(std::abs(a), std::abs(b));
}

bool has_single_use(const RewriteContext& context, ValueId old_id) {
  return context.consumers[old_id].size() == 1 && !context.old_graph.is_output(old_id);
}

bool may_copy_constant(const RewriteContext& context, ValueId old_id) {
  return context.old_graph.is_constant(old_id) && context.consumers[old_id].size() <= kMaxCopies;
}

const TensorType& output_type(const RewriteContext& context) {
  return context.old_graph.type(context.node.outputs[0]);
}

const std::string& output_name(const RewriteContext& context) {
  return context.old_graph.value(context.node.outputs[0]).name;
}

Replacement replace_with_value(const RewriteContext& context, ValueId id) {
  const Graph& graph = context.builder.graph();
  if (graph.type(id) != output_type(context)) return std::nullopt;
  if (context.old_graph.is_output(context.node.outputs[0])) {
    const auto& outputs = context.old_graph.outputs;
    const bool is_output =
        std::any_of(outputs.begin(), outputs.end(), [&](ValueId old_id) { return context.mapped[old_id] == id; });
    if (is_output || !producer(graph, id)) return std::nullopt;
  }
  return std::vector<ValueId>{id};
}

Replacement replace_with_op(RewriteContext& context, OpPtr op, const std::vector<ValueId>& inputs) {
  InputTypes types;
  for (ValueId id : inputs) types.push_back(id == kAbsent ? nullptr : &context.builder.type(id));
  if (!gives(*op, types, output_type(context))) return std::nullopt;
  return std::vector<ValueId>{context.builder.add1(std::move(op), inputs, context.node.name, output_name(context))};
}

Replacement computed_now(RewriteContext& context) {
  GraphBuilder& builder = context.builder;
  std::vector<const Tensor*> inputs;
  for (ValueId id : context.inputs) inputs.push_back(id == kAbsent ? nullptr : builder.constant_of(id));
  builder.charge_for_constant(output_type(context));
  Tensor result(output_type(context));
  context.node.op->reference(inputs, {&result, 1});
  return std::vector<ValueId>{builder.constant(output_name(context), std::move(result))};
}

RewriteRule first_of(std::vector<RewriteRule> rules) {
  return [rules = std::move(rules)](RewriteContext& context) -> Replacement {
    for (const RewriteRule& rule : rules) {
      if (Replacement replacement = rule(context)) return replacement;
    }
    return std::nullopt;
  };
}

Graph rewrite_until_stable(Graph graph, const RewriteRule& rule) {
  bool changed = true;
  for (int sweep = 0; changed && sweep < kMaxSweeps; ++sweep) {
    changed = false;
    graph = rewrite(graph, [&](RewriteContext& context) {
      Replacement replacement = rule(context);
      changed |= replacement.has_value();
      return replacement;
    });
  }
  return graph;
}

}  // namespace convoy
