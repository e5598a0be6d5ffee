// Quantised networks read as the floats that their numbers stand for.
#include <gtest/gtest.h>

#include <random>

#include "frontends/import.h"
#include "frontends/tflite/model_builder.h"
#include "support/run_op.h"

namespace convoy::tflite_frontend {
namespace {

Tensor run_in_floats(const TestModel& model, const std::vector<Tensor>& inputs) {
  const Graph graph = model.import({.shapes = {}, .in_floats = true});
  return evaluate(graph, inputs)[graph.outputs[0]];
}

/// Weights along axis 0 with a scale each, weights along the last axis, biases: each by its own scale and zero point.
TEST(TfliteInFloats, ConstantsAreDequantised) {
  TestModel model;
  model.input("x", {1, 2}, Type::INT8).quantise("x", {0.5f}, {3});
  model.bytes("w", {2, 2}, Type::INT8, {1, 2, 3, 4}).quantise("w", {0.5f, 2}, {0, 0});
  model.ints("b", {2}, {4, -4}).quantise("b", {0.25f, 1}, {0, 0});
  model.result("y", Type::INT8).quantise("y", {0.125f}, {2}).output("y");
  model.add(Code::FULLY_CONNECTED, {"x", "w", "b"}, {"y"}).options(tflite::FullyConnectedOptionsT());
  const Tensor y = run_in_floats(model, {make_tensor<float>({1, 2}, {1, 10})});
  EXPECT_EQ(values_of<float>(y), (std::vector<float>{0.5f + 10 + 1, 6 + 80 - 4}));
}

TEST(TfliteInFloats, ScalesAlongTheLastAxis) {
  TestModel model;
  model.input("x", {1, 1, 1, 2}, Type::UINT8).quantise("x", {0.5f}, {3});
  model.bytes("w", {1, 1, 1, 2}, Type::UINT8, {7, 9}).quantise("w", {0.5f, 2}, {1, 1}, 3);
  model.ints("b", {2}, {0, 0}).quantise("b", {0.25f, 1}, {0, 0}, 3);  // as some converters have it
  model.result("y", Type::UINT8).quantise("y", {0.125f}, {2}).output("y");
  tflite::DepthwiseConv2DOptionsT options;
  options.stride_h = options.stride_w = 1;
  options.fused_activation_function = tflite::ActivationFunctionType::RELU6;
  model.add(Code::DEPTHWISE_CONV_2D, {"x", "w", "b"}, {"y"}).options(options);
  const Tensor y = run_in_floats(model, {make_tensor<float>({1, 1, 1, 2}, {1, 10})});
  EXPECT_EQ(values_of<float>(y), (std::vector<float>{3, 6}));
}

TEST(TfliteInFloats, ConversionsDoNothing) {
  TestModel model;
  model.input("x", {2});
  model.result("q", Type::INT8).quantise("q", {0.5f}, {3});
  model.result("r", Type::UINT8).quantise("r", {4}, {9});
  model.add(Code::QUANTIZE, {"x"}, {"q"}).add(Code::QUANTIZE, {"q"}, {"r"}).add(Code::DEQUANTIZE, {"r"}, {"y"});
  model.output("y");
  const Tensor y = run_in_floats(model, {make_tensor<float>({2}, {0.1f, -1e6f})});
  EXPECT_EQ(values_of<float>(y), (std::vector<float>{0.1f, -1e6f}));
}

TEST(TfliteInFloats, IntegersWithoutAScaleStay) {
  TestModel model;
  model.input("x", {3}, Type::INT8).quantise("x", {0.5f}, {3});
  model.ints("places", {2}, {2, 0});
  model.result("y", Type::INT8).quantise("y", {0.5f}, {3}).output("y");
  model.add(Code::GATHER, {"x", "places"}, {"y"}).options(tflite::GatherOptionsT());
  const Tensor y = run_in_floats(model, {make_tensor<float>({3}, {1, 2, 3})});
  EXPECT_EQ(values_of<float>(y), (std::vector<float>{3, 1}));
}

/// A network of convolutions that was trained: its results are those of the numbers, but for rounding, where inputs are
/// not so large that numbers are cut off.
TEST(TfliteInFloats, ANetworkGivesNearlyWhatItsNumbersGive) {
  const std::string path = CONVOY_TEST_DATA "/keyword_spotting_int8.tflite";
  const Graph numbers = import_model_file(path), floats = import_model_file(path, {.shapes = {}, .in_floats = true});
  std::mt19937 random(5);
  for (int round = 0; round < 4; ++round) {
    Tensor q(numbers.type(numbers.inputs[0])), x(floats.type(floats.inputs[0]));
    for (int64_t i = 0; i < q.elems(); ++i) {
      q.as<int8_t>()[i] = static_cast<int8_t>(83 + static_cast<int>(random() % 41) - 20);
      x.as<float>()[i] = 0.5847029f * static_cast<float>(q.as<int8_t>()[i] - 83);
    }
    const Tensor y = evaluate(numbers, {q})[numbers.outputs[0]], z = evaluate(floats, {x})[floats.outputs[0]];
    ASSERT_EQ(z.dtype(), DType::f32);
    for (int64_t i = 0; i < y.elems(); ++i)
      EXPECT_NEAR(z.as<float>()[i], (y.as<int8_t>()[i] + 128) / 256.0f, 0.1) << "class " << i;
  }
}

}  // namespace
}  // namespace convoy::tflite_frontend
