#include "quantize/weights.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "quantize/graph_index.h"
#include "quantize/ranges.h"

namespace convoy::quantizer {
namespace {

constexpr double kMostNumber = 127;
/// Biases stay well below 2^31, so that sums of products can be added.
constexpr double kMostBias = 1 << 28;
/// Scales of channels without weights, relative to the largest: their product with that of src stays normal.
constexpr double kLeastRelative = 1e-6;

int64_t product_of(const onnx::NodeProto& node, const char* name) {
  int64_t product = 1;
  if (const onnx::AttributeProto* attribute = find_attribute(node, name)) {
    for (int64_t value : attribute->ints()) product *= value;
  }
  return product;
}

/// Squared error of each scale's weights, when scales are these.
std::vector<double> errors(const Tensor& weights, const WeightLayout& layout, const std::vector<float>& scales) {
  std::vector<double> sums(scales.size(), 0);
  for (int64_t i = 0; i < weights.elems(); ++i) {
    const int64_t s = layout.place(i).scale;
    const double value = weights.as<float>()[i], scale = scales[s];
    const double error = value - nearest_number(value / scale) * scale;
    sums[s] += error * error;
  }
  return sums;
}

/// Half or a quarter of each power of two, where clipping costs less than rounding.
void halve_where_better(const Tensor& weights, const WeightLayout& layout, const std::vector<double>& least,
                        std::vector<float>& scales) {
  constexpr int kSteps = 2;
  std::vector<float> candidate = scales;
  std::vector<double> smallest = errors(weights, layout, scales);
  for (int step = 0; step < kSteps; ++step) {
    for (float& scale : candidate) scale /= 2;
    const std::vector<double> error = errors(weights, layout, candidate);
    for (size_t s = 0; s < scales.size(); ++s) {
      if (error[s] >= smallest[s] || candidate[s] < least[s]) continue;
      smallest[s] = error[s];
      scales[s] = candidate[s];
    }
  }
}

Tensor rounded(const Tensor& weights, const WeightLayout& layout, const std::vector<float>& scales) {
  Tensor numbers(DType::i8, weights.shape());
  for (int64_t i = 0; i < weights.elems(); ++i) {
    numbers.as<int8_t>()[i] = nearest_number(weights.as<float>()[i] / scales[layout.place(i).scale]);
  }
  return numbers;
}

}  // namespace

WeightLayout::WeightLayout(const onnx::NodeProto& product, const Shape& weights) {
  const std::string& op = product.op_type();
  const int rank = weights.rank();
  if (op == "Conv" || op == "ConvTranspose") {
    const bool transposed = op == "ConvTranspose";
    groups_ = int_attribute(product, "group", 1);
    window_ = weights.elems() / (weights[0] * weights[1]);
    order_ = transposed ? Order::grouped_transposed : Order::outputs_first;
    axis_ = transposed ? 1 : 0;
    outputs_ = transposed ? weights[1] * groups_ : weights[0];
    inputs_ = transposed ? weights[0] : weights[1] * groups_;
    scales_ = weights[axis_];
    input_axis_ = 1;
    if (transposed) use_ = 1.0 / static_cast<double>(product_of(product, "strides"));
  } else if (op == "Gemm" && int_attribute(product, "transB", 0)) {
    order_ = Order::outputs_first;
    axis_ = 0;
    outputs_ = scales_ = weights[0];
    inputs_ = weights[1];
  } else if (rank > 1) {
    axis_ = rank - 1;
    outputs_ = scales_ = weights[axis_];
    inputs_ = weights[rank - 2];
  } else {
    inputs_ = weights.elems();
  }
  if (op == "Gemm" && int_attribute(product, "transA", 0)) input_axis_ = 0;
}

WeightLayout::Place WeightLayout::place(int64_t element) const {
  switch (order_) {
    case Order::outputs_first: {
      const int64_t inputs = inputs_ / groups_, output = element / (inputs * window_);
      const int64_t group = output / (outputs_ / groups_);
      return {output, output, group * inputs + element / window_ % inputs};
    }
    case Order::grouped_transposed: {
      const int64_t scale = element / window_ % scales_, input = element / (window_ * scales_);
      return {scale, input / (inputs_ / groups_) * scales_ + scale, input};
    }
    case Order::inputs_first:
      break;
  }
  const int64_t output = element % outputs_;
  return {output, output, element / outputs_ % inputs_};
}

int8_t nearest_number(double weight_per_scale) {
  return static_cast<int8_t>(std::clamp(std::nearbyint(weight_per_scale), -kMostNumber, kMostNumber));
}

QuantizedWeights quantize_weights(const Tensor& weights, const WeightLayout& layout, QuantizationScheme scheme,
                                  float src_scale, std::span<const float> biases) {
  std::vector<double> most(layout.scales(), 0), least(layout.scales(), 0);
  for (int64_t i = 0; i < weights.elems(); ++i) {
    double& largest = most[layout.place(i).scale];
    largest = std::max<double>(largest, std::abs(weights.as<float>()[i]));
  }
  const double floor = std::max(*std::max_element(most.begin(), most.end()) / kMostNumber * kLeastRelative, 1e-18);
  std::fill(least.begin(), least.end(), floor);
  for (size_t o = 0; o < biases.size(); ++o) {
    double& smallest = least[layout.scale_of(static_cast<int64_t>(o))];
    smallest = std::max(smallest, std::abs(biases[o]) / (src_scale * kMostBias));
  }
  QuantizedWeights result;
  for (int64_t s = 0; s < layout.scales(); ++s) {
    const double scale = std::max(most[s] / kMostNumber, least[s]);
    result.scale.push_back(scheme == QuantizationScheme::pow2 ? power_of_two_above(scale) : static_cast<float>(scale));
  }
  if (scheme == QuantizationScheme::pow2) halve_where_better(weights, layout, least, result.scale);
  result.numbers = rounded(weights, layout, result.scale);
  return result;
}

std::vector<double> mean_error(const Tensor& weights, const QuantizedWeights& quantized, const WeightLayout& layout,
                               std::span<const double> input_means) {
  std::vector<double> sums(layout.outputs(), 0);
  for (int64_t i = 0; i < weights.elems(); ++i) {
    const auto [scale, output, input] = layout.place(i);
    const double error = double(quantized.numbers.as<int8_t>()[i]) * quantized.scale[scale] - weights.as<float>()[i];
    sums[output] += error * input_means[input] * layout.use();
  }
  return sums;
}

QuantizedBias quantize_bias(std::span<const float> biases, const QuantizedWeights& weights, const WeightLayout& layout,
                            float src_scale) {
  constexpr double kMost = std::numeric_limits<int32_t>::max();
  QuantizedBias result{Tensor(DType::i32, Shape{layout.outputs()}), {}};
  for (int64_t o = 0; o < layout.outputs(); ++o) {
    const float scale = src_scale * weights.scale[layout.scale_of(o)];
    const double number = std::nearbyint(static_cast<double>(biases[o]) / scale);
    result.numbers.as<int32_t>()[o] = static_cast<int32_t>(std::clamp(number, -kMost, kMost));
    result.scale.push_back(scale);
  }
  return result;
}

}  // namespace convoy::quantizer
