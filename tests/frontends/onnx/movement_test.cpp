// Operators that move or make data: older opsets, rare attributes, and what is refused.
#include <gtest/gtest.h>

#include "model_builder.h"
#include "support/expect_error.h"
#include "support/run_op.h"

namespace convoy::onnx_frontend {
namespace {

Tensor row(const std::vector<float>& values) {
  return Tensor::of(values);
}

TEST(OnnxPad, AttributesBeforeOpset11) {
  TestModel model(10);
  model.input("x", {2}).add("Pad", {"x"}, {"y"}).attr_ints("pads", {1, -1}).attr("value", 7.0f).output("y");
  EXPECT_EQ(values_of<float>(model.run({row({1, 2})})), (std::vector<float>{7, 1}));
}

TEST(OnnxPad, AxesSinceOpset18) {
  TestModel model(19);
  model.input("x", {1, 2}).ints("pads", {2}, {1, 2}).ints("axes", {1}, {-1});
  model.add("Pad", {"x", "pads", "", "axes"}, {"y"}).attr("mode", std::string("wrap")).output("y");
  EXPECT_EQ(values_of<float>(model.run({make_tensor<float>({1, 2}, {1, 2})})), (std::vector<float>{2, 1, 2, 1, 2}));
}

TEST(OnnxPad, Refusals) {
  TestModel model;
  model.input("x", {2}).ints("pads", {3}, {1, 2, 3}).add("Pad", {"x", "pads"}, {"y"}, "p").output("y");
  expect_invalid("node 'p' (Pad): pads has 3 values, expected 2", [&] { model.import(); });
  model.attr("mode", std::string("mirror"));
  expect_invalid("mode: 'mirror' is none of constant, reflect, edge, wrap", [&] { model.import(); });
}

TEST(OnnxSlice, AttributesBeforeOpset10) {
  TestModel model(9);
  model.input("x", {4}).add("Slice", {"x"}, {"y"}).attr_ints("starts", {-3}).attr_ints("ends", {1000}).output("y");
  EXPECT_EQ(values_of<float>(model.run({row({1, 2, 3, 4})})), (std::vector<float>{2, 3, 4}));
}

TEST(OnnxSlice, BackwardsFromBeforeTheStartTakesTheFirst) {
  TestModel model;
  model.input("x", {4}).ints("starts", {1}, {-9}).ints("ends", {1}, {INT64_MIN}).ints("axes", {1}, {0});
  model.ints("steps", {1}, {INT64_MIN});
  model.add("Slice", {"x", "starts", "ends", "axes", "steps"}, {"y"}).output("y");
  EXPECT_EQ(values_of<float>(model.run({row({1, 2, 3, 4})})), std::vector<float>{1});
}

TEST(OnnxSlice, Refusals) {
  TestModel model;
  model.input("x", {4, 4}).ints("a", {2}, {0, 1}).ints("axes", {2}, {1, -1});
  model.add("Slice", {"x", "a", "a", "axes"}, {"y"}).output("y");
  expect_invalid("axis 1 is given twice", [&] { model.import(); });
}

TEST(OnnxSplit, UnequalPartsSinceOpset18) {
  TestModel model(18);
  model.input("x", {5}).add("Split", {"x"}, {"a", "b", "c"}).attr("num_outputs", int64_t{3});
  model.output("a").output("b").output("c");
  const Graph graph = model.import();
  EXPECT_EQ(graph.type(graph.outputs[0]).shape, Shape{2});
  EXPECT_EQ(graph.type(graph.outputs[2]).shape, Shape{1});
}

TEST(OnnxSplit, Refusals) {
  TestModel model;
  model.input("x", {5}).add("Split", {"x"}, {"a", "b"}).output("a");
  expect_invalid("5 elements cannot be split into 2 equal parts", [&] { model.import(); });
  TestModel short_split;
  short_split.input("x", {5}).ints("s", {2}, {2, 2}).add("Split", {"x", "s"}, {"a", "b"}).output("a");
  expect_invalid("split [2,2] takes 4 of 5 elements", [&] { short_split.import(); });
}

TEST(OnnxReshape, Refusals) {
  const auto reshape = [](const std::vector<int64_t>& shape) {
    TestModel model;
    model.input("x", {2, 3}).ints("s", {static_cast<int64_t>(shape.size())}, shape);
    model.add("Reshape", {"x", "s"}, {"y"}).output("y");
    return model.import();
  };
  EXPECT_EQ(reshape({0, -1, 1}).values.back().type.shape, (Shape{2, 3, 1}));
  expect_invalid("shape [-1,-1] has more than one -1", [&] { reshape({-1, -1}); });
  expect_invalid("the 6 elements of src 2x3 do not fill shape [-1,4]", [&] { reshape({-1, 4}); });
  expect_invalid("shape [1,6,0] keeps axis 2, which src 2x3 does not have", [&] { reshape({1, 6, 0}); });
  expect_invalid("overflows", [&] { reshape({INT64_MAX, INT64_MAX}); });
  expect_invalid("shape [-2,3] has the negative extent -2", [&] { reshape({-2, 3}); });
}

TEST(OnnxSqueeze, OnlyDropsOnes) {
  TestModel model(12);
  model.input("x", {1, 3, 1}).add("Squeeze", {"x"}, {"y"}).output("y");
  const Graph graph = model.import();
  EXPECT_EQ(graph.type(graph.outputs[0]).shape, Shape{3});
  model.attr_ints("axes", {1});
  expect_invalid("axis 1 of src 1x3x1 has extent 3, not 1", [&] { model.import(); });
}

TEST(OnnxConstant, AllForms) {
  TestModel model;
  model.add("Constant", {}, {"f"}).attr("value_float", 1.5f).add("Constant", {}, {"i"}).attr_ints("value_ints", {2, 3});
  model.output("f").output("i");
  const Graph graph = model.import();
  EXPECT_EQ(graph.type(graph.outputs[0]), (TensorType{DType::f32, {}}));
  EXPECT_EQ(graph.type(graph.outputs[1]), (TensorType{DType::i64, {2}}));
  TestModel text;
  text.add("Constant", {}, {"s"}).attr("value_string", std::string("a")).output("s");
  expect_error(ErrorKind::unsupported, "attribute 'value_string' is not supported", [&] { text.import(); });
}

TEST(OnnxConstantOfShape, HugeOnesAreRefusedNotAllocated) {
  TestModel model;
  model.ints("s", {2}, {int64_t{1} << 40, int64_t{1} << 40}).add("ConstantOfShape", {"s"}, {"y"}).output("y");
  expect_invalid("has more than 2^63 elements", [&] { model.import(); });
}

TEST(OnnxDropout, MaskOfKeptElements) {
  TestModel model;
  model.input("x", {2}).add("Dropout", {"x"}, {"y", "mask"}).output("mask");
  EXPECT_EQ(values_of<bool>(model.run({row({1, 2})})), (std::vector<bool>{true, true}));
}

}  // namespace
}  // namespace convoy::onnx_frontend
