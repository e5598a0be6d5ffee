// Dilated convolutions that are written as SPACE_TO_BATCH_ND -> convolution -> BATCH_TO_SPACE_ND.
#include "frontends/tflite/model_builder.h"
#include "ops/conv2d.h"
#include "support/run_op.h"

namespace convoy::tflite_frontend {
namespace {

struct Blocks {
  std::vector<int32_t> block, pads, crops;
  tflite::Padding padding;
};

/// With `shown`, the convolution's result is an output as well, so that it has to be computed as it stands.
TestModel blocked_convolution(const Blocks& blocks, bool depthwise, bool shown) {
  TestModel model;
  std::vector<float> weights(18);
  for (size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<float>(i % 5) - 2;
  model.input("x", {1, 7, 6, 2}).ints("block", {2}, blocks.block).ints("pads", {2, 2}, blocks.pads);
  model.ints("crops", {2, 2}, blocks.crops).floats("w", {1, 3, 3, 2}, weights);
  model.floats("b", {depthwise ? 2 : 1}, depthwise ? std::vector<float>{1, 2} : std::vector<float>{1});
  model.add(Code::SPACE_TO_BATCH_ND, {"x", "block", "pads"}, {"cut"});
  const Code code = depthwise ? Code::DEPTHWISE_CONV_2D : Code::CONV_2D;
  model.add(code, {"cut", "w", "b"}, {"conv"});
  tflite::Conv2DOptionsT conv;
  tflite::DepthwiseConv2DOptionsT depth;
  conv.padding = depth.padding = blocks.padding;
  conv.stride_h = conv.stride_w = depth.stride_h = depth.stride_w = 1;
  conv.fused_activation_function = depth.fused_activation_function = tflite::ActivationFunctionType::RELU;
  depthwise ? model.options(depth) : model.options(conv);
  model.add(Code::BATCH_TO_SPACE_ND, {"conv", "block", "crops"}, {"y"}).output("y");
  if (shown) model.output("conv");
  return model;
}

const Conv2d* only_convolution(const Graph& graph) {
  const Conv2d* found = nullptr;
  for (const Node& node : graph.nodes) {
    if (node.op->name() == "conv2d") found = static_cast<const Conv2d*>(node.op.get());
    if (node.op->name() == "slice" || node.op->name() == "pad") return nullptr;
  }
  return found;
}

Tensor ramp() {
  Tensor src(DType::f32, {1, 7, 6, 2});
  for (int64_t i = 0; i < src.elems(); ++i) src.as<float>()[i] = static_cast<float>(i % 13) - 6;
  return src;
}

void expect_dilated(const Blocks& blocks, const std::vector<int64_t>& dilations, const std::vector<int64_t>& pads) {
  for (bool depthwise : {false, true}) {
    const TestModel model = blocked_convolution(blocks, depthwise, false);
    const Graph graph = model.import();
    const Conv2d* convolution = only_convolution(graph);
    ASSERT_NE(convolution, nullptr);
    EXPECT_EQ(convolution->window.dilations, dilations);
    EXPECT_EQ(convolution->window.pads, pads);
    const Tensor found = model.run({ramp()}), expected = blocked_convolution(blocks, depthwise, true).run({ramp()});
    EXPECT_EQ(found.shape(), expected.shape());
    expect_near(values_of<float>(found), values_of<float>(expected), 0);
  }
}

TEST(TfliteDilated, IsOneConvolution) {
  expect_dilated({{2, 3}, {2, 3, 3, 3}, {0, 1, 0, 0}, tflite::Padding::VALID}, {2, 3}, {2, 3, 2, 3});
  expect_dilated({{2, 2}, {0, 1, 0, 0}, {0, 1, 0, 0}, tflite::Padding::SAME}, {2, 2}, {2, 2, 2, 2});
  expect_dilated({{1, 2}, {0, 0, 0, 0}, {0, 0, 0, 0}, tflite::Padding::VALID}, {1, 2}, {0, 0, 0, 0});
}

TEST(TfliteDilated, CropsBeyondThePaddingAreLeft) {
  const Blocks blocks{{2, 2}, {0, 1, 0, 0}, {1, 0, 0, 0}, tflite::Padding::VALID};
  EXPECT_EQ(only_convolution(blocked_convolution(blocks, false, false).import()), nullptr);
}

}  // namespace
}  // namespace convoy::tflite_frontend
