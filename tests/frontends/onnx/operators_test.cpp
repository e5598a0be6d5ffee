// Forms of operators that ONNX's own test cases lack: older opsets, rewritten attributes, rare inputs.
#include <gtest/gtest.h>

#include "model_builder.h"
#include "support/expect_error.h"
#include "support/run_op.h"

namespace convoy::onnx_frontend {
namespace {

Tensor row(const std::vector<float>& values) {
  return Tensor::of(values);
}

TEST(OnnxClip, AttributesBeforeOpset11) {
  TestModel model(6);
  model.input("x", {3}).add("Clip", {"x"}, {"y"}).attr("min", -1.0f).attr("max", 6.0f).output("y");
  expect_near(values_of<float>(model.run({row({-5, 3, 9})})), {-1, 3, 6});
}

TEST(OnnxClip, ConstantBoundsAreOneOperator) {
  TestModel model;
  model.input("x", {3}).floats("low", {}, {0}).floats("high", {1}, {6});
  model.add("Clip", {"x", "low", "high"}, {"y"}, "relu6").output("y");
  const Graph graph = model.import();
  ASSERT_EQ(graph.nodes.size(), 1u);
  EXPECT_EQ(graph.nodes[0].op->name(), "clip");
  EXPECT_EQ(graph.nodes[0].name, "relu6");
}

TEST(OnnxClip, Int64BoundsStayExact) {
  const int64_t bound = (int64_t{1} << 53) + 1;
  TestModel model;
  model.input("x", {1}, onnx::TensorProto::INT64).ints("high", {}, {bound});
  model.add("Clip", {"x", "", "high"}, {"y"}).output("y");
  EXPECT_EQ(values_of<int64_t>(model.run({Tensor::of<int64_t>({bound + 5})})), std::vector<int64_t>{bound});
}

TEST(OnnxCelu, ScalesElu) {
  TestModel model;
  model.input("x", {2}).add("Celu", {"x"}, {"y"}).attr("alpha", 2.0f).output("y");
  expect_near(values_of<float>(model.run({row({-2, 3})})), {2 * (std::exp(-1.0f) - 1), 3});
}

TEST(OnnxSwish, AlphaScalesTheGate) {
  TestModel model(24);
  model.input("x", {1}).add("Swish", {"x"}, {"y"}).attr("alpha", 2.0f).output("y");
  expect_near(values_of<float>(model.run({row({1.5})})), {1.5f / (1 + std::exp(-3.0f))});
}

TEST(OnnxGelu, Approximations) {
  TestModel model(20);
  model.input("x", {1}).add("Gelu", {"x"}, {"y"}, "gelu").attr("approximate", std::string("tanh")).output("y");
  expect_near(values_of<float>(model.run({row({1})})), {0.841192f});
  model.node(0).mutable_attribute(0)->set_s("fast");
  expect_invalid("node 'gelu' (Gelu): attribute 'approximate' is 'fast'", [&] { model.import(); });
}

TEST(OnnxBroadcast, AxisBeforeOpset7) {
  TestModel model(6);
  model.input("x", {1, 2, 2}).floats("b", {2}, {10, 20});
  model.add("Add", {"x", "b"}, {"y"}).attr("broadcast", int64_t{1}).attr("axis", int64_t{1}).output("y");
  expect_near(values_of<float>(model.run({make_tensor<float>({1, 2, 2}, {1, 2, 3, 4})})), {11, 12, 23, 24});
}

TEST(OnnxXor, IsTrueForDifferentInputs) {
  TestModel model;
  model.input("a", {4}, onnx::TensorProto::BOOL).input("b", {4}, onnx::TensorProto::BOOL);
  model.add("Xor", {"a", "b"}, {"y"}).output("y");
  const Tensor y =
      model.run({Tensor::of<bool>({false, false, true, true}), Tensor::of<bool>({false, true, false, true})});
  EXPECT_EQ(values_of<bool>(y), (std::vector<bool>{false, true, true, false}));
}

TEST(OnnxMod, SignsOfBothKinds) {
  for (const auto& [fmod, expected] : {std::pair{0, 2}, std::pair{1, -1}}) {
    TestModel model;
    model.input("a", {1}, onnx::TensorProto::INT64).ints("b", {1}, {3});
    model.add("Mod", {"a", "b"}, {"y"}).attr("fmod", int64_t{fmod}).output("y");
    EXPECT_EQ(values_of<int64_t>(model.run({Tensor::of<int64_t>({-7})})), std::vector<int64_t>{expected});
  }
}

TEST(OnnxGemm, AlphaAndBetaAreFoldedIntoConstants) {
  TestModel model;
  model.input("a", {1, 2}).floats("b", {2, 2}, {1, 2, 3, 4}).floats("c", {2}, {1, 1});
  model.add("Gemm", {"a", "b", "c"}, {"y"}, "fc").attr("alpha", 0.5f).attr("beta", 2.0f).attr("transB", int64_t{1});
  model.output("y");
  EXPECT_EQ(model.import().nodes.size(), 2u);  // matmul and add
  expect_near(values_of<float>(model.run({make_tensor<float>({1, 2}, {2, 4})})), {7, 13});
}

TEST(OnnxGemm, WeightsAreNotCopied) {
  TestModel model;
  model.input("a", {1, 2}).floats("b", {2, 2}, {1, 2, 3, 4});
  model.add("Gemm", {"a", "b"}, {"y"}, "fc").attr("transB", int64_t{1}).output("y");
  const Graph graph = model.import();
  ASSERT_EQ(graph.nodes.size(), 1u);
  EXPECT_EQ(graph.value(graph.nodes[0].inputs[1]).name, "b");
}

TEST(OnnxGemm, Refusals) {
  TestModel model;
  model.input("a", {1, 2, 2}).floats("b", {2, 2}, {1, 2, 3, 4}).add("Gemm", {"a", "b"}, {"y"}, "fc").output("y");
  expect_invalid("node 'fc' (Gemm): input 0 is f32[1x2x2], expected a matrix", [&] { model.import(); });
  TestModel bias;
  bias.input("a", {1, 2}).floats("b", {2, 2}, {1, 2, 3, 4}).floats("c", {3, 2}, {1, 1, 1, 1, 1, 1});
  bias.add("Gemm", {"a", "b", "c"}, {"y"}, "fc").output("y");
  expect_invalid("C is f32[3x2], which does not broadcast to f32[1x2]", [&] { bias.import(); });
}

TEST(OnnxSoftmax, FlattensBeforeOpset13) {
  TestModel model(11);
  model.input("x", {1, 2, 2}).add("Softmax", {"x"}, {"y"}).output("y");
  expect_near(values_of<float>(model.run({make_tensor<float>({1, 2, 2}, {0, 0, 0, 0})})), {0.25, 0.25, 0.25, 0.25});
}

TEST(OnnxSoftmax, LastAxisBeforeOpset13NeedsNoReshape) {
  TestModel model(11);
  model.input("x", {1, 2, 1, 1}).add("Softmax", {"x"}, {"y"}).attr("axis", int64_t{1}).output("y");
  EXPECT_EQ(model.import().nodes.size(), 1u);
}

TEST(OnnxReduce, AxesAsInputSinceOpset18) {
  TestModel model(18);
  model.input("x", {2, 2}).ints("axes", {1}, {-1});
  model.add("ReduceMax", {"x", "axes"}, {"y"}).attr("keepdims", int64_t{0}).output("y");
  expect_near(values_of<float>(model.run({make_tensor<float>({2, 2}, {1, 2, 4, 3})})), {2, 4});
}

TEST(OnnxReduce, NoAxes) {
  TestModel all(18);
  all.input("x", {2}).add("ReduceL2", {"x"}, {"y"}, "norm").output("y");
  expect_near(values_of<float>(all.run({row({3, 4})})), {5});
  all.attr("noop_with_empty_axes", int64_t{1});
  expect_error(ErrorKind::unsupported, "node 'norm' (ReduceL2): without axes", [&] { all.import(); });
}

TEST(OnnxTopK, AttributeBeforeOpset10) {
  TestModel model(9);
  model.input("x", {1, 3}).add("TopK", {"x"}, {"values", "indices"}).attr("k", int64_t{2}).output("indices");
  EXPECT_EQ(values_of<int64_t>(model.run({make_tensor<float>({1, 3}, {1, 5, 3})})), (std::vector<int64_t>{1, 2}));
}

TEST(OnnxTopK, KMustBeConstant) {
  TestModel model;
  model.input("x", {1, 3}).input("k", {1}, onnx::TensorProto::INT64);
  model.add("TopK", {"x", "k"}, {"values", "indices"}, "top").output("values");
  expect_error(ErrorKind::unsupported, "node 'top' (TopK): input 1 ('k') must be a constant", [&] { model.import(); });
}

TEST(OnnxRange, CountsInBothDirections) {
  TestModel model;
  model.input("x", {3}, onnx::TensorProto::INT64);
  model.ints("start", {}, {5}).ints("limit", {}, {-1}).ints("delta", {}, {-2});
  model.add("Range", {"start", "limit", "delta"}, {"range"}).add("Add", {"x", "range"}, {"y"}).output("y");
  EXPECT_EQ(values_of<int64_t>(model.run({Tensor::of<int64_t>({0, 0, 0})})), (std::vector<int64_t>{5, 3, 1}));
}

TEST(OnnxRange, Refusals) {
  for (const auto& [delta, reason] : {std::pair{0, "its step is 0"}, std::pair{1, "is too long"}}) {
    TestModel model;
    model.ints("start", {}, {0}).ints("limit", {}, {int64_t{1} << 40}).ints("delta", {}, {delta});
    model.add("Range", {"start", "limit", "delta"}, {"y"}).output("y");
    const ErrorKind kind = delta == 0 ? ErrorKind::invalid_input : ErrorKind::unsupported;
    expect_error(kind, reason, [&] { model.import(); });
  }
}

TEST(OnnxCast, StringsAreRefused) {
  TestModel model;
  model.input("x", {1}).add("Cast", {"x"}, {"y"}, "cast").attr("to", int64_t{onnx::TensorProto::STRING}).output("y");
  expect_error(ErrorKind::unsupported, "node 'cast' (Cast): element type STRING is not supported",
               [&] { model.import(); });
}

TEST(OnnxCast, CastLikeTakesTheTypeOfItsSecondInput) {
  TestModel model;
  model.input("x", {1}).ints("like", {1}, {0}).add("CastLike", {"x", "like"}, {"y"}).output("y");
  EXPECT_EQ(values_of<int64_t>(model.run({row({2.75})})), std::vector<int64_t>{2});
}

}  // namespace
}  // namespace convoy::onnx_frontend
