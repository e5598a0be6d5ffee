#include "frontends/simple_ops.h"
#include "frontends/tflite/quantised/importers.h"
#include "frontends/tflite/quantised/weights.h"
#include "ops/matmul.h"

namespace convoy::tflite_frontend {

std::vector<ValueId> import_quantised_batch_matmul(NodeImport& node) {
  const auto& options = node.options<tflite::BatchMatMulOptions>();
  constexpr int kNoChannels = -1;
  const QuantisedWeights weights = read_weights(node, 0, 1, kNoChannels, FactorPrecision::product_in_float);
  const Affine to = output_affine(node);
  MatMul op;
  op.trans_a = options.adj_x();
  op.trans_b = options.adj_y();
  op.zeros = weights.zeros;
  const ValueId sums = node.add(std::move(op), {node.input(0), node.input(1)});
  return {requantised(node, sums, weights.factors[0], requantize_to(node, to, {to.low(), to.high()}), "/requantize")};
}

}  // namespace convoy::tflite_frontend
