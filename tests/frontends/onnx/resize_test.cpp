// Resize and Upsample through their opsets.
#include "ops/resize.h"

#include <gtest/gtest.h>

#include "model_builder.h"
#include "support/expect_error.h"
#include "support/run_op.h"

namespace convoy::onnx_frontend {
namespace {

const Resize& resize_of(const Graph& graph) {
  return dynamic_cast<const Resize&>(*graph.nodes.at(0).op);
}

TEST(OnnxResize, Opset10IsAsymmetricAndRoundsDown) {
  TestModel model(10);
  model.input("x", {2}).floats("s", {1}, {2.5f}).add("Resize", {"x", "s"}, {"y"}).output("y");
  EXPECT_EQ(values_of<float>(model.run({Tensor::of<float>({1, 2})})), (std::vector<float>{1, 1, 1, 2, 2}));
}

TEST(OnnxUpsample, AttributeBeforeOpset9) {
  TestModel model(8);
  model.input("x", {2}).add("Upsample", {"x"}, {"y"}).attr("mode", std::string("linear"));
  auto& scales = *model.node(0).add_attribute();
  scales.set_name("scales");
  scales.set_type(onnx::AttributeProto::FLOATS);
  scales.add_floats(2);
  model.output("y");
  EXPECT_EQ(values_of<float>(model.run({Tensor::of<float>({0, 2})})), (std::vector<float>{0, 1, 2, 2}));
}

TEST(OnnxResize, ExactScalesAreDropped) {
  TestModel model;
  model.input("x", {1, 7}).floats("s", {2}, {1, 1.2857143f}).add("Resize", {"x", "", "s"}, {"y"}).output("y");
  const Graph rounded = model.import();
  EXPECT_EQ(resize_of(rounded).shape, (Shape{1, 9}));  // as float arithmetic gives it
  EXPECT_EQ(resize_of(rounded).scales.size(), 2u);
  TestModel exact;
  exact.input("x", {1, 7}).floats("s", {2}, {1, 2}).add("Resize", {"x", "", "s"}, {"y"}).output("y");
  EXPECT_TRUE(resize_of(exact.import()).scales.empty());
}

TEST(OnnxResize, OneScaleForAllAxes) {
  const auto shape = [](const char* policy) {
    TestModel model(18);
    model.input("x", {1, 4, 2}).ints("s", {2}, {7, 8});
    model.add("Resize", {"x", "", "", "s"}, {"y"}).attr_ints("axes", {2, 1});
    model.attr("keep_aspect_ratio_policy", std::string(policy)).output("y");
    const Graph graph = model.import();
    return graph.type(graph.outputs[0]).shape;
  };
  EXPECT_EQ(shape("stretch"), (Shape{1, 8, 7}));
  EXPECT_EQ(shape("not_larger"), (Shape{1, 8, 4}));
  EXPECT_EQ(shape("not_smaller"), (Shape{1, 14, 7}));
  expect_invalid("keep_aspect_ratio_policy is 'fit', expected stretch", [&] { shape("fit"); });
}

TEST(OnnxResize, Refusals) {
  TestModel model;
  model.input("x", {2}).floats("s", {1}, {-2}).ints("n", {1}, {4}).add("Resize", {"x", "", "s"}, {"y"}).output("y");
  expect_invalid("scale -2 of an axis with 2 elements is out of range", [&] { model.import(); });
  model.node(0).add_input("n");
  expect_invalid("expects either scales or sizes, got both", [&] { model.import(); });
  model.node(0).mutable_input()->Clear();
  model.node(0).add_input("x");
  expect_invalid("expects either scales or sizes, got none", [&] { model.import(); });
}

}  // namespace
}  // namespace convoy::onnx_frontend
