#include "quantize/weights.h"

#include <gtest/gtest.h>

#include <cmath>

#include "frontends/onnx/model_builder.h"

namespace convoy::quantizer {
namespace {

using onnx_frontend::TestModel;

onnx::NodeProto node_of(const std::string& op, const std::string& attribute = "", int64_t value = 0) {
  TestModel model;
  model.add(op, {"x", "w"}, {"y"});
  if (!attribute.empty()) model.attr(attribute, value);
  return model.node(0);
}

Tensor floats(Shape shape, const std::vector<float>& values) {
  return Tensor::of(values).reshaped(std::move(shape));
}

TEST(WeightLayout, GroupedConvolution) {
  const WeightLayout layout(node_of("Conv", "group", 2), Shape{4, 3, 1, 2});
  EXPECT_EQ(layout.axis(), 0);
  EXPECT_EQ(layout.scales(), 4);
  EXPECT_EQ(layout.outputs(), 4);
  EXPECT_EQ(layout.inputs(), 6);
  const auto place = layout.place(2 * 6 + 1 * 2 + 1);  // output 2, the second input of its group
  EXPECT_EQ(place.output, 2);
  EXPECT_EQ(place.scale, 2);
  EXPECT_EQ(place.input, 4);
}

TEST(WeightLayout, GroupedTransposedConvolution) {
  const WeightLayout layout(node_of("ConvTranspose", "group", 2), Shape{4, 3, 2, 2});
  EXPECT_EQ(layout.axis(), 1);
  EXPECT_EQ(layout.scales(), 3);
  EXPECT_EQ(layout.outputs(), 6);
  EXPECT_EQ(layout.inputs(), 4);
  const auto place = layout.place(3 * 12 + 1 * 4);  // input 3 is in group 1
  EXPECT_EQ(place.scale, 1);
  EXPECT_EQ(place.output, 4);
  EXPECT_EQ(place.input, 3);
  EXPECT_EQ(layout.scale_of(4), 1);
}

TEST(WeightLayout, Products) {
  const WeightLayout plain(node_of("MatMul"), Shape{2, 3}), transposed(node_of("Gemm", "transB", 1), Shape{3, 2});
  EXPECT_EQ(plain.axis(), 1);
  EXPECT_EQ(transposed.axis(), 0);
  for (int64_t output = 0; output < 3; ++output) {
    for (int64_t input = 0; input < 2; ++input) {
      const auto a = plain.place(input * 3 + output), b = transposed.place(output * 2 + input);
      EXPECT_EQ(a.output, output);
      EXPECT_EQ(a.input, input);
      EXPECT_EQ(b.output, output);
      EXPECT_EQ(b.input, input);
    }
  }
  EXPECT_EQ(WeightLayout(node_of("MatMul"), Shape{5}).axis(), -1);
}

TEST(Weights, AScaleForEachChannel) {
  const Tensor weights = floats({2, 2, 1, 1}, {1, -0.5f, 100, 127});
  const WeightLayout layout(node_of("Conv"), weights.shape());
  const QuantizedWeights q = quantize_weights(weights, layout, QuantizationScheme::int8, 0.1f, {});
  EXPECT_FLOAT_EQ(q.scale[0], 1.f / 127);
  EXPECT_FLOAT_EQ(q.scale[1], 1);
  const auto* numbers = q.numbers.as<int8_t>();
  EXPECT_EQ(std::vector<int>(numbers, numbers + 4), (std::vector<int>{127, -64, 100, 127}));
}

TEST(Weights, PowersOfTwo) {
  const Tensor weights = floats({2, 1, 1, 1}, {1, 0.7f});
  const WeightLayout layout(node_of("Conv"), weights.shape());
  const QuantizedWeights q = quantize_weights(weights, layout, QuantizationScheme::pow2, 0.5f, {});
  EXPECT_EQ(q.scale[0], 0.015625f);
  EXPECT_EQ(q.scale[1], 0.0078125f);
}

TEST(Weights, ChannelsWithoutWeightsHoldTheirBias) {
  const Tensor weights = floats({2, 1, 1, 1}, {1, 0});
  const WeightLayout layout(node_of("Conv"), weights.shape());
  const std::vector<float> biases = {1e6f, 1e6f};
  for (auto scheme : {QuantizationScheme::int8, QuantizationScheme::pow2}) {
    const QuantizedWeights q = quantize_weights(weights, layout, scheme, 1e-3f, biases);
    const QuantizedBias bias = quantize_bias(biases, q, layout, 1e-3f);
    for (int c = 0; c < 2; ++c) {
      EXPECT_TRUE(std::isnormal(bias.scale[c]));
      EXPECT_LE(std::abs(int64_t{bias.numbers.as<int32_t>()[c]}), int64_t{1} << 28);
      EXPECT_NEAR(double(bias.numbers.as<int32_t>()[c]) * bias.scale[c], 1e6, 1);
    }
  }
}

TEST(Weights, NothingButZeros) {
  const Tensor weights = floats({1, 1, 1, 1}, {0});
  const WeightLayout layout(node_of("Conv"), weights.shape());
  const QuantizedWeights q = quantize_weights(weights, layout, QuantizationScheme::int8, 1, {});
  EXPECT_TRUE(std::isnormal(q.scale[0]));
  EXPECT_EQ(q.numbers.as<int8_t>()[0], 0);
}

TEST(Weights, BiasHasTheScaleOfTheSums) {
  const Tensor weights = floats({1, 1, 1, 1}, {1.27f});
  const WeightLayout layout(node_of("Conv"), weights.shape());
  const std::vector<float> biases = {3};
  const QuantizedWeights q = quantize_weights(weights, layout, QuantizationScheme::int8, 0.5f, biases);
  const QuantizedBias bias = quantize_bias(biases, q, layout, 0.5f);
  EXPECT_EQ(bias.scale[0], 0.5f * q.scale[0]);
  EXPECT_EQ(bias.numbers.as<int32_t>()[0], 600);
}

TEST(Weights, MeanErrorIsWhatRoundingAdds) {
  const Tensor weights = floats({2, 2}, {1, 0.3f, 0.2f, 127});  // outputs are columns
  const WeightLayout layout(node_of("MatMul"), weights.shape());
  const QuantizedWeights q = quantize_weights(weights, layout, QuantizationScheme::int8, 1, {});
  const std::vector<double> means = {10, -1}, error = mean_error(weights, q, layout, means);
  const double rounded = std::nearbyint(0.2 * 127) / 127;  // of the first column's second weight
  EXPECT_NEAR(error[0], -(rounded - 0.2), 1e-6);
  EXPECT_NEAR(error[1], 10 * (0 - 0.3), 1e-5);
}

}  // namespace
}  // namespace convoy::quantizer
