// CONV_2D, DEPTHWISE_CONV_2D and TRANSPOSE_CONV on quantised numbers: sums in i32, then requantize.
#include "frontends/tflite/convolutions.h"

#include "frontends/simple_ops.h"
#include "frontends/tflite/quantised/importers.h"
#include "frontends/tflite/quantised/weights.h"

namespace convoy::tflite_frontend {
namespace {

/// Where a convolution's operands are among the inputs.
struct Places {
  int src, weights, bias;
};

/// Convolutions of u8 are older than scales of channels, and round the product of the two scales to a float.
FactorPrecision precision_of(DType src) {
  return src == DType::u8 ? FactorPrecision::product_in_float : FactorPrecision::in_double;
}

/// Sums of i16 are i64; with a bias of i32, TFLite has them wrap around as i32.
template <class Op>
ValueId add_sums(NodeImport& node, Op op, const Places& places, ValueId src, ValueId kernel) {
  const ValueId bias = node.optional_input(places.bias);
  const bool narrow =
      node.type(places.src).dtype == DType::i16 && bias != kAbsent && node.type(places.bias).dtype == DType::i32;
  if (!narrow) return node.add(std::move(op), {src, kernel, bias});
  const ValueId wide_bias = node.helper(cast_to(DType::i64), {bias}, "/bias");
  const ValueId sums = node.add(std::move(op), {src, kernel, wide_bias});
  return node.helper(cast_to(DType::i32), {sums}, "/narrow");
}

template <class Op>
std::vector<ValueId> emit(NodeImport& node, Convolution<Op> conv, const Places& places, Rounding rounding) {
  const QuantisedWeights weights =
      read_weights(node, places.src, places.weights, conv.channel_axis, precision_of(node.type(places.src).dtype));
  conv.op.zeros = weights.zeros;
  const Affine to = output_affine(node);
  Requantize requantize = requantize_to(node, to, activation_bounds(to, conv.activation));
  requantize.rounding = rounding;
  const ValueId src = node.channels_first(node.input(places.src), "/nchw");
  const ValueId kernel = node.helper(transpose_to(conv.order), {node.input(places.weights)}, "/weights");
  const ValueId sums = add_sums(node, std::move(conv.op), places, src, kernel);
  const auto count = static_cast<int64_t>(weights.factors.size());
  const Shape shape = count == 1 ? Shape{} : Shape{count, 1, 1};
  return {node.channels_last(requantised(node, sums, weights.factors, shape, requantize, "/requantize"))};
}

}  // namespace

std::vector<ValueId> import_quantised_conv2d(NodeImport& node) {
  return emit(node, read_conv2d(node), {0, 1, 2}, node.rounding());
}

/// TFLite's reference kernel for u8 rounds twice, whatever its other kernels do.
std::vector<ValueId> import_quantised_depthwise_conv2d(NodeImport& node) {
  const Rounding rounding = node.type(0).dtype == DType::u8 ? Rounding::twice : node.rounding();
  return emit(node, read_depthwise_conv2d(node), {0, 1, 2}, rounding);
}

std::vector<ValueId> import_quantised_transpose_conv(NodeImport& node) {
  return emit(node, read_transpose_conv(node), {kTransposeConvSrc, kTransposeConvWeights, kTransposeConvBias},
              node.rounding());
}

}  // namespace convoy::tflite_frontend
