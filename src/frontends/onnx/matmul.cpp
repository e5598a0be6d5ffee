#include "ops/matmul.h"

#include "frontends/onnx/importers.h"
#include "frontends/simple_ops.h"

namespace convoy::onnx_frontend {
namespace {

ValueId scaled(NodeImport& node, ValueId id, double factor, const char* suffix) {
  if (factor == 1) return id;
  const std::string name = std::string(suffix) + "_value";
  const ValueId scalar = node.scalar(node.builder().type(id).dtype, factor, name.c_str());
  return node.helper(binary(BinaryKind::mul), {id, scalar}, suffix);
}

void check_matrix(const NodeImport& node, int index) {
  if (node.rank(index) != 2) invalid_input("input {} is {}, expected a matrix", index, node.type(index).str());
}

void check_bias(const TensorType& bias, const TensorType& product) {
  if (broadcast_shape(product.shape, bias.shape) == product.shape) return;
  invalid_input("C is {}, which does not broadcast to {}", bias.str(), product.str());
}

}  // namespace

/// alpha * A' * B' + beta * C as a matrix product, alpha on the constant operand, and an addition.
std::vector<ValueId> import_gemm(NodeImport& node) {
  check_matrix(node, 0);
  check_matrix(node, 1);
  const double alpha = node.attr_float("alpha", 1), beta = node.attr_float("beta", 1);
  ValueId a = node.input(0), b = node.input(1);
  if (node.builder().constant_of(b)) {
    b = scaled(node, b, alpha, "/alpha");
  } else {
    a = scaled(node, a, alpha, "/alpha");
  }
  MatMul matmul;
  matmul.trans_a = node.attr_int("transA", 0) != 0;
  matmul.trans_b = node.attr_int("transB", 0) != 0;
  if (node.optional_input(2) == kAbsent || beta == 0) return node.emit(std::move(matmul), {a, b});

  const ValueId product = node.helper(std::move(matmul), {a, b}, "/matmul");
  check_bias(node.type(2), node.builder().type(product));
  const ValueId bias = scaled(node, node.input(2), beta, "/beta");
  return node.emit(binary(BinaryKind::add), {product, bias});
}

std::vector<ValueId> import_matmul(NodeImport& node) {
  return node.emit(MatMul(), {node.input(0), node.input(1)});
}

}  // namespace convoy::onnx_frontend
