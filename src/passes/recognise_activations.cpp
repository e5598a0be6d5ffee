#include "passes/recognise_activations.h"

#include <cmath>
#include <numbers>

#include "passes/scalar_affine.h"

namespace convoy {
namespace {

/// gain * clip(argument, 0, 1).
struct HardSigmoid {
  double gain;
  ScalarAffine argument;
};

/// `outer`, whose base is computed by clip or hard_sigmoid, as a hard sigmoid.
std::optional<HardSigmoid> as_hard_sigmoid(const Graph& graph, const ScalarAffine& outer, const Unary& clip,
                                           ValueId clip_input) {
  const bool is_clip = clip.kind == UnaryKind::clip;
  if (!is_clip && clip.kind != UnaryKind::hard_sigmoid) return std::nullopt;
  const double low = is_clip ? clip.alpha : 0, high = is_clip ? clip.beta : 1;
  const double gain = outer.scale * high + outer.shift;
  if (!std::isfinite(low) || !std::isfinite(high) || outer.scale <= 0 || gain <= 0) return std::nullopt;
  if (!nearly_equal(outer.scale * low, -outer.shift)) return std::nullopt;
  const ScalarAffine inner = scalar_affine(graph, clip_input);
  const ScalarAffine clamped = is_clip ? inner : inner.then(clip.alpha, clip.beta);
  return HardSigmoid{gain, clamped.then(outer.scale / gain, outer.shift / gain)};
}

/// What the node computes from the value at the top of its chain of numbers.
std::optional<ScalarAffine> affine_of_node(const RewriteContext& context) {
  const Graph& graph = context.builder.graph();
  const auto step = scalar_affine_step(graph, *context.node.op, context.inputs, output_type(context));
  if (!step) return std::nullopt;
  return scalar_affine(graph, step->base).then(step->scale, step->shift);
}

Replacement replace_with_hard_sigmoid(RewriteContext& context, const std::optional<HardSigmoid>& match) {
  if (!match || !nearly_equal(match->gain, 1)) return std::nullopt;
  const auto& [base, scale, shift] = match->argument;
  return replace_with(context, unary(UnaryKind::hard_sigmoid, scale, shift), {base});
}

/// clip(a*x + b, 0, 1), where the node is the clip.
Replacement hard_sigmoid_ending_in_clip(RewriteContext& context) {
  const Graph& graph = context.builder.graph();
  const auto* op = op_cast<Unary>(*context.node.op);
  if (!op || op->kind != UnaryKind::clip || output_type(context).dtype != DType::f32) return std::nullopt;
  // Without numbers before it, clip says the same in simpler words.
  if (scalar_affine(graph, context.inputs[0]).base == context.inputs[0]) return std::nullopt;
  return replace_with_hard_sigmoid(context, as_hard_sigmoid(graph, {kAbsent}, *op, context.inputs[0]));
}

/// clip(x + 3, 0, 6) / 6, where the node is the last operation with a number.
Replacement hard_sigmoid_ending_in_number(RewriteContext& context) {
  const Graph& graph = context.builder.graph();
  const auto outer = affine_of_node(context);
  const Node* clip = outer ? producer_of<Unary>(graph, outer->base) : nullptr;
  if (!clip) return std::nullopt;
  return replace_with_hard_sigmoid(context,
                                   as_hard_sigmoid(graph, *outer, *op_cast<Unary>(*clip->op), clip->inputs[0]));
}

/// factor * x * gate, where x and gate are not constant.
struct Product {
  double factor;
  ValueId x, gate;
};

std::optional<Product> as_product(const RewriteContext& context) {
  const Graph& graph = context.builder.graph();
  const auto is_product = [&](const Op& op, const std::vector<ValueId>& inputs) {
    const auto* binary = op_cast<Binary>(op);
    return binary && binary->kind == BinaryKind::mul && graph.type(inputs[0]) == output_type(context) &&
           graph.type(inputs[1]) == output_type(context);
  };
  if (output_type(context).dtype != DType::f32) return std::nullopt;
  const auto outer = affine_of_node(context);
  if (!outer) {
    if (!is_product(*context.node.op, context.inputs)) return std::nullopt;
    return Product{1, context.inputs[0], context.inputs[1]};
  }
  const Node* node = producer(graph, outer->base);
  if (!node || outer->shift != 0 || !is_product(*node->op, node->inputs)) return std::nullopt;
  return Product{outer->scale, node->inputs[0], node->inputs[1]};
}

/// x * hard_sigmoid(x/6 + 1/2).
Replacement hard_swish(RewriteContext& context, const Product& product) {
  const Graph& graph = context.builder.graph();
  const ScalarAffine outer = scalar_affine(graph, product.gate);
  const Node* clip = producer_of<Unary>(graph, outer.base);
  if (!clip) return std::nullopt;
  const auto gate = as_hard_sigmoid(graph, outer, *op_cast<Unary>(*clip->op), clip->inputs[0]);
  if (!gate) return std::nullopt;
  const ScalarAffine x = gate->argument.then(6, -3);
  if (!nearly_equal(scalar_affine(graph, product.x).then(product.factor * gate->gain, 0), x)) return std::nullopt;
  const ValueId id = find_in_chain(graph, product.x, x);
  if (id == kAbsent) return std::nullopt;
  return replace_with(context, unary(UnaryKind::hard_swish), {id});
}

/// x * gate(x), where the gate's innermost argument is `argument` in the graph, scaled by `gain`.
Replacement gated(RewriteContext& context, const Product& product, UnaryKind kind, ValueId argument, double gain) {
  if (argument == kAbsent) return std::nullopt;
  const Graph& graph = context.builder.graph();
  const ScalarAffine x = scalar_affine(graph, product.x).then(product.factor * gain, 0);
  if (!nearly_equal(x, scalar_affine(graph, argument))) return std::nullopt;
  return replace_with(context, unary(kind), {argument});
}

/// x * sigmoid(x).
Replacement silu(RewriteContext& context, const Product& product) {
  const ScalarAffine gate = scalar_affine(context.builder.graph(), product.gate);
  if (gate.shift != 0) return std::nullopt;
  const ValueId argument = unary_input(context.builder.graph(), gate.base, UnaryKind::sigmoid);
  return gated(context, product, UnaryKind::silu, argument, gate.scale);
}

/// x * tanh(softplus(x)).
Replacement mish(RewriteContext& context, const Product& product) {
  const Graph& graph = context.builder.graph();
  const ValueId inner = unary_input(graph, product.gate, UnaryKind::tanh);
  return gated(context, product, UnaryKind::mish, unary_input(graph, inner, UnaryKind::softplus), 1);
}

/// x/2 * (1 + erf(x / sqrt(2))).
Replacement gelu(RewriteContext& context, const Product& product) {
  const Graph& graph = context.builder.graph();
  const ScalarAffine gate = scalar_affine(graph, product.gate);
  const ValueId argument = unary_input(graph, gate.base, UnaryKind::erf);
  if (argument == kAbsent || !nearly_equal(gate.scale, gate.shift)) return std::nullopt;
  const ScalarAffine x = scalar_affine(graph, argument).then(std::numbers::sqrt2, 0);
  if (!nearly_equal(scalar_affine(graph, product.x).then(2 * product.factor * gate.scale, 0), x)) return std::nullopt;
  const ValueId id = find_in_chain(graph, product.x, x);
  if (id == kAbsent) return std::nullopt;
  return replace_with(context, unary(UnaryKind::gelu), {id});
}

Replacement gated_product(RewriteContext& context) {
  const auto product = as_product(context);
  if (!product) return std::nullopt;
  for (const Product& order : {*product, Product{product->factor, product->gate, product->x}}) {
    for (const auto rule : {hard_swish, silu, mish, gelu}) {
      if (Replacement replacement = rule(context, order)) return replacement;
    }
  }
  return std::nullopt;
}

/// log(1 + exp(x)).
Replacement softplus(RewriteContext& context) {
  const Graph& graph = context.builder.graph();
  const auto* op = op_cast<Unary>(*context.node.op);
  if (!op || op->kind != UnaryKind::log) return std::nullopt;
  const ScalarAffine sum = scalar_affine(graph, context.inputs[0]);
  const ValueId x = unary_input(graph, sum.base, UnaryKind::exp);
  if (x == kAbsent || sum.scale != 1 || sum.shift != 1) return std::nullopt;
  return replace_with(context, unary(UnaryKind::softplus), {x});
}

/// max(x, a*x).
Replacement leaky_relu(RewriteContext& context) {
  const Graph& graph = context.builder.graph();
  const auto* op = op_cast<Binary>(*context.node.op);
  if (!op || op->kind != BinaryKind::max) return std::nullopt;
  for (int side : {0, 1}) {
    const Node* scaled = producer(graph, context.inputs[1 - side]);
    if (!scaled) continue;
    const auto step = scalar_affine_step(graph, *scaled->op, scaled->inputs, output_type(context));
    if (!step || step->base != context.inputs[side] || step->shift != 0) continue;
    if (step->scale < 0 || step->scale >= 1) continue;
    return replace_with(context, unary(UnaryKind::leaky_relu, step->scale), {step->base});
  }
  return std::nullopt;
}

}  // namespace

Graph recognise_activations(const Graph& graph) {
  return rewrite(graph, first_of({softplus, leaky_relu, gated_product, hard_sigmoid_ending_in_clip,
                                  hard_sigmoid_ending_in_number}));
}

}  // namespace convoy
