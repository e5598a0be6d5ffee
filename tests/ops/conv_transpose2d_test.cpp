#include "ops/conv_transpose2d.h"

#include "ops/region_exact.h"
#include "support/expect_error.h"

namespace convoy {
namespace {

TEST(ConvTranspose2d, ScattersTheKernel) {
  const Tensor src = make_tensor<float>({1, 1, 2, 2}, {1, 2, 3, 4});
  const Tensor weights = make_tensor<float>({1, 1, 2, 2}, {1, 10, 100, 1000});
  const Tensor dst = run_op1(ConvTranspose2d(), {src, weights});
  EXPECT_EQ(dst.shape(), (Shape{1, 1, 3, 3}));
  EXPECT_EQ(values_of<float>(dst), (std::vector<float>{1, 12, 20, 103, 1234, 2040, 300, 3400, 4000}));
}

TEST(ConvTranspose2d, StridesCropsAndAddsBias) {
  ConvTranspose2d op;
  op.window = {{1, 2}, {1, 1}, {0, 1, 0, 0}};
  op.output_padding = {0, 1};
  const Tensor src = make_tensor<float>({1, 1, 1, 3}, {1, 2, 3});
  const Tensor weights = make_tensor<float>({1, 1, 1, 3}, {1, 10, 100});
  const Tensor bias = make_tensor<float>({1}, {0.5f});
  // Uncropped: 1 10 102 20 203 30 300, then one more.
  EXPECT_EQ(values_of<float>(run_op1(op, {src, weights, bias})),
            (std::vector<float>{10.5f, 102.5f, 20.5f, 203.5f, 30.5f, 300.5f, 0.5f}));
}

TEST(ConvTranspose2d, KeepsGroupsApart) {
  ConvTranspose2d op;
  op.group = 2;
  const Tensor src = make_tensor<float>({1, 2, 1, 1}, {1, 2});
  const Tensor weights = make_tensor<float>({2, 2, 1, 1}, {1, 10, 100, 1000});
  EXPECT_EQ(values_of<float>(run_op1(op, {src, weights})), (std::vector<float>{1, 10, 200, 2000}));
}

TEST(ConvTranspose2d, CountsMultiplyAccumulates) {
  const TensorType src{DType::f32, {1, 8, 5, 5}}, weights{DType::f32, {8, 3, 2, 2}};
  EXPECT_EQ(ConvTranspose2d().macs({&src, &weights}, {}), 8 * 25 * 3 * 4);
}

TEST(ConvTranspose2d, NeedsWhatReachesTheOutput) {
  ConvTranspose2d op;
  op.window = {{2, 3}, {1, 1}, {1, 0, 0, 2}};
  op.output_padding = {1, 2};
  op.group = 2;
  const Tensor src = scattered({2, 4, 4, 3}), weights = scattered({4, 3, 3, 2}), bias = scattered({6});
  expect_region_exact(op, {src, weights, bias}, 0);
  expect_region_exact(op, {src, weights, bias}, 1, false);
  expect_region_exact(op, {src, weights, bias}, 2);
}

TEST(ConvTranspose2d, NeedsNothingBetweenDilatedTaps) {
  ConvTranspose2d op;
  op.window = {{2, 3}, {2, 5}, {1, 1, 1, 0}};
  expect_region_exact(op, {scattered({1, 1, 4, 5}), scattered({1, 1, 3, 2})});
}

TEST(ConvTranspose2d, RefusesWhatDoesNotFit) {
  const TensorType src{DType::f32, {1, 8, 2, 2}}, weights{DType::f32, {8, 3, 2, 2}}, other{DType::f32, {4, 3, 2, 2}};
  ConvTranspose2d op;
  expect_invalid("weights 4x3x2x2 need 4 input channels, but src is 1x8x2x2", [&] { op.infer({&src, &other}); });
  op.group = 3;
  expect_invalid("src 1x8x2x2 has 8 channels, which group 3 does not divide", [&] { op.infer({&src, &weights}); });
  op.group = 1;
  op.window.pads = {2, 0, 2, 0};
  expect_invalid("dst would have -1 rows: src 2 with stride 1 and kernel 2 covers 3, from which pads take 2 + 2", [&] {
    op.infer({&src, &weights});
  });
  op.window.pads = {0, 0, 0, 0};
  op.output_padding = {-1, 0};
  expect_invalid("output_padding -1 is out of range", [&] { op.infer({&src, &weights}); });
  op.output_padding = {0, 0};
  op.window.strides = {int64_t{1} << 40, 1};
  expect_invalid("stride 1099511627776 is out of range", [&] { op.infer({&src, &weights}); });
}

}  // namespace
}  // namespace convoy
