// Weights and biases of convolutions and products as integers.
#pragma once

#include <convoy/quantize.h>
#include <onnx/onnx_pb.h>

#include <span>
#include <vector>

namespace convoy::quantizer {

/// Which input and output channels each weight of a product connects.
class WeightLayout {
 public:
  /// Conv, ConvTranspose, Gemm or MatMul with weights of this shape.
  WeightLayout(const onnx::NodeProto& product, const Shape& weights);

  int axis() const { return axis_; }              ///< of the weights that has a scale for each index; -1: one scale
  int64_t scales() const { return scales_; }      ///< how many there are
  int64_t outputs() const { return outputs_; }    ///< output channels, each of the scale `scale_of`
  int64_t inputs() const { return inputs_; }      ///< input channels
  int input_axis() const { return input_axis_; }  ///< where src has them; from the back when negative
  int64_t scale_of(int64_t output) const { return output % scales_; }
  int64_t outputs_of_group() const { return outputs_ / groups_; }
  /// Weights that an output has, in the order of WindowRows. Not for ConvTranspose.
  int64_t columns() const { return inputs_ / groups_ * window_; }
  int64_t element(int64_t output, int64_t column) const {
    return order_ == Order::outputs_first ? output * columns() + column : column * outputs_ + output;
  }
  /// How often a weight is used for one result, on average: less than once in a strided transposed convolution.
  double use() const { return use_; }

  struct Place {
    int64_t scale, output, input;
  };
  /// Of the element with this index.
  Place place(int64_t element) const;

 private:
  enum class Order { outputs_first, inputs_first, grouped_transposed };

  Order order_ = Order::inputs_first;
  int axis_ = -1, input_axis_ = -1;
  int64_t scales_ = 1, outputs_ = 1, inputs_ = 1;
  int64_t groups_ = 1, window_ = 1;
  double use_ = 1;
};

struct QuantizedWeights {
  Tensor numbers;            ///< i8, -127..127
  std::vector<float> scale;  ///< one an index of the layout's axis
};

/// Symmetric, of the largest magnitude an index of the axis, or the power of two with the smallest error. Scales are
/// large enough for biases (as many as outputs, or none) to fit 32 bits as multiples of scale * src_scale.
QuantizedWeights quantize_weights(const Tensor& weights, const WeightLayout& layout, QuantizationScheme scheme,
                                  float src_scale, std::span<const float> biases);

/// A weight in units of its scale, rounded to what there is.
int8_t nearest_number(double weight_per_scale);

/// What rounding the weights adds to each output, on average, when input channels have these means.
std::vector<double> mean_error(const Tensor& weights, const QuantizedWeights& quantized, const WeightLayout& layout,
                               std::span<const double> input_means);

struct QuantizedBias {
  Tensor numbers;            ///< i32, one an output
  std::vector<float> scale;  ///< one an output: src_scale * scale of the weights
};

QuantizedBias quantize_bias(std::span<const float> biases, const QuantizedWeights& weights, const WeightLayout& layout,
                            float src_scale);

}  // namespace convoy::quantizer
