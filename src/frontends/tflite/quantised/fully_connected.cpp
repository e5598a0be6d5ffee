#include "frontends/tflite/fully_connected.h"

#include "frontends/simple_ops.h"
#include "frontends/tflite/quantised/importers.h"
#include "frontends/tflite/quantised/weights.h"

namespace convoy::tflite_frontend {
namespace {

/// Sums of i16 at the output's scale: TFLite scales them in double, and rounds halves away from zero.
ValueId scaled_in_double(NodeImport& node, ValueId sums, const std::vector<double>& scales, const Affine& dst,
                         const Bounds& bounds) {
  Tensor factors = Tensor::of(scales);
  const ValueId factor = node.constant(scales.size() == 1 ? factors.reshaped({}) : factors, "/factor");
  const ValueId real = node.helper(cast_to(DType::f64), {sums}, "/f64");
  const ValueId scaled = node.helper(binary(BinaryKind::mul), {real, factor}, "/scaled");
  const ValueId rounded = rounded_away(node, scaled, DType::i32, "/scaled");
  const auto low = static_cast<double>(bounds.low), high = static_cast<double>(bounds.high);
  const ValueId clamped = node.helper(unary(UnaryKind::clip, low, high), {rounded}, "/clip");
  return node.helper(cast_to(dst.dtype), {clamped}, "/narrow");
}

/// The product with its bias, of i16 and perhaps a bias of i32, which makes sums wrap around as i32.
ValueId add_wide_product(NodeImport& node, const FullyConnected& form, const ZeroPoints& zeros) {
  const ValueId product = add_product(node, form, zeros);
  const bool narrow = node.optional_input(2) != kAbsent && node.type(2).dtype == DType::i32;
  return narrow ? node.helper(cast_to(DType::i32), {product}, "/narrow_sums") : product;
}

}  // namespace

std::vector<ValueId> import_quantised_fully_connected(NodeImport& node) {
  const FullyConnected form = read_fully_connected(node);
  // What is rounded once is scaled in double by LiteRT, too; the factor's 31 bits are enough for it but in ties.
  const FactorPrecision precision = node.rounding() == Rounding::once || node.type(0).dtype == DType::i16
                                        ? FactorPrecision::in_double
                                        : FactorPrecision::product_in_float;
  const QuantisedWeights weights = read_weights(node, 0, 1, 0, precision);
  const Affine to = output_affine(node);
  const Requantize requantize = requantize_to(node, to, activation_bounds(to, form.activation));
  if (to.dtype == DType::i16) {
    const ValueId wide_sums = add_wide_product(node, form, weights.zeros);
    const Bounds bounds = activation_bounds(to, form.activation);
    return {
        node.helper(reshape_to(form.dst), {scaled_in_double(node, wide_sums, weights.scales, to, bounds)}, "/shape")};
  }
  const ValueId sums = add_product(node, form, weights.zeros);
  const auto count = static_cast<int64_t>(weights.factors.size());
  const Shape shape = count == 1 ? Shape{} : Shape{count};
  const ValueId result = requantised(node, sums, weights.factors, shape, requantize, "/requantize");
  return {node.helper(reshape_to(form.dst), {result}, "/shape")};
}

}  // namespace convoy::tflite_frontend
