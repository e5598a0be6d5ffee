// Operators of one input that compute every element by itself.
#include "ops/elementwise.h"

#include "frontends/tflite/importers.h"

namespace convoy::tflite_frontend {
namespace {

struct UnaryRule {
  tflite::BuiltinOperator code;
  UnaryKind kind;
  double alpha = 0, beta = 0;
};

using Code = tflite::BuiltinOperator;

constexpr UnaryRule kUnaryRules[] = {
    {Code::ABS, UnaryKind::abs},
    {Code::CEIL, UnaryKind::ceil},
    {Code::COS, UnaryKind::cos},
    {Code::ELU, UnaryKind::elu, 1},
    {Code::EXP, UnaryKind::exp},
    {Code::FLOOR, UnaryKind::floor},
    {Code::HARD_SWISH, UnaryKind::hard_swish},
    {Code::LOG, UnaryKind::log},
    {Code::LOGICAL_NOT, UnaryKind::logical_not},
    {Code::LOGISTIC, UnaryKind::sigmoid},
    {Code::NEG, UnaryKind::neg},
    {Code::RELU, UnaryKind::relu},
    {Code::RELU6, UnaryKind::clip, 0, 6},
    {Code::RELU_0_TO_1, UnaryKind::clip, 0, 1},
    {Code::RELU_N1_TO_1, UnaryKind::clip, -1, 1},
    {Code::ROUND, UnaryKind::round},
    {Code::SIGN, UnaryKind::sign},
    {Code::SIN, UnaryKind::sin},
    {Code::SQRT, UnaryKind::sqrt},
    {Code::TANH, UnaryKind::tanh},
};

}  // namespace

std::vector<ValueId> import_unary(NodeImport& node) {
  for (const UnaryRule& rule : kUnaryRules) {
    if (rule.code == node.code()) return {node.add(unary(rule.kind, rule.alpha, rule.beta), {node.input(0)})};
  }
  internal_error("no rule for operator {}", static_cast<int>(node.code()));
}

std::vector<ValueId> import_leaky_relu(NodeImport& node) {
  const double alpha = node.options<tflite::LeakyReluOptions>().alpha();
  return {node.add(unary(UnaryKind::leaky_relu, alpha), {node.input(0)})};
}

std::vector<ValueId> import_gelu(NodeImport& node) {
  const bool approximate = node.options<tflite::GeluOptions>().approximate();
  return {node.add(unary(approximate ? UnaryKind::gelu_tanh : UnaryKind::gelu), {node.input(0)})};
}

std::vector<ValueId> import_rsqrt(NodeImport& node) {
  const ValueId root = node.helper(unary(UnaryKind::sqrt), {node.input(0)}, "/sqrt");
  return {node.add(unary(UnaryKind::reciprocal), {root})};
}

std::vector<ValueId> import_square(NodeImport& node) {
  return {node.add(binary(BinaryKind::mul), {node.input(0), node.input(0)})};
}

}  // namespace convoy::tflite_frontend
