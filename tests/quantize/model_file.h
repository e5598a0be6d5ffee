// Small networks as messages and files, and what they compute.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "frontends/onnx/graph_import.h"
#include "frontends/onnx/model_builder.h"

namespace convoy::quantizer {

inline std::shared_ptr<onnx::ModelProto> message(onnx_frontend::TestModel& model) {
  return std::make_shared<onnx::ModelProto>(model.proto());
}

/// The first output of a network.
inline Tensor run_message(const onnx::ModelProto& model, const std::vector<Tensor>& inputs) {
  const Graph graph = onnx_frontend::import_model(std::make_shared<onnx::ModelProto>(model), "test.onnx", {});
  return evaluate(graph, inputs)[graph.outputs.at(0)];
}

inline std::vector<float> random_floats(int64_t count, uint32_t seed, float low = -1, float high = 1) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(low, high);
  std::vector<float> values(count);
  for (float& value : values) value = uniform(random);
  return values;
}

inline Tensor random_floats(const Shape& shape, uint32_t seed, float low = -1, float high = 1) {
  return Tensor::of(random_floats(shape.elems(), seed, low, high)).reshaped(shape);
}

/// Expects equal results up to roundings.
inline void expect_near(const Tensor& got, const Tensor& expected, double tolerance) {
  ASSERT_EQ(got.type(), expected.type());
  for (int64_t i = 0; i < got.elems(); ++i) {
    ASSERT_NEAR(got.as<float>()[i], expected.as<float>()[i], tolerance) << "element " << i;
  }
}

/// Operators of a network, in order: "Conv Relu".
inline std::string operators(const onnx::ModelProto& model) {
  std::string text;
  for (const auto& node : model.graph().node()) text += (text.empty() ? "" : " ") + node.op_type();
  return text;
}

}  // namespace convoy::quantizer
