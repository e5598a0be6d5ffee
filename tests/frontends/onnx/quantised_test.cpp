// Quantised operators, where ONNX's own cases do not go: zero points known at run time, ONNX Runtime's operators.
#include <gtest/gtest.h>

#include "model_builder.h"
#include "support/expect_error.h"
#include "support/run_op.h"

namespace convoy::onnx_frontend {
namespace {

using onnx::TensorProto;

/// sum of (x - x_zero) * (w - w_zero) over a 2x2 window with a pad of 1 around 3x3, channels 1 -> 2.
std::vector<int32_t> convolved(const std::vector<uint8_t>& x, int x_zero, const std::vector<int>& w,
                               const std::vector<int>& w_zero) {
  std::vector<int32_t> sums;
  for (int oc = 0; oc < 2; ++oc) {
    for (int oh = 0; oh < 4; ++oh) {
      for (int ow = 0; ow < 4; ++ow) {
        int sum = 0;
        for (int tap = 0; tap < 4; ++tap) {
          const int h = oh - 1 + tap / 2, v = ow - 1 + tap % 2;
          if (h < 0 || h > 2 || v < 0 || v > 2) continue;
          sum += (x[h * 3 + v] - x_zero) * (w[oc * 4 + tap] - w_zero[oc]);
        }
        sums.push_back(sum);
      }
    }
  }
  return sums;
}

const std::vector<uint8_t> kPixels = {1, 255, 3, 4, 50, 6, 70, 8, 9};
const std::vector<int> kWeights = {1, -2, 3, 127, -128, 6, 0, 8};

TestModel conv_integer() {
  TestModel model;
  model.input("x", {1, 1, 3, 3}, TensorProto::UINT8).numbers("w", TensorProto::INT8, {2, 1, 2, 2}, kWeights);
  model.add("ConvInteger", {"x", "w", "xz", "wz"}, {"y"}, "conv").attr_ints("pads", {1, 1, 1, 1}).output("y");
  return model;
}

Tensor pixels() {
  return make_tensor<uint8_t>({1, 1, 3, 3}, kPixels);
}

TEST(OnnxConvInteger, KnownZeroPointsAreAttributes) {
  TestModel model = conv_integer();
  model.numbers("xz", TensorProto::UINT8, {}, {7}).numbers("wz", TensorProto::INT8, {2}, {3, -4});
  EXPECT_EQ(values_of<int32_t>(model.run({pixels()})), convolved(kPixels, 7, kWeights, {3, -4}));
  EXPECT_EQ(model.import().nodes[0].op->name(), "conv2d");
}

TEST(OnnxConvInteger, ZeroPointOfSrcAtRunTimePadsWithIt) {
  TestModel model = conv_integer();
  model.input("xz", {}, TensorProto::UINT8).numbers("wz", TensorProto::INT8, {1}, {3});
  EXPECT_EQ(values_of<int32_t>(model.run({pixels(), Tensor::scalar<uint8_t>(200)})),
            convolved(kPixels, 200, kWeights, {3, 3}));
}

TEST(OnnxConvInteger, BothZeroPointsAtRunTime) {
  TestModel model = conv_integer();
  model.input("xz", {}, TensorProto::UINT8).input("wz", {2}, TensorProto::INT8);
  EXPECT_EQ(values_of<int32_t>(model.run({pixels(), Tensor::scalar<uint8_t>(5), Tensor::of<int8_t>({-7, 9})})),
            convolved(kPixels, 5, kWeights, {-7, 9}));
}

TEST(OnnxMatMulInteger, AZeroPointForEachRowAndColumn) {
  TestModel model;
  model.input("a", {2, 2}, TensorProto::UINT8).numbers("b", TensorProto::UINT8, {2, 2}, {1, 2, 3, 4});
  model.numbers("az", TensorProto::UINT8, {2}, {1, 10}).input("bz", {2}, TensorProto::UINT8);
  model.add("MatMulInteger", {"a", "b", "az", "bz"}, {"y"}).output("y");
  const Tensor a = make_tensor<uint8_t>({2, 2}, {5, 6, 7, 8});
  // (4 5; -3 -2) * (0 -5; 2 -3)
  EXPECT_EQ(values_of<int32_t>(model.run({a, Tensor::of<uint8_t>({1, 7})})), (std::vector<int32_t>{10, -35, -4, 21}));
}

TEST(OnnxMatMulInteger, RefusesOtherTypes) {
  TestModel model;
  model.input("a", {2, 2}).input("b", {2, 2}, TensorProto::UINT8);
  model.add("MatMulInteger", {"a", "b"}, {"y"}, "product").output("y");
  expect_invalid("node 'product' (MatMulInteger): A is f32[2x2], expected i8 or u8", [&] { model.import(); });
}

TEST(OnnxDequantizeLinear, WeightsStayIntegers) {
  TestModel model(13);
  model.input("x", {1, 1, 1, 1}).numbers("w", TensorProto::INT8, {2, 1, 1, 1}, {2, -4});
  model.floats("s", {2}, {0.5f, 0.25f}).numbers("z", TensorProto::INT8, {2}, {0, 0});
  model.add("DequantizeLinear", {"w", "s", "z"}, {"v"}).attr("axis", int64_t{0});
  model.add("Conv", {"x", "v"}, {"y"}).output("y");
  const Graph graph = model.import();
  ASSERT_EQ(graph.nodes.size(), 2u);
  EXPECT_EQ(graph.nodes[0].op->name(), "dequantize");
  EXPECT_EQ(values_of<float>(model.run({make_tensor<float>({1, 1, 1, 1}, {3})})), (std::vector<float>{3, -3}));
}

TEST(OnnxQuantizeLinear, SaysWhatItDoesNotTake) {
  TestModel model(21);
  model.input("x", {4}).floats("s", {2}, {1, 2}).add("QuantizeLinear", {"x", "s"}, {"y"}, "quantise");
  model.attr("block_size", int64_t{2}).output("y");
  expect_unsupported("node 'quantise' (QuantizeLinear): a scale for each block of 2 elements", [&] { model.import(); });
  model.node(0).mutable_attribute(0)->set_i(0);
  model.attr("output_dtype", int64_t{22});
  expect_unsupported("element type INT4 is not supported", [&] { model.import(); });
}

/// An operator of com.microsoft with one quantised operand: x - 2 in halves, y + 1 in quarters.
TestModel microsoft(const std::string& op_type, std::initializer_list<TestDim> dims) {
  TestModel model;
  model.input("x", dims, TensorProto::INT8).floats("xs", {}, {0.5f}).numbers("xz", TensorProto::INT8, {}, {2});
  model.floats("ys", {}, {0.25f}).numbers("yz", TensorProto::INT8, {}, {-1});
  model.add(op_type, {"x", "xs", "xz", "ys", "yz"}, {"y"}, "node").domain("com.microsoft").output("y");
  return model;
}

TEST(OnnxMicrosoft, LeakyRelu) {
  TestModel model = microsoft("QLinearLeakyRelu", {2});
  model.attr("alpha", 0.5f);
  EXPECT_EQ(values_of<int8_t>(model.run({Tensor::of<int8_t>({6, -2})})), (std::vector<int8_t>{7, -5}));
}

TEST(OnnxMicrosoft, GlobalAveragePool) {
  TestModel model = microsoft("QLinearGlobalAveragePool", {1, 1, 1, 2});
  EXPECT_EQ(values_of<int8_t>(model.run({make_tensor<int8_t>({1, 1, 1, 2}, {3, 6})})), std::vector<int8_t>{4});
  model.attr("channels_last", int64_t{1});
  expect_unsupported("node 'node' (QLinearGlobalAveragePool): channels_last=1", [&] { model.import(); });
}

TEST(OnnxMicrosoft, SoftmaxBeforeOpset13TakesAllAxesBehind) {
  TestModel model = microsoft("QLinearSoftmax", {1, 2, 2});
  model.attr("axis", int64_t{1}).attr("opset", int64_t{11});
  EXPECT_EQ(values_of<int8_t>(model.run({make_tensor<int8_t>({1, 2, 2}, {5, 5, 5, 5})})),
            (std::vector<int8_t>{0, 0, 0, 0}));
}

TEST(OnnxMicrosoft, AddOfTwoScales) {
  TestModel model;
  model.input("a", {2}, TensorProto::UINT8).floats("as", {}, {0.5f}).numbers("az", TensorProto::UINT8, {}, {1});
  model.input("b", {2}, TensorProto::UINT8).floats("bs", {}, {2});
  model.floats("ys", {}, {1}).numbers("yz", TensorProto::UINT8, {}, {100});
  model.add("QLinearAdd", {"a", "as", "az", "b", "bs", "", "ys", "yz"}, {"y"}).domain("com.microsoft").output("y");
  // 2 + 6 and 1.5 + 10
  EXPECT_EQ(values_of<uint8_t>(model.run({Tensor::of<uint8_t>({5, 4}), Tensor::of<uint8_t>({3, 5})})),
            (std::vector<uint8_t>{108, 112}));
}

TEST(OnnxMicrosoft, ConcatOfTwoScales) {
  TestModel model;
  model.input("a", {1}, TensorProto::UINT8).input("b", {1}, TensorProto::UINT8);
  model.floats("one", {}, {1}).floats("half", {}, {0.5f}).numbers("z", TensorProto::UINT8, {}, {0});
  model.add("QLinearConcat", {"half", "z", "a", "one", "z", "b", "half", "z"}, {"y"}).attr("axis", int64_t{0});
  model.domain("com.microsoft").output("y");
  EXPECT_EQ(values_of<uint8_t>(model.run({Tensor::of<uint8_t>({7}), Tensor::of<uint8_t>({9})})),
            (std::vector<uint8_t>{14, 9}));
}

TEST(OnnxMicrosoft, GemmWithoutAnOutputScaleGivesFloats) {
  TestModel model;
  model.input("a", {1, 2}, TensorProto::UINT8).numbers("b", TensorProto::INT8, {2, 2}, {1, 2, 3, 4});
  model.floats("as", {}, {0.5f}).numbers("az", TensorProto::UINT8, {}, {1}).floats("bs", {}, {2});
  model.numbers("bz", TensorProto::INT8, {}, {0}).numbers("c", TensorProto::INT32, {2}, {10, 20});
  model.add("QGemm", {"a", "as", "az", "b", "bs", "bz", "c"}, {"y"}).domain("com.microsoft");
  model.attr("transB", int64_t{1}).attr("alpha", 2.0f).output("y");
  // 2 * (0.5 * 2) * (2*1 + 3*2 + 10, 2*3 + 3*4 + 20)
  EXPECT_EQ(values_of<float>(model.run({make_tensor<uint8_t>({1, 2}, {3, 4})})), (std::vector<float>{36, 76}));
}

}  // namespace
}  // namespace convoy::onnx_frontend
