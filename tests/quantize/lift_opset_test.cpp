#include "quantize/lift_opset.h"

#include "quantize/model_file.h"
#include "support/expect_error.h"

namespace convoy::quantizer {
namespace {

using onnx_frontend::TestModel;

/// Lifts, and expects the same results.
void expect_lifts(TestModel& model, const Shape& input) {
  const Tensor x = random_floats(input, 3);
  const Tensor before = run_message(model.proto(), {x});
  onnx::ModelProto lifted = model.proto();
  lift_opset(lifted);
  EXPECT_EQ(lifted.opset_import(0).version(), 13);
  expect_near(run_message(lifted, {x}), before, 1e-6);
}

TEST(LiftOpset, LeavesNewModels) {
  TestModel model = onnx_frontend::relu_model();
  onnx::ModelProto lifted = model.proto();
  lift_opset(lifted);
  EXPECT_EQ(lifted.SerializeAsString(), model.proto().SerializeAsString());
}

TEST(LiftOpset, ClipAndPad) {
  TestModel model(7);
  model.input("x", {1, 1, 2, 2}).add("Clip", {"x"}, {"a"}).attr("min", -0.5f).attr("max", 0.25f);
  model.add("Pad", {"a"}, {"y"}).attr_ints("pads", {0, 0, 1, 0, 0, 0, 0, 2}).attr("value", 3.f).output("y");
  expect_lifts(model, {1, 1, 2, 2});
}

TEST(LiftOpset, ClipWithOneBound) {
  TestModel model(7);
  model.input("x", {1, 4}).add("Clip", {"x"}, {"y"}).attr("min", 0.f).output("y");
  expect_lifts(model, {1, 4});
}

TEST(LiftOpset, ListsBecomeInputs) {
  TestModel model(9);
  model.input("x", {1, 4, 6, 1}).add("Squeeze", {"x"}, {"a"}).attr_ints("axes", {0, 3});
  model.add("Slice", {"a"}, {"b"}).attr_ints("starts", {1}).attr_ints("ends", {5}).attr_ints("axes", {1});
  model.add("Unsqueeze", {"b"}, {"c"}).attr_ints("axes", {0});
  model.add("Split", {"c"}, {"d", "e"}).attr("axis", int64_t{1}).attr_ints("split", {1, 3});
  model.add("ReduceSum", {"e"}, {"y"}).attr_ints("axes", {2}).output("y");
  expect_lifts(model, {1, 4, 6, 1});
}

TEST(LiftOpset, SoftmaxOverSeveralAxes) {
  for (int64_t axis : {1, 2, -1}) {
    TestModel model(11);
    model.input("x", {2, 3, 4}).add("Softmax", {"x"}, {"y"}).attr("axis", axis).output("y");
    expect_lifts(model, {2, 3, 4});
  }
}

TEST(LiftOpset, UpsampleBecomesResize) {
  TestModel model(9);
  model.input("x", {1, 1, 2, 3}).floats("s", {4}, {1, 1, 2, 2});
  model.add("Upsample", {"x", "s"}, {"y"}).attr("mode", std::string("nearest")).output("y");
  expect_lifts(model, {1, 1, 2, 3});
}

TEST(LiftOpset, OperatorsWithoutARuleAreNamed) {
  TestModel model(9);
  model.input("x", {1, 4}).add("TopK", {"x"}, {"y", "i"}, "best").attr("k", int64_t{2}).output("y");
  expect_unsupported("node 'best' (TopK): the model is of opset 9", [&] { lift_opset(model.proto()); });
}

TEST(LiftOpset, TooOld) {
  TestModel model(6);
  model.input("x", {1, 4}).add("Relu", {"x"}, {"y"}).output("y");
  expect_unsupported("opset 6 is too old", [&] { lift_opset(model.proto()); });
}

}  // namespace
}  // namespace convoy::quantizer
