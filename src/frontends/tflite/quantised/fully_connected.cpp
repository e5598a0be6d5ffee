#include "frontends/tflite/fully_connected.h"

#include "frontends/simple_ops.h"
#include "frontends/tflite/quantised/importers.h"
#include "frontends/tflite/quantised/weights.h"

namespace convoy::tflite_frontend {

std::vector<ValueId> import_quantised_fully_connected(NodeImport& node) {
  const FullyConnected form = read_fully_connected(node);
  // What is rounded once is scaled in double by LiteRT, too; the factor's 31 bits are enough for it but in ties.
  const FactorPrecision precision =
      node.rounding() == Rounding::once ? FactorPrecision::in_double : FactorPrecision::product_in_float;
  const QuantisedWeights weights = read_weights(node, 0, 1, 0, precision);
  const Affine to = output_affine(node);
  const Requantize requantize = requantize_to(node, to, activation_bounds(to, form.activation));
  const ValueId sums = add_product(node, form, weights.zeros);
  const auto count = static_cast<int64_t>(weights.factors.size());
  const Shape shape = count == 1 ? Shape{} : Shape{count};
  const ValueId result = requantised(node, sums, weights.factors, shape, requantize, "/requantize");
  return {node.helper(reshape_to(form.dst), {result}, "/shape")};
}

}  // namespace convoy::tflite_frontend
