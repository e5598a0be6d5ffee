// Operators of two and more inputs that compute every element by itself, with numpy broadcasting.
#include <algorithm>
#include <string>

#include "frontends/onnx/importers.h"
#include "frontends/simple_ops.h"
#include "ops/where.h"
#include "support/dtypes.h"

namespace convoy::onnx_frontend {
namespace {

struct BinaryRule {
  std::string_view op_type;
  BinaryKind kind;
};

constexpr BinaryRule kBinaryRules[] = {
    {"Add", BinaryKind::add},         {"And", BinaryKind::logical_and},
    {"Div", BinaryKind::div},         {"Equal", BinaryKind::equal},
    {"Greater", BinaryKind::greater}, {"GreaterOrEqual", BinaryKind::greater_equal},
    {"Less", BinaryKind::less},       {"LessOrEqual", BinaryKind::less_equal},
    {"Max", BinaryKind::max},         {"Min", BinaryKind::min},
    {"Mul", BinaryKind::mul},         {"Or", BinaryKind::logical_or},
    {"Sub", BinaryKind::sub},         {"Sum", BinaryKind::add},
};

Binary binary_of(const NodeImport& node) {
  for (const BinaryRule& rule : kBinaryRules) {
    if (rule.op_type == node.op_type()) return binary(rule.kind);
  }
  internal_error("no rule for {}", node.op_type());
}

/// Before opset 7 the right-hand side's axes could be placed at any `axis` of the left-hand side's; now the
/// last axes align, which axes of extent 1 at its end bring about.
ValueId aligned_rhs(NodeImport& node) {
  if (node.opset() >= 7 || !node.attr_int("broadcast", 0) || !node.has("axis")) return node.input(1);
  const int64_t axis = NodeImport::normalize_axis(node.attr_int("axis", 0), node.rank(0));
  std::vector<int64_t> shape = node.shape(1).dims();
  while (axis + static_cast<int64_t>(shape.size()) < node.rank(0)) shape.push_back(1);
  return node.helper(reshape_to(Shape(shape)), {node.input(1)}, "/rhs");
}

/// Folds the inputs from the left; the last step is the node itself.
std::vector<ValueId> variadic(NodeImport& node, BinaryKind kind) {
  ValueId result = node.input(0);
  if (node.input_count() == 1) return {result};
  for (int i = 1; i + 1 < node.input_count(); ++i) {
    result = node.helper(binary(kind), {result, node.input(i)}, ("/" + std::to_string(i)).c_str());
  }
  return node.emit(binary(kind), {result, node.input(node.input_count() - 1)});
}

}  // namespace

std::vector<ValueId> import_binary(NodeImport& node) {
  return node.emit(binary_of(node), {node.input(0), aligned_rhs(node)});
}

std::vector<ValueId> import_variadic(NodeImport& node) {
  return variadic(node, binary_of(node).kind);
}

std::vector<ValueId> import_mean(NodeImport& node) {
  ValueId sum = node.input(0);
  if (node.input_count() == 1) return {sum};
  for (int i = 1; i < node.input_count(); ++i) {
    sum = node.helper(binary(BinaryKind::add), {sum, node.input(i)}, ("/" + std::to_string(i)).c_str());
  }
  const ValueId count = node.scalar(node.type(0).dtype, node.input_count(), "/count");
  return node.emit(binary(BinaryKind::div), {sum, count});
}

std::vector<ValueId> import_mod(NodeImport& node) {
  const BinaryKind kind = node.attr_int("fmod", 0) ? BinaryKind::fmod : BinaryKind::mod;
  return node.emit(binary(kind), {node.input(0), node.input(1)});
}

std::vector<ValueId> import_xor(NodeImport& node) {
  const ValueId equal = node.helper(binary(BinaryKind::equal), {node.input(0), aligned_rhs(node)}, "/equal");
  return node.emit(unary(UnaryKind::logical_not), {equal});
}

/// The exponent may have a type of its own; floats to the power of integers are common (x^2).
std::vector<ValueId> import_pow(NodeImport& node) {
  const DType dtype = node.type(0).dtype;
  ValueId exponent = aligned_rhs(node);
  if (is_float(dtype) && node.type(1).dtype != dtype) exponent = node.helper(cast_to(dtype), {exponent}, "/exponent");
  return node.emit(binary(BinaryKind::pow), {node.input(0), exponent});
}

/// Before opset 7 a slope of one axis belonged to the channels.
std::vector<ValueId> import_prelu(NodeImport& node) {
  ValueId slope = node.input(1);
  if (node.opset() < 7 && node.rank(1) == 1 && node.shape(1)[0] != 1) {
    std::vector<int64_t> shape(std::max(node.rank(0) - 1, 1), 1);
    shape[0] = node.shape(1)[0];
    slope = node.helper(reshape_to(Shape(shape)), {slope}, "/slope");
  }
  return node.emit(binary(BinaryKind::prelu), {node.input(0), slope});
}

std::vector<ValueId> import_where(NodeImport& node) {
  return node.emit(Where(), {node.input(0), node.input(1), node.input(2)});
}

}  // namespace convoy::onnx_frontend
