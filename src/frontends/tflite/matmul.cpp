// FULLY_CONNECTED and BATCH_MATMUL.
#include "ops/matmul.h"

#include "frontends/simple_ops.h"
#include "frontends/tflite/activation.h"
#include "frontends/tflite/fully_connected.h"
#include "frontends/tflite/importers.h"

namespace convoy::tflite_frontend {
namespace {

/// Shape of dst for rows of `k` elements: src's own leading axes, or all rows together.
Shape product_shape(const Shape& src, int64_t rows, int64_t n, bool keep_axes) {
  if (!keep_axes) return {rows, n};
  std::vector<int64_t> dims = src.dims();
  dims.back() = n;
  return Shape(dims);
}

}  // namespace

FullyConnected read_fully_connected(const NodeImport& node) {
  const auto& options = node.options<tflite::FullyConnectedOptions>();
  if (options.weights_format() != tflite::WeightsFormat::DEFAULT) unsupported("shuffled weights are not supported");
  const Shape &src = node.shape(0), &weights = node.shape(1);
  if (weights.rank() != 2) invalid_input("weights are {}, expected a matrix", node.type(1).str());
  const int64_t n = weights[0], k = weights[1];
  const bool rows_fit = k > 0 && src.elems() % k == 0;
  const bool axes_fit = !options.keep_num_dims() || (src.rank() > 0 && src[src.rank() - 1] == k);
  if (!rows_fit || !axes_fit) {
    invalid_input("src {} does not consist of rows of {} elements, as weights {} need", src.str(), k, weights.str());
  }
  if (node.optional_input(2) != kAbsent && node.shape(2) != Shape{n}) {
    invalid_input("bias is {}, expected {} elements", node.type(2).str(), n);
  }
  const int64_t rows = src.elems() / k;
  return {{rows, k}, product_shape(src, rows, n, options.keep_num_dims()), options.fused_activation_function()};
}

ValueId add_product(NodeImport& node, const FullyConnected& form, const ZeroPoints& zeros) {
  MatMul op;
  op.trans_b = true;
  op.zeros = zeros;
  const ValueId rows = node.helper(reshape_to(form.rows), {node.input(0)}, "/rows");
  const ValueId product = node.add(op, {rows, node.input(1)});
  if (node.optional_input(2) == kAbsent) return product;
  ValueId bias = node.input(2);
  // Of i16, sums are i64 and the bias may be i32.
  const DType sums = node.builder().type(product).dtype;
  if (sums == DType::i64 && node.type(2).dtype == DType::i32) bias = node.helper(cast_to(sums), {bias}, "/bias_i64");
  return node.helper(binary(BinaryKind::add), {product, bias}, "/bias");
}

std::vector<ValueId> import_fully_connected(NodeImport& node) {
  const FullyConnected form = read_fully_connected(node);
  const ValueId result = activated(node, add_product(node, form, {}), form.activation);
  return {node.helper(reshape_to(form.dst), {result}, "/shape")};
}

std::vector<ValueId> import_batch_matmul(NodeImport& node) {
  const auto& options = node.options<tflite::BatchMatMulOptions>();
  MatMul op;
  op.trans_a = options.adj_x();
  op.trans_b = options.adj_y();
  return {node.add(op, {node.input(0), node.input(1)})};
}

}  // namespace convoy::tflite_frontend
