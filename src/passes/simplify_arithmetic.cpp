#include "passes/simplify_arithmetic.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "passes/match.h"

namespace convoy {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool commutes(BinaryKind kind) {
  return kind == BinaryKind::add || kind == BinaryKind::mul || kind == BinaryKind::min || kind == BinaryKind::max;
}

/// c such that kind(x, c) = x for all x; NaN when there is none.
double right_neutral(BinaryKind kind) {
  switch (kind) {
    case BinaryKind::add:
    case BinaryKind::sub:
      return 0;
    case BinaryKind::mul:
    case BinaryKind::div:
    case BinaryKind::pow:
      return 1;
    default:
      return std::numeric_limits<double>::quiet_NaN();
  }
}

bool is_power_of_two(double value) {
  int exponent;
  return std::abs(std::frexp(value, &exponent)) == 0.5;
}

/// The constant operand with each element replaced by `fn` of it.
template <class Fn>
ValueId map_constant(RewriteContext& context, ValueId id, Fn&& fn) {
  const Value& value = context.builder.graph().value(id);
  Tensor mapped(value.type);
  std::transform(value.constant->as<float>(), value.constant->as<float>() + mapped.elems(), mapped.as<float>(), fn);
  return context.builder.constant(value.name, std::move(mapped));
}

Replacement constant_to_the_right(RewriteContext& context, const Binary& op) {
  const Graph& graph = context.builder.graph();
  if (!commutes(op.kind) || !graph.is_constant(context.inputs[0]) || graph.is_constant(context.inputs[1])) {
    return std::nullopt;
  }
  return replace_with(context, op, {context.inputs[1], context.inputs[0]});
}

Replacement drop_neutral(RewriteContext& context, const Binary& op) {
  const auto value = uniform_constant(context.builder.graph(), context.inputs[1]);
  if (!value || *value != right_neutral(op.kind)) return std::nullopt;
  return replace_with_value(context, context.inputs[0]);
}

Replacement subtraction_as_addition(RewriteContext& context, const Binary& op) {
  const ValueId rhs = context.inputs[1];
  if (op.kind != BinaryKind::sub || !small_constant(context.builder.graph(), rhs)) return std::nullopt;
  return replace_with(context, binary(BinaryKind::add),
                      {context.inputs[0], map_constant(context, rhs, [](float value) { return -value; })});
}

/// Division takes ten times as long, but only by powers of two has the product the same value.
Replacement division_as_product(RewriteContext& context, const Binary& op) {
  const ValueId rhs = context.inputs[1];
  const auto value = uniform_constant(context.builder.graph(), rhs);
  if (op.kind != BinaryKind::div || !value || !is_power_of_two(*value)) return std::nullopt;
  return replace_with(context, binary(BinaryKind::mul),
                      {context.inputs[0], map_constant(context, rhs, [](float value) { return 1 / value; })});
}

Replacement square_as_product(RewriteContext& context, const Binary& op) {
  const auto exponent = uniform_constant(context.builder.graph(), context.inputs[1]);
  if (op.kind != BinaryKind::pow || exponent != 2.0) return std::nullopt;
  return replace_with(context, binary(BinaryKind::mul), {context.inputs[0], context.inputs[0]});
}

/// min, max and prelu with the same number everywhere are unary operators.
Replacement as_unary(RewriteContext& context, const Binary& op) {
  const auto value = uniform_constant(context.builder.graph(), context.inputs[1]);
  if (!value) return std::nullopt;
  switch (op.kind) {
    case BinaryKind::max:
      return replace_with(context, unary(UnaryKind::clip, *value, kInfinity), {context.inputs[0]});
    case BinaryKind::min:
      return replace_with(context, unary(UnaryKind::clip, -kInfinity, *value), {context.inputs[0]});
    case BinaryKind::prelu:
      return replace_with(context, unary(UnaryKind::leaky_relu, *value), {context.inputs[0]});
    default:
      return std::nullopt;
  }
}

/// (x + a) + b = x + (a + b), and the same for products.
Replacement merge_constants(RewriteContext& context, const Binary& op) {
  const Graph& graph = context.builder.graph();
  const ValueId rhs = context.inputs[1];
  if (op.kind != BinaryKind::add && op.kind != BinaryKind::mul) return std::nullopt;
  const Node* inner = producer_of<Binary>(graph, context.inputs[0]);
  if (!inner || op_cast<Binary>(*inner->op)->kind != op.kind || !has_single_use(context, context.node.inputs[0])) {
    return std::nullopt;
  }
  const ValueId x = inner->inputs[0], inner_rhs = inner->inputs[1];
  if (!small_constant(graph, inner_rhs) || !small_constant(graph, rhs)) return std::nullopt;
  // A row and a column would make a whole matrix.
  const Shape &a = graph.type(inner_rhs).shape, &b = graph.type(rhs).shape;
  if (broadcast_shape(a, b).elems() > std::max(a.elems(), b.elems())) return std::nullopt;
  const ValueId merged = context.builder.make(op, {inner_rhs, rhs}, graph.value(inner_rhs).name);
  return replace_with(context, op, {x, merged});
}

Replacement simplify_binary(RewriteContext& context) {
  const auto* op = op_cast<Binary>(*context.node.op);
  if (!op) return std::nullopt;
  for (const auto rule : {constant_to_the_right, drop_neutral, subtraction_as_addition, division_as_product,
                          square_as_product, as_unary, merge_constants}) {
    if (Replacement replacement = rule(context, *op)) return replacement;
  }
  return std::nullopt;
}

struct Bounds {
  double low, high;
  bool operator==(const Bounds&) const = default;
};

std::optional<Bounds> clamp_bounds(const Op& op) {
  const auto* unary = op_cast<Unary>(op);
  if (unary && unary->kind == UnaryKind::relu) return Bounds{0, kInfinity};
  if (unary && unary->kind == UnaryKind::clip) return Bounds{unary->alpha, unary->beta};
  return std::nullopt;
}

Replacement replace_with_clamp(RewriteContext& context, const Bounds& bounds, ValueId x) {
  if (bounds == Bounds{-kInfinity, kInfinity}) return replace_with_value(context, x);
  if (bounds == Bounds{0, kInfinity}) return replace_with(context, unary(UnaryKind::relu), {x});
  return replace_with(context, unary(UnaryKind::clip, bounds.low, bounds.high), {x});
}

Replacement merge_clamps(RewriteContext& context) {
  const auto outer = clamp_bounds(*context.node.op);
  const Node* node = producer(context.builder.graph(), context.inputs.empty() ? kAbsent : context.inputs[0]);
  const auto inner = node ? clamp_bounds(*node->op) : std::nullopt;
  if (!outer || !inner) return std::nullopt;
  if (outer->low <= inner->low && outer->high >= inner->high) return replace_with_value(context, context.inputs[0]);
  if (!has_single_use(context, context.node.inputs[0])) return std::nullopt;
  const auto clamp = [&](double value) { return std::min(std::max(value, outer->low), outer->high); };
  return replace_with_clamp(context, {clamp(inner->low), clamp(inner->high)}, node->inputs[0]);
}

/// clip without a bound, or with those of relu.
Replacement canonical_clamp(RewriteContext& context) {
  const auto* op = op_cast<Unary>(*context.node.op);
  if (!op || op->kind != UnaryKind::clip || op->beta != kInfinity) return std::nullopt;
  if (op->alpha != 0 && op->alpha != -kInfinity) return std::nullopt;
  return replace_with_clamp(context, {op->alpha, op->beta}, context.inputs[0]);
}

}  // namespace

Graph simplify_arithmetic(const Graph& graph) {
  return rewrite_until_stable(graph, first_of({simplify_binary, merge_clamps, canonical_clamp}));
}

}  // namespace convoy
