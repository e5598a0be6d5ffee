// Operators of one input that compute every element by itself.
#include <limits>

#include "frontends/onnx/importers.h"
#include "frontends/simple_ops.h"

namespace convoy::onnx_frontend {
namespace {

/// An ONNX attribute that fills Unary::alpha or Unary::beta, and its default.
struct Parameter {
  const char* name = nullptr;
  double fallback = 0;
};

struct UnaryRule {
  std::string_view op_type;
  UnaryKind kind;
  Parameter alpha, beta;
};

constexpr UnaryRule kUnaryRules[] = {
    {"Abs", UnaryKind::abs},
    {"Ceil", UnaryKind::ceil},
    {"Cos", UnaryKind::cos},
    {"Elu", UnaryKind::elu, {"alpha", 1.0}},
    {"Erf", UnaryKind::erf},
    {"Exp", UnaryKind::exp},
    {"Floor", UnaryKind::floor},
    {"HardSigmoid", UnaryKind::hard_sigmoid, {"alpha", 0.2}, {"beta", 0.5}},
    {"HardSwish", UnaryKind::hard_swish},
    {"LeakyRelu", UnaryKind::leaky_relu, {"alpha", 0.01}},
    {"Log", UnaryKind::log},
    {"Mish", UnaryKind::mish},
    {"Neg", UnaryKind::neg},
    {"Not", UnaryKind::logical_not},
    {"Reciprocal", UnaryKind::reciprocal},
    {"Relu", UnaryKind::relu},
    {"Round", UnaryKind::round},
    {"Selu", UnaryKind::selu, {"alpha", 1.67326319217681884765625}, {"gamma", 1.05070102214813232421875}},
    {"Sigmoid", UnaryKind::sigmoid},
    {"Sign", UnaryKind::sign},
    {"Sin", UnaryKind::sin},
    {"Softplus", UnaryKind::softplus},
    {"Softsign", UnaryKind::softsign},
    {"Sqrt", UnaryKind::sqrt},
    {"Tanh", UnaryKind::tanh},
};

double value_of(const NodeImport& node, const Parameter& parameter) {
  return parameter.name ? node.attr_float(parameter.name, parameter.fallback) : 0;
}

/// Bounds of a Clip that are attributes or constant inputs; the others are infinite.
struct Bounds {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

Bounds constant_bounds(const NodeImport& node) {
  Bounds bounds;
  if (node.opset() < 11) return {node.attr_float("min", bounds.low), node.attr_float("max", bounds.high)};
  if (node.optional_input(1) != kAbsent) bounds.low = node.constant_scalar(1);
  if (node.optional_input(2) != kAbsent) bounds.high = node.constant_scalar(2);
  return bounds;
}

bool is_constant(NodeImport& node, int index) {
  const ValueId id = node.optional_input(index);
  return id == kAbsent || node.builder().constant_of(id);
}

/// For bounds that are computed when the network runs, or that a double does not hold exactly.
std::vector<ValueId> clip_by_min_max(NodeImport& node) {
  const ValueId low = node.optional_input(1), high = node.optional_input(2);
  if (high == kAbsent) return node.emit(binary(BinaryKind::max), {node.input(0), low});
  ValueId raised = node.input(0);
  if (low != kAbsent) raised = node.helper(binary(BinaryKind::max), {raised, low}, "/min");
  return node.emit(binary(BinaryKind::min), {raised, high});
}

}  // namespace

std::vector<ValueId> import_unary(NodeImport& node) {
  for (const UnaryRule& rule : kUnaryRules) {
    if (rule.op_type != node.op_type()) continue;
    return node.emit(unary(rule.kind, value_of(node, rule.alpha), value_of(node, rule.beta)), {node.input(0)});
  }
  internal_error("no rule for {}", node.op_type());
}

std::vector<ValueId> import_clip(NodeImport& node) {
  const bool by_inputs = node.opset() >= 11;
  if (by_inputs && node.optional_input(1) == kAbsent && node.optional_input(2) == kAbsent) return {node.input(0)};
  const bool constant = !by_inputs || (is_constant(node, 1) && is_constant(node, 2));
  const DType dtype = node.type(0).dtype;
  if (!constant || dtype == DType::i64 || dtype == DType::u64) return clip_by_min_max(node);
  const Bounds bounds = constant_bounds(node);
  return node.emit(unary(UnaryKind::clip, bounds.low, bounds.high), {node.input(0)});
}

/// max(0, x) + min(0, alpha * (exp(x / alpha) - 1)), which is alpha * elu(x / alpha).
std::vector<ValueId> import_celu(NodeImport& node) {
  const double alpha = node.attr_float("alpha", 1.0);
  if (alpha == 1.0) return node.emit(unary(UnaryKind::elu, 1.0), {node.input(0)});
  const ValueId scale = node.scalar(node.type(0).dtype, alpha, "/alpha");
  const ValueId scaled = node.helper(binary(BinaryKind::div), {node.input(0), scale}, "/div");
  const ValueId elu = node.helper(unary(UnaryKind::elu, 1.0), {scaled}, "/elu");
  return node.emit(binary(BinaryKind::mul), {elu, scale});
}

std::vector<ValueId> import_gelu(NodeImport& node) {
  const std::string approximate = node.attr_string("approximate", "none");
  if (approximate == "none") return node.emit(unary(UnaryKind::gelu), {node.input(0)});
  if (approximate == "tanh") return node.emit(unary(UnaryKind::gelu_tanh), {node.input(0)});
  invalid_input("attribute 'approximate' is '{}', expected none or tanh", approximate);
}

/// x * sigmoid(alpha * x)
std::vector<ValueId> import_swish(NodeImport& node) {
  const double alpha = node.attr_float("alpha", 1.0);
  if (alpha == 1.0) return node.emit(unary(UnaryKind::silu), {node.input(0)});
  const ValueId scale = node.scalar(node.type(0).dtype, alpha, "/alpha");
  const ValueId scaled = node.helper(binary(BinaryKind::mul), {node.input(0), scale}, "/mul");
  const ValueId gate = node.helper(unary(UnaryKind::sigmoid), {scaled}, "/sigmoid");
  return node.emit(binary(BinaryKind::mul), {node.input(0), gate});
}

}  // namespace convoy::onnx_frontend
