// Operators of two and more inputs that compute every element by itself, with numpy broadcasting.
#include "frontends/simple_ops.h"
#include "frontends/tflite/activation.h"
#include "frontends/tflite/importers.h"
#include "ops/where.h"
#include "support/dtypes.h"

namespace convoy::tflite_frontend {
namespace {

using Code = tflite::BuiltinOperator;

struct BinaryRule {
  Code code;
  BinaryKind kind;
};

constexpr BinaryRule kBinaryRules[] = {
    {Code::ADD, BinaryKind::add},
    {Code::DIV, BinaryKind::div},
    {Code::EQUAL, BinaryKind::equal},
    {Code::FLOOR_MOD, BinaryKind::mod},
    {Code::GREATER, BinaryKind::greater},
    {Code::GREATER_EQUAL, BinaryKind::greater_equal},
    {Code::LESS, BinaryKind::less},
    {Code::LESS_EQUAL, BinaryKind::less_equal},
    {Code::LOGICAL_AND, BinaryKind::logical_and},
    {Code::LOGICAL_OR, BinaryKind::logical_or},
    {Code::MAXIMUM, BinaryKind::max},
    {Code::MINIMUM, BinaryKind::min},
    {Code::MUL, BinaryKind::mul},
    {Code::POW, BinaryKind::pow},
    {Code::PRELU, BinaryKind::prelu},
    {Code::SUB, BinaryKind::sub},
};

ValueId add_binary(NodeImport& node) {
  for (const BinaryRule& rule : kBinaryRules) {
    if (rule.code == node.code()) return node.add(binary(rule.kind), {node.input(0), node.input(1)});
  }
  internal_error("no rule for operator {}", static_cast<int>(node.code()));
}

tflite::ActivationFunctionType fused_activation(const NodeImport& node) {
  switch (node.code()) {
    case Code::ADD:
      return node.options<tflite::AddOptions>().fused_activation_function();
    case Code::SUB:
      return node.options<tflite::SubOptions>().fused_activation_function();
    case Code::MUL:
      return node.options<tflite::MulOptions>().fused_activation_function();
    default:
      return node.options<tflite::DivOptions>().fused_activation_function();
  }
}

}  // namespace

std::vector<ValueId> import_binary(NodeImport& node) {
  return {add_binary(node)};
}

std::vector<ValueId> import_activated_binary(NodeImport& node) {
  return {activated(node, add_binary(node), fused_activation(node))};
}

std::vector<ValueId> import_squared_difference(NodeImport& node) {
  const ValueId difference = node.helper(binary(BinaryKind::sub), {node.input(0), node.input(1)}, "/sub");
  return {node.add(binary(BinaryKind::mul), {difference, difference})};
}

std::vector<ValueId> import_not_equal(NodeImport& node) {
  const ValueId equal = node.helper(binary(BinaryKind::equal), {node.input(0), node.input(1)}, "/equal");
  return {node.add(unary(UnaryKind::logical_not), {equal})};
}

/// Floats: floor(a / b). Integers: what is left without the remainder that has b's sign, divided exactly.
std::vector<ValueId> import_floor_div(NodeImport& node) {
  const ValueId a = node.input(0), b = node.input(1);
  if (is_float(node.type(0).dtype)) {
    const ValueId quotient = node.helper(binary(BinaryKind::div), {a, b}, "/div");
    return {node.add(unary(UnaryKind::floor), {quotient})};
  }
  const ValueId remainder = node.helper(binary(BinaryKind::mod), {a, b}, "/mod");
  const ValueId multiple = node.helper(binary(BinaryKind::sub), {a, remainder}, "/sub");
  return {node.add(binary(BinaryKind::div), {multiple, b})};
}

std::vector<ValueId> import_add_n(NodeImport& node) {
  ValueId sum = node.input(0);
  for (int i = 1; i < node.input_count(); ++i) {
    sum = node.helper(binary(BinaryKind::add), {sum, node.input(i)}, fmt::format("/{}", i));
  }
  return {sum};
}

/// A condition of one axis chooses among slices of the first axis in SELECT; SELECT_V2 broadcasts.
std::vector<ValueId> import_select(NodeImport& node) {
  ValueId condition = node.input(0);
  if (node.code() == Code::SELECT && node.rank(0) == 1 && node.rank(1) > 1) {
    std::vector<int64_t> shape(node.rank(1), 1);
    shape[0] = node.shape(0)[0];
    condition = node.helper(reshape_to(Shape(shape)), {condition}, "/condition");
  }
  return {node.add(Where(), {condition, node.input(1), node.input(2)})};
}

}  // namespace convoy::tflite_frontend
