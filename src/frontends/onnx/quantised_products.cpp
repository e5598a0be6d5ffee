// Convolutions and matrix products of quantised numbers: QLinearConv, QLinearMatMul, ConvInteger, MatMulInteger, QGemm.
#include "frontends/onnx/importers.h"
#include "frontends/onnx/quantisation.h"
#include "frontends/simple_ops.h"
#include "ops/quantize.h"

namespace convoy::onnx_frontend {
namespace {

/// The scale of sums of products. Both are constants as a rule, and so is this.
ValueId product_scale(NodeImport& node, int a_scale, int b_scale) {
  return node.helper(binary(BinaryKind::mul), {node.input(a_scale), node.input(b_scale)}, "/scale");
}

ValueId dequantised_sums(NodeImport& node, ValueId sums, ValueId scale, int64_t axis) {
  return node.helper(dequantize(axis), {sums, scale}, "/dequantize");
}

int64_t last_axis(NodeImport& node, ValueId id) {
  return std::max(node.builder().type(id).shape.rank() - 1, 0);
}

/// The last value as the node's output.
std::vector<ValueId> emit_sums(NodeImport& node, ValueId sums) {
  return node.emit(reshape_to(node.builder().type(sums).shape), {sums});
}

}  // namespace

std::vector<ValueId> import_qlinear_conv(NodeImport& node) {
  enum { kX, kXScale, kXZero, kW, kWScale, kWZero, kYScale, kYZero, kBias };
  const ValueId sums = convolution_sums(node, {node.input(kX), kXZero}, kW, kWZero, node.optional_input(kBias));
  const ValueId value = dequantised_sums(node, sums, product_scale(node, kXScale, kWScale), 1);
  return emit_quantised(node, value, kYScale, kYZero, DType::u8);
}

std::vector<ValueId> import_qlinear_matmul(NodeImport& node) {
  enum { kA, kAScale, kAZero, kB, kBScale, kBZero, kYScale, kYZero };
  const ValueId sums = product_sums(node, {node.input(kA), kAZero}, {node.input(kB), kBZero}, MatMul());
  if (node.shape(kAScale).elems() != 1) unsupported("a scale for each row of A is not supported, one number is");
  const ValueId value = dequantised_sums(node, sums, product_scale(node, kAScale, kBScale), last_axis(node, sums));
  return emit_quantised(node, value, kYScale, kYZero, DType::u8);
}

std::vector<ValueId> import_conv_integer(NodeImport& node) {
  enum { kX, kW, kXZero, kWZero };
  return emit_sums(node, convolution_sums(node, {node.input(kX), kXZero}, kW, kWZero));
}

std::vector<ValueId> import_matmul_integer(NodeImport& node) {
  enum { kA, kB, kAZero, kBZero };
  return emit_sums(node, product_sums(node, {node.input(kA), kAZero}, {node.input(kB), kBZero}, MatMul()));
}

/// com.microsoft: alpha * (A' * B' + C), all of them quantised; C has the scale of the sums. Without a scale of the
/// output that is a float.
std::vector<ValueId> import_qgemm(NodeImport& node) {
  enum { kA, kAScale, kAZero, kB, kBScale, kBZero, kC, kYScale, kYZero };
  MatMul matmul;
  matmul.trans_a = node.attr_int("transA", 0) != 0;
  matmul.trans_b = node.attr_int("transB", 0) != 0;
  ValueId sums = product_sums(node, {node.input(kA), kAZero}, {node.input(kB), kBZero}, matmul);
  if (node.optional_input(kC) != kAbsent) {
    sums = node.helper(binary(BinaryKind::add), {sums, node.input(kC)}, "/bias");
  }
  ValueId scale = product_scale(node, kAScale, kBScale);
  if (const double alpha = node.attr_float("alpha", 1); alpha != 1) {
    scale = node.helper(binary(BinaryKind::mul), {scale, node.scalar(DType::f32, alpha, "/alpha_value")}, "/alpha");
  }
  if (node.optional_input(kYScale) == kAbsent) return node.emit(dequantize(last_axis(node, sums)), {sums, scale});
  const ValueId value = dequantised_sums(node, sums, scale, last_axis(node, sums));
  return emit_quantised(node, value, kYScale, kYZero, node.type(kA).dtype);
}

}  // namespace convoy::onnx_frontend
