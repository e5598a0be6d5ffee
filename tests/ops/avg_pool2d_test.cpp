#include "ops/avg_pool2d.h"

#include "ops/region_exact.h"
#include "support/expect_error.h"

namespace convoy {
namespace {

AvgPool2d pool(std::vector<int64_t> kernel, Window2d window) {
  AvgPool2d op;
  op.kernel = std::move(kernel);
  op.window = std::move(window);
  return op;
}

TEST(AvgPool2d, AveragesEachWindow) {
  const Tensor src = make_tensor<float>({1, 1, 2, 4}, {1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_EQ(values_of<float>(run_op1(pool({2, 2}, {{2, 2}, {1, 1}, {0, 0, 0, 0}}), {src})),
            (std::vector<float>{3.5f, 5.5f}));
}

TEST(AvgPool2d, PaddingCountsOnlyWhenAsked) {
  const Tensor src = make_tensor<float>({1, 1, 1, 3}, {3, 6, 9});
  AvgPool2d op = pool({1, 3}, {{1, 2}, {1, 1}, {0, 1, 0, 1}});
  EXPECT_EQ(values_of<float>(run_op1(op, {src})), (std::vector<float>{4.5f, 7.5f}));
  op.count_include_pad = true;
  EXPECT_EQ(values_of<float>(run_op1(op, {src})), (std::vector<float>{3, 5}));
}

TEST(AvgPool2d, WhatCeilModeAddsNeverCounts) {
  const Tensor src = make_tensor<float>({1, 1, 1, 4}, {2, 4, 6, 8});
  AvgPool2d op = pool({1, 3}, {{1, 2}, {1, 1}, {0, 0, 0, 0}});
  op.ceil_mode = true;
  op.count_include_pad = true;
  EXPECT_EQ(values_of<float>(run_op1(op, {src})), (std::vector<float>{4, 7}));
  op.window.pads = {0, 1, 0, 1};  // the last window is (6, 8, pad): the pad counts, the column after it would not
  op.window.strides = {1, 3};
  EXPECT_EQ(values_of<float>(run_op1(op, {src})), (std::vector<float>{2, 14.0f / 3}));
}

TEST(AvgPool2d, Dilates) {
  const Tensor src = make_tensor<float>({1, 1, 1, 4}, {1, 2, 3, 4});
  EXPECT_EQ(values_of<float>(run_op1(pool({1, 2}, {{1, 1}, {1, 2}, {0, 1, 0, 0}}), {src})),
            (std::vector<float>{2, 2, 3}));
}

TEST(AvgPool2d, NeedsItsWindows) {
  AvgPool2d op = pool({3, 2}, {{2, 3}, {1, 1}, {1, 0, 1, 1}});
  op.ceil_mode = true;
  expect_region_exact(op, {scattered({2, 2, 6, 5})});
}

TEST(AvgPool2d, RefusesIntegers) {
  const TensorType src{DType::i32, {1, 1, 4, 4}};
  expect_invalid("src is i32[1x1x4x4], expected a floating-point type", [&] { AvgPool2d().infer({&src}); });
}

TEST(AvgPool2d, AveragesOfIntegersAreRoundedAwayFromZero) {
  AvgPool2d op;
  op.kernel = {1, 2}, op.window.pads = {0, 0, 0, 1};
  const Tensor src = make_tensor<int8_t>({1, 1, 1, 4}, {1, 2, -5, -128});
  EXPECT_EQ(values_of<int8_t>(run_op1(op, {src})), (std::vector<int8_t>{2, -2, -67, -128}));
  op.count_include_pad = true;
  expect_invalid("does not count padding", [&] { run_op1(op, {src}); });
}

}  // namespace
}  // namespace convoy
