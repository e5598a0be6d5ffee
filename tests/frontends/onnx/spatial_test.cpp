// Convolutions and pools: 1-D forms, auto_pad, and what is refused.
#include <gtest/gtest.h>

#include "model_builder.h"
#include "ops/conv2d.h"
#include "ops/conv_transpose2d.h"
#include "support/expect_error.h"
#include "support/run_op.h"

namespace convoy::onnx_frontend {
namespace {

template <class T>
const T& only(const Graph& graph) {
  const T* found = nullptr;
  for (const Node& node : graph.nodes) {
    if (const T* op = op_cast<T>(*node.op)) found = op;
  }
  if (!found) internal_error("no such operator");
  return *found;
}

TEST(OnnxConv, OneDimensionRunsAsOneRow) {
  TestModel model;
  model.input("x", {1, 1, 4}).floats("w", {1, 1, 2}, {1, 10});
  model.add("Conv", {"x", "w"}, {"y"}, "conv").attr_ints("pads", {1, 0}).output("y");
  const Graph graph = model.import();
  const auto conv = std::find_if(graph.nodes.begin(), graph.nodes.end(),
                                 [](const Node& node) { return node.op->name() == "conv2d"; });
  ASSERT_NE(conv, graph.nodes.end());
  EXPECT_EQ(conv->name, "conv");  // as the model calls it: what options name
  EXPECT_EQ(only<Conv2d>(graph).window.pads, (std::vector<int64_t>{0, 1, 0, 0}));
  EXPECT_EQ(graph.type(graph.outputs[0]).shape, (Shape{1, 1, 4}));
  EXPECT_EQ(values_of<float>(model.run({make_tensor<float>({1, 1, 4}, {1, 2, 3, 4})})),
            (std::vector<float>{10, 21, 32, 43}));
}

TEST(OnnxConv, SamePadsKeepTheExtents) {
  const auto pads = [](const std::string& auto_pad, int64_t stride) {
    TestModel model;
    model.input("x", {1, 1, 5, 6}).floats("w", {1, 1, 3, 2}, std::vector<float>(6, 1));
    model.add("Conv", {"x", "w"}, {"y"}).attr("auto_pad", auto_pad).attr_ints("strides", {stride, stride}).output("y");
    return only<Conv2d>(model.import()).window.pads;
  };
  using Pads = std::vector<int64_t>;
  EXPECT_EQ(pads("SAME_UPPER", 1), (Pads{1, 0, 1, 1}));
  EXPECT_EQ(pads("SAME_LOWER", 1), (Pads{1, 1, 1, 0}));
  EXPECT_EQ(pads("SAME_UPPER", 2), (Pads{1, 0, 1, 0}));
  EXPECT_EQ(pads("VALID", 1), (Pads{0, 0, 0, 0}));
  expect_invalid("auto_pad is 'SAME', expected NOTSET, VALID", [&] { pads("SAME", 1); });
}

TEST(OnnxConv, RefusalsNameTheNode) {
  TestModel model;
  model.input("x", {1, 32, 56, 56}).floats("w", {1, 16, 3, 3}, std::vector<float>(16 * 9));
  model.add("Conv", {"x", "w"}, {"y"}, "block3/conv").attr_ints("kernel_shape", {5, 5}).output("y");
  expect_invalid("node 'block3/conv' (Conv): kernel_shape is [5,5], but the weights' kernel is [3,3]",
                 [&] { model.import(); });
  model.node(0).clear_attribute();
  expect_invalid("weights 1x16x3x3 need 16 input channels per group, but src is 1x32x56x56 with group 1",
                 [&] { model.import(); });
  model.attr_ints("strides", {1});
  expect_invalid("strides has 1 values, expected 2", [&] { model.import(); });
}

TEST(OnnxConv, ThreeDimensionsAreUnsupported) {
  TestModel model;
  model.input("x", {1, 1, 4, 4, 4}).floats("w", {1, 1, 1, 1, 1}, {1}).add("Conv", {"x", "w"}, {"y"}).output("y");
  expect_error(ErrorKind::unsupported, "Conv over 3 axes is not supported, over 1 and 2 it is",
               [&] { model.import(); });
}

TEST(OnnxConvTranspose, OutputShapeChoosesPadsOrPadding) {
  const auto transposed = [](int64_t extent) {
    TestModel model;
    model.input("x", {1, 1, 3}).floats("w", {1, 1, 3}, {1, 1, 1});
    model.add("ConvTranspose", {"x", "w"}, {"y"}).attr_ints("strides", {2}).attr_ints("output_shape", {extent});
    model.output("y");
    const Graph graph = model.import();
    EXPECT_EQ(graph.type(graph.outputs[0]).shape, (Shape{1, 1, extent}));
    return only<ConvTranspose2d>(graph);
  };
  EXPECT_EQ(transposed(4).window.pads, (std::vector<int64_t>{0, 2, 0, 1}));  // of 7 columns
  EXPECT_EQ(transposed(9).output_padding, (std::vector<int64_t>{0, 2}));
}

TEST(OnnxMaxPool, IndicesOfOneDimension) {
  TestModel model;
  model.input("x", {1, 2, 3}).add("MaxPool", {"x"}, {"y", "i"}).attr_ints("kernel_shape", {2}).output("i");
  EXPECT_EQ(values_of<int64_t>(model.run({make_tensor<float>({1, 2, 3}, {1, 3, 2, 6, 5, 4})})),
            (std::vector<int64_t>{1, 1, 3, 4}));
}

TEST(OnnxPool, KernelShapeIsRequired) {
  TestModel model;
  model.input("x", {1, 2, 3}).add("AveragePool", {"x"}, {"y"}).output("y");
  expect_invalid("attribute 'kernel_shape' is missing", [&] { model.import(); });
}

TEST(OnnxGlobalPool, WorksOnAnyNumberOfAxes) {
  TestModel model;
  model.input("x", {1, 1, 2, 2, 1}).add("GlobalAveragePool", {"x"}, {"y"}).output("y");
  const Tensor y = model.run({make_tensor<float>({1, 1, 2, 2, 1}, {1, 2, 3, 4})});
  EXPECT_EQ(y.shape(), (Shape{1, 1, 1, 1, 1}));
  EXPECT_EQ(values_of<float>(y), std::vector<float>{2.5f});
}

}  // namespace
}  // namespace convoy::onnx_frontend
