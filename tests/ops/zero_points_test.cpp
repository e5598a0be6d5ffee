// Convolutions and matrix products of quantised numbers against sums written out.
#include "ops/zero_points.h"

#include "ops/conv2d.h"
#include "ops/conv_transpose2d.h"
#include "ops/matmul.h"
#include "ops/region_exact.h"
#include "support/expect_error.h"

namespace convoy {
namespace {

TEST(ZeroPoints, ConvolutionsPadWithThem) {
  Conv2d op;
  op.window.pads = {0, 1, 0, 1};
  op.zeros = {.src = 10, .weights = {1, 2}};
  const Tensor src = make_tensor<uint8_t>({1, 1, 1, 2}, {12, 255});
  const Tensor weights = make_tensor<int8_t>({2, 1, 1, 3}, {1, 2, 3, -128, 2, 127});
  const Tensor bias = make_tensor<int32_t>({2}, {1000, -1});
  const Tensor dst = run_op1(op, {src, weights, bias});
  EXPECT_EQ(values_of<int32_t>(dst), (std::vector<int32_t>{1000 + 2 * 1 + 245 * 2, 1000 + 2 * 0 + 245 * 1,
                                                           -1 + 2 * 0 + 245 * 125, -1 + 2 * -130 + 245 * 0}));
}

TEST(ZeroPoints, TransposedConvolutions) {
  ConvTranspose2d op;
  op.window.strides = {1, 2};
  op.zeros = {.src = -1, .weights = {5}};
  const Tensor src = make_tensor<int8_t>({1, 1, 1, 2}, {-1, 9}), weights = make_tensor<uint8_t>({1, 1, 1, 2}, {5, 255});
  EXPECT_EQ(values_of<int32_t>(run_op1(op, {src, weights})), (std::vector<int32_t>{0, 0, 0, 2500}));
}

TEST(ZeroPoints, MatrixProducts) {
  MatMul op;
  op.trans_b = true;
  op.zeros = {.src = 3, .weights = {0, -2}};
  const Tensor a = make_tensor<int8_t>({1, 2}, {4, 1}), b = make_tensor<int8_t>({2, 2}, {10, 20, 30, 40});
  EXPECT_EQ(values_of<int32_t>(run_op1(op, {a, b})), (std::vector<int32_t>{10 - 40, 32 - 84}));
}

TEST(ZeroPoints, SumsOfSixteenBitsAreWide) {
  const Tensor src = make_tensor<int16_t>({1, 1, 1, 1}, {-32768}), weights = make_tensor<int8_t>({1, 1, 1, 1}, {-128});
  const Tensor bias = make_tensor<int64_t>({1}, {int64_t{1} << 40});
  EXPECT_EQ(values_of<int64_t>(run_op1(Conv2d(), {src, weights, bias})),
            std::vector<int64_t>{(int64_t{1} << 40) + (1 << 22)});
}

TEST(ZeroPoints, TextHoldsThemWhereThereAreAny) {
  Conv2d op;
  EXPECT_EQ(op.attributes().find("zero"), std::string::npos);
  op.zeros = {.src = 3, .weights = {1, 2}};
  EXPECT_NE(op.attributes().find("src_zero=3 weights_zero=[1,2]"), std::string::npos);
  Conv2d back;
  back.read_attributes({{"src_zero", "3"}, {"weights_zero", "[1,2]"}});
  EXPECT_EQ(back.zeros, op.zeros);
}

TEST(ZeroPoints, SaysWhatDoesNotFit) {
  const TensorType bytes{DType::u8, {1, 2, 1, 1}}, weights{DType::i8, {2, 2, 1, 1}}, floats{DType::f32, {1, 2, 1, 1}};
  const TensorType float_weights{DType::f32, {2, 2, 1, 1}};
  const auto refused = [&](const ZeroPoints& zeros, const TensorType& src, const TensorType& kernel, const char* why) {
    Conv2d op;
    op.zeros = zeros;
    expect_invalid(why, [&] { op.infer({&src, &kernel}); });
  };
  refused({.src = -1}, bytes, weights, "the zero point -1 of src is no number of u8");
  refused({.weights = {200}}, bytes, weights, "the zero point 200 of weights is no number of i8");
  refused({.weights = {1, 2, 3}}, bytes, weights, "there are 3 zero points of weights for 2 output channels");
  refused({.src = 1}, floats, float_weights, "floats have no zero points");
  refused({}, bytes, float_weights, "src is u8");
}

}  // namespace
}  // namespace convoy
