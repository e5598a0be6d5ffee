#include "ops/conv2d.h"

#include "ops/region_exact.h"
#include "support/expect_error.h"

namespace convoy {
namespace {

Conv2d conv(std::vector<int64_t> strides, std::vector<int64_t> dilations, std::vector<int64_t> pads,
            int64_t group = 1) {
  Conv2d op;
  op.window = {std::move(strides), std::move(dilations), std::move(pads)};
  op.group = group;
  return op;
}

std::vector<TensorType> infer(const Conv2d& op, const Shape& src, const Shape& weights) {
  const TensorType a{DType::f32, src}, b{DType::f32, weights};
  return op.infer({&a, &b});
}

TEST(Conv2d, SumsTheWindow) {
  const Tensor src = make_tensor<float>({1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  const Tensor weights = make_tensor<float>({1, 1, 2, 2}, {1, 10, 100, 1000});
  const Tensor dst = run_op1(Conv2d(), {src, weights});
  EXPECT_EQ(dst.shape(), (Shape{1, 1, 2, 2}));
  EXPECT_EQ(values_of<float>(dst), (std::vector<float>{5421, 6532, 8754, 9865}));
}

TEST(Conv2d, PadsWithZerosStridesAndAddsBias) {
  const Tensor src = make_tensor<float>({1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  const Tensor weights = make_tensor<float>({1, 1, 3, 3}, {1, 1, 1, 1, 1, 1, 1, 1, 1});
  const Tensor bias = make_tensor<float>({1}, {0.5f});
  const Tensor dst = run_op1(conv({2, 2}, {1, 1}, {1, 1, 1, 1}), {src, weights, bias});
  EXPECT_EQ(values_of<float>(dst), (std::vector<float>{12.5f, 16.5f, 24.5f, 28.5f}));
}

TEST(Conv2d, DilatesAndPadsAsymmetrically) {
  const Tensor src = make_tensor<float>({1, 1, 1, 4}, {1, 2, 3, 4});
  const Tensor weights = make_tensor<float>({1, 1, 1, 2}, {1, 10});
  const Tensor dst = run_op1(conv({1, 1}, {1, 3}, {0, 2, 0, 1}), {src, weights});
  EXPECT_EQ(values_of<float>(dst), (std::vector<float>{20, 30, 41, 2}));
}

TEST(Conv2d, KeepsGroupsApart) {
  const Tensor src = make_tensor<float>({1, 4, 1, 1}, {1, 2, 3, 4});
  const Tensor weights = make_tensor<float>({2, 2, 1, 1}, {1, 10, 100, 1000});
  EXPECT_EQ(values_of<float>(run_op1(conv({1, 1}, {1, 1}, {0, 0, 0, 0}, 2), {src, weights})),
            (std::vector<float>{21, 4300}));
}

TEST(Conv2d, ComputesEveryFloatType) {
  const Tensor src = make_tensor<double>({1, 1, 1, 2}, {1.5, 2});
  const Tensor weights = make_tensor<double>({1, 1, 1, 2}, {2, 4});
  EXPECT_EQ(values_of<double>(run_op1(Conv2d(), {src, weights})), std::vector<double>{11});
}

TEST(Conv2d, NoImagesGiveNoImages) {
  EXPECT_EQ(infer(Conv2d(), {0, 3, 8, 8}, {4, 3, 3, 3})[0].shape, (Shape{0, 4, 6, 6}));
}

TEST(Conv2d, CountsMultiplyAccumulates) {
  const TensorType src{DType::f32, {2, 8, 5, 5}}, weights{DType::f32, {6, 4, 3, 3}};
  const Conv2d op = conv({1, 1}, {1, 1}, {1, 1, 1, 1}, 2);
  EXPECT_EQ(op.macs({&src, &weights}, op.infer({&src, &weights})), 2 * 6 * 25 * 4 * 9);
}

TEST(Conv2d, NeedsTheRowsAndColumnsOfItsWindows) {
  const Tensor src = scattered({2, 4, 7, 6}), weights = scattered({6, 2, 3, 2}), bias = scattered({6});
  const Conv2d op = conv({2, 1}, {1, 1}, {1, 0, 2, 1}, 2);
  for (int index : {0, 1, 2}) expect_region_exact(op, {src, weights, bias}, index, index != 1);
}

TEST(Conv2d, RegionsOfDilatedWindowsHoldAllTaps) {
  expect_region_exact(conv({1, 2}, {2, 3}, {2, 1, 1, 3}), {scattered({1, 1, 6, 7}), scattered({1, 1, 2, 2})}, 0, false);
}

TEST(Conv2d, SaysWhichChannelsDoNotMatch) {
  expect_invalid("weights 64x16x3x3 need 16 input channels per group, but src is 1x32x56x56 with group 1", [] {
    infer(Conv2d(), {1, 32, 56, 56}, {64, 16, 3, 3});
  });
  expect_invalid("weights 9x1x3x3 have 9 output channels, which group 4 does not divide", [] {
    infer(conv({1, 1}, {1, 1}, {0, 0, 0, 0}, 4), {1, 4, 8, 8}, {9, 1, 3, 3});
  });
  expect_invalid("group 0 is out of range", [] {
    infer(conv({1, 1}, {1, 1}, {0, 0, 0, 0}, 0), {1, 4, 8, 8}, {9, 1, 3, 3});
  });
}

TEST(Conv2d, RefusesWindowsThatDoNotFit) {
  expect_invalid("kernel 5 with dilation 2 covers 9 rows, but src has 6 and pads 1 + 1", [] {
    infer(conv({1, 1}, {2, 1}, {1, 0, 1, 0}), {1, 1, 6, 6}, {1, 1, 5, 1});
  });
  expect_invalid("kernel extent 0 is out of range", [] { infer(Conv2d(), {1, 1, 6, 6}, {1, 1, 0, 1}); });
}

TEST(Conv2d, RefusesHostileAttributes) {
  const Shape src{1, 1, 6, 6}, weights{1, 1, 3, 3};
  const int64_t huge = int64_t{1} << 62;
  expect_invalid("stride 0 is out of range", [&] { infer(conv({0, 1}, {1, 1}, {0, 0, 0, 0}), src, weights); });
  expect_invalid("dilation -1 is out of range", [&] { infer(conv({1, 1}, {1, -1}, {0, 0, 0, 0}), src, weights); });
  expect_invalid("pad 4611686018427387904 is out of range", [&] {
    infer(conv({1, 1}, {1, 1}, {huge, huge, huge, huge}), src, weights);
  });
  expect_invalid("pads has 2 values, expected 4", [&] { infer(conv({1, 1}, {1, 1}, {0, 0}), src, weights); });
}

TEST(Conv2d, RefusesOtherTypesAndRanks) {
  const TensorType src{DType::f32, {1, 1, 6, 6}}, weights{DType::f64, {1, 1, 3, 3}};
  expect_invalid("src and weights are f32[1x1x6x6] and f64[1x1x3x3]", [&] { Conv2d().infer({&src, &weights}); });
  const TensorType volume{DType::f32, {1, 1, 6, 6, 6}};
  expect_invalid("src is f32[1x1x6x6x6], expected rank 4", [&] { Conv2d().infer({&volume, &src}); });
  const TensorType kernel{DType::f32, {1, 1, 3, 3}}, bias{DType::f32, {2}};
  expect_invalid("bias is f32[2], expected one value for each of 1 channels", [&] {
    Conv2d().infer({&src, &kernel, &bias});
  });
}

}  // namespace
}  // namespace convoy
