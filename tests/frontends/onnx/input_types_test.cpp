// Shapes and types of network inputs, and what --shape may say about them.
#include <gtest/gtest.h>

#include "model_builder.h"
#include "support/expect_error.h"

namespace convoy::onnx_frontend {
namespace {

TestModel image_model() {
  TestModel model;
  model.input("image", {"N", 3, "H", "W"}).add("Relu", {"image"}, {"y"}).output("y");
  return model;
}

TensorType input_type(const TestModel& model, const ImportOptions& options = {}, int index = 0) {
  const Graph graph = model.import(options);
  return graph.type(graph.inputs[index]);
}

void expect_usage_error(const std::string& part, const TestModel& model, const ImportOptions& options = {}) {
  expect_error(ErrorKind::usage, part, [&] { model.import(options); });
}

TEST(OnnxInputs, GivenShape) {
  EXPECT_EQ(input_type(image_model(), {{{"image", {2, 3, 8, 9}}}}).shape, (Shape{2, 3, 8, 9}));
}

TEST(OnnxInputs, BatchIs1WhenNotGiven) {
  TestModel model;
  model.input("x", {"N", 4}).add("Relu", {"x"}, {"y"}).output("y");
  EXPECT_EQ(input_type(model).shape, (Shape{1, 4}));
}

TEST(OnnxInputs, OtherOpenDimensionSaysWhatToDo) {
  expect_usage_error("dimension 2 of input 'image' is open, set it with --shape image=Nx3xHxW", image_model());
  expect_usage_error("the network's inputs are 'image' f32[Nx3xHxW]", image_model());
}

TEST(OnnxInputs, SymbolSetForOneInputCountsForAll) {
  TestModel model;
  model.input("a", {"N", "L"}).input("b", {"N", "L"}).add("Add", {"a", "b"}, {"y"}).output("y");
  EXPECT_EQ(input_type(model, {{{"a", {2, 5}}}}, 1).shape, (Shape{2, 5}));
  expect_usage_error("calls dimension 1 'L', which is 5 elsewhere", model, {{{"a", {2, 5}}, {"b", {2, 6}}}});
}

TEST(OnnxInputs, DimensionWithoutSymbol) {
  TestModel model;
  model.input("x", {1, ""}).add("Relu", {"x"}, {"y"}).output("y");
  expect_usage_error("set it with --shape x=1x?", model);
  EXPECT_EQ(input_type(model, {{{"x", {1, 7}}}}).shape, (Shape{1, 7}));
}

TEST(OnnxInputs, QuestionMarksAreNoSymbol) {
  TestModel model;
  model.input("x", {"?", "?"}).add("Relu", {"x"}, {"y"}).output("y");
  EXPECT_EQ(input_type(model, {{{"x", {2, 7}}}}).shape, (Shape{2, 7}));
}

TEST(OnnxInputs, NoShapeAtAll) {
  TestModel model;
  model.input("x", {}).add("Relu", {"x"}, {"y"}).output("y");
  model.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->clear_shape();
  expect_usage_error("input 'x' has no shape, set it with --shape x=...", model);
  EXPECT_EQ(input_type(model, {{{"x", {3}}}}).shape, (Shape{3}));
}

TEST(OnnxInputs, ShapeThatContradictsTheModel) {
  expect_usage_error("--shape image=1x4x8x8 contradicts the model, which fixes dimension 1 to 3", image_model(),
                     {{{"image", {1, 4, 8, 8}}}});
  expect_usage_error("contradicts the model, which has rank 4", image_model(), {{{"image", {3, 8, 8}}}});
}

TEST(OnnxInputs, UnknownNameListsTheInputs) {
  expect_usage_error("--shape names 'picture', which is no input; the network's inputs are 'image'", image_model(),
                     {{{"picture", {1, 3, 8, 8}}}});
}

TEST(OnnxInputs, HugeShape) {
  const int64_t huge = int64_t{1} << 40;
  expect_error(ErrorKind::unsupported, "input 'image'", [&] { image_model().import({{{"image", {1, 3, huge, 2}}}}); });
  expect_invalid("more than 2^63 elements", [&] { image_model().import({{{"image", {1, 3, huge, huge}}}}); });
}

TEST(OnnxInputs, OtherKindsOfValues) {
  TestModel sequence = relu_model();
  sequence.graph().mutable_input(0)->mutable_type()->mutable_sequence_type();
  expect_error(ErrorKind::unsupported, "input 'x': is a sequence, only tensors", [&] { sequence.import(); });
  TestModel optional = relu_model();
  optional.graph().mutable_input(0)->mutable_type()->mutable_optional_type();
  expect_error(ErrorKind::unsupported, "input 'x': is an optional value", [&] { optional.import(); });
}

TEST(OnnxInputs, ElementTypes) {
  TestModel model;
  model.input("text", {1}, onnx::TensorProto::STRING).add("Relu", {"text"}, {"y"}).output("y");
  expect_error(ErrorKind::unsupported, "input 'text': element type STRING is not supported", [&] { model.import(); });
}

}  // namespace
}  // namespace convoy::onnx_frontend
