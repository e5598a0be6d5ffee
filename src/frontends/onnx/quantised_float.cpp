// Operators of com.microsoft that ONNX Runtime defines as: dequantise, compute in floats, quantise.
#include "frontends/onnx/importers.h"
#include "frontends/onnx/quantisation.h"
#include "frontends/onnx/spatial.h"
#include "frontends/simple_ops.h"
#include "ops/avg_pool2d.h"
#include "ops/concat.h"
#include "ops/quantize.h"
#include "ops/reduce.h"
#include "ops/softmax.h"

namespace convoy::onnx_frontend {
namespace {

/// Inputs of an operator with one quantised operand and result.
enum { kX, kXScale, kXZero, kYScale, kYZero };

ValueId unary_operand(NodeImport& node) {
  return dequantised(node, {kX, kXScale, kXZero}, "/dequantize");
}

std::vector<ValueId> emit_unary(NodeImport& node, ValueId value) {
  return emit_quantised(node, value, kYScale, kYZero, node.type(kX).dtype);
}

void check_channels_first(const NodeImport& node) {
  if (node.attr_int("channels_last", 0)) unsupported("channels_last=1 is not supported");
}

}  // namespace

std::vector<ValueId> import_qlinear_binary(NodeImport& node) {
  const BinaryKind kind = node.op_type() == "QLinearMul" ? BinaryKind::mul : BinaryKind::add;
  const ValueId a = dequantised(node, {0, 1, 2}, "/a"), b = dequantised(node, {3, 4, 5}, "/b");
  return emit_quantised(node, node.helper(binary(kind), {a, b}, "/float"), 6, 7, node.type(0).dtype);
}

/// Inputs: scale and zero of the result, then value, scale and zero of each part.
std::vector<ValueId> import_qlinear_concat(NodeImport& node) {
  if (node.input_count() < 5 || node.input_count() % 3 != 2) {
    invalid_input("it has {} inputs, expected 2 and 3 for each part", node.input_count());
  }
  Concat op;
  op.axis = NodeImport::normalize_axis(node.attr_int("axis", 1), node.rank(2));
  std::vector<ValueId> parts;
  for (int i = 2; i < node.input_count(); i += 3) {
    parts.push_back(dequantised(node, {i, i + 1, i + 2}, fmt::format("/{}", parts.size()).c_str()));
  }
  return emit_quantised(node, node.helper(op, parts, "/float"), 0, 1, node.type(2).dtype);
}

std::vector<ValueId> import_qlinear_global_average_pool(NodeImport& node) {
  check_channels_first(node);
  Reduce op;
  op.kind = ReduceKind::mean;
  for (int axis = 2; axis < node.rank(kX); ++axis) op.axes.push_back(axis);
  if (op.axes.empty()) invalid_input("src is {}, expected images, channels and spatial axes", node.type(kX).str());
  return emit_unary(node, node.helper(op, {unary_operand(node)}, "/float"));
}

std::vector<ValueId> import_qlinear_average_pool(NodeImport& node) {
  check_channels_first(node);
  if (node.rank(kX) != 4) unsupported("src is {}, only images with 2 spatial axes are supported", node.type(kX).str());
  if (!node.has("kernel_shape")) invalid_input("attribute 'kernel_shape' is missing");
  Spatial spatial = read_spatial(node);
  apply_auto_pad(node, spatial);
  AvgPool2d op;
  op.kernel = spatial.kernel;
  op.window = spatial.window;
  op.ceil_mode = node.attr_int("ceil_mode", 0) != 0;
  op.count_include_pad = node.attr_int("count_include_pad", 0) != 0;
  return emit_unary(node, node.helper(op, {unary_operand(node)}, "/float"));
}

/// Attribute opset says whose Softmax is meant: before 13 all axes from `axis` on are one.
std::vector<ValueId> import_qlinear_softmax(NodeImport& node) {
  const bool flattens = node.attr_int("opset", 13) < 13;
  const Shape shape = node.shape(kX);
  const int64_t axis = NodeImport::normalize_axis(node.attr_int("axis", flattens ? 1 : -1), shape.rank());
  Softmax op;
  op.axis = flattens ? 1 : axis;
  ValueId value = unary_operand(node);
  if (!flattens) return emit_unary(node, node.helper(op, {value}, "/float"));
  int64_t rows = 1;
  for (int i = 0; i < axis; ++i) rows *= shape[i];
  const Shape matrix{rows, rows == 0 ? 0 : shape.elems() / rows};
  value = node.helper(op, {node.helper(reshape_to(matrix), {value}, "/flatten")}, "/float");
  return emit_unary(node, node.helper(reshape_to(shape), {value}, "/shape"));
}

std::vector<ValueId> import_qlinear_unary(NodeImport& node) {
  const bool leaky = node.op_type() == "QLinearLeakyRelu";
  const Unary op = leaky ? unary(UnaryKind::leaky_relu, node.attr_float("alpha", 0.01)) : unary(UnaryKind::sigmoid);
  return emit_unary(node, node.helper(op, {unary_operand(node)}, "/float"));
}

}  // namespace convoy::onnx_frontend
