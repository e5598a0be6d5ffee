#include "frontends/tflite/quantised/weights.h"

#include "support/dtypes.h"

namespace convoy::tflite_frontend {
namespace {

void check_operands(const NodeImport& node, int src, int weights) {
  const TensorType &a = node.type(src), &b = node.type(weights);
  if (is_float(a.dtype)) {
    unsupported("src is {} and weights are {}: products of floats and quantised weights are not supported", a.str(),
                b.str());
  }
  if (b.dtype != DType::i8 && b.dtype != DType::u8) {
    unsupported("weights are {}, only i8 and u8 are supported for quantised numbers", b.str());
  }
}

double factor_of(float src, float weights, float dst, FactorPrecision precision) {
  if (precision == FactorPrecision::product_in_float) {
    const float product = src * weights;
    return static_cast<double>(product) / static_cast<double>(dst);
  }
  return static_cast<double>(src) * static_cast<double>(weights) / static_cast<double>(dst);
}

}  // namespace

QuantisedWeights read_weights(const NodeImport& node, int src, int weights, int channel_axis, FactorPrecision whole) {
  check_operands(node, src, weights);
  const Affine from = input_affine(node, src), to = output_affine(node);
  const QuantParams params = node.input_quantisation(weights);
  if (!params.quantised()) invalid_input("weights are {} without a scale", node.type(weights).str());
  if (params.per_channel() && params.axis != channel_axis) {
    unsupported("weights {} have scales along axis {}, only those along axis {}, the output channels, are supported",
                node.shape(weights).str(), params.axis, channel_axis);
  }
  QuantisedWeights result;
  result.zeros.src = from.zero;
  const FactorPrecision precision = params.per_channel() ? FactorPrecision::in_double : whole;
  bool any_zero = false;
  for (size_t i = 0; i < params.scale.size(); ++i) {
    result.scales.push_back(factor_of(from.scale, params.scale[i], to.scale, precision));
    result.factors.push_back(fixed_point(result.scales.back()));
    any_zero |= params.zero_point[i] != 0;
  }
  if (any_zero) result.zeros.weights = params.zero_point;
  return result;
}

}  // namespace convoy::tflite_frontend
