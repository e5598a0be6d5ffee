#include "ops/top_k.h"

#include <gtest/gtest.h>

#include <limits>

#include "support/expect_error.h"
#include "support/run_op.h"

namespace convoy {
namespace {

TopK top_k(int64_t k, int64_t axis, bool largest = true) {
  TopK op;
  op.k = k;
  op.axis = axis;
  op.largest = largest;
  return op;
}

TEST(TopK, FindsTheLargestInOrder) {
  const Tensor src = make_tensor<float>({2, 4}, {3, 9, 3, 1, 0, -1, 5, 5});
  const std::vector<Tensor> found = run_op(top_k(2, -1), {src});
  EXPECT_EQ(found[0].shape(), Shape({2, 2}));
  expect_near(values_of<float>(found[0]), {9, 3, 5, 5});
  EXPECT_EQ(values_of<int64_t>(found[1]), (std::vector<int64_t>{1, 0, 2, 3}));
}

TEST(TopK, FindsTheSmallestAlongAnyAxis) {
  const Tensor src = make_tensor<int32_t>({3, 2}, {5, 1, 4, 2, 6, 0});
  const std::vector<Tensor> found = run_op(top_k(2, 0, false), {src});
  EXPECT_EQ(values_of<int32_t>(found[0]), (std::vector<int32_t>{4, 0, 5, 1}));
  EXPECT_EQ(values_of<int64_t>(found[1]), (std::vector<int64_t>{1, 2, 0, 0}));
}

TEST(TopK, OrdersNan) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  const Tensor src = Tensor::of<float>({kNan, 1, kNan, 2});
  EXPECT_EQ(values_of<int64_t>(run_op(top_k(4, 0), {src})[1]), (std::vector<int64_t>{0, 2, 3, 1}));
  EXPECT_EQ(values_of<int64_t>(run_op(top_k(4, 0, false), {src})[1]), (std::vector<int64_t>{1, 3, 0, 2}));
}

TEST(TopK, RefusesMoreThanThereAre) {
  const TensorType src{DType::f32, {2, 3}};
  expect_invalid("k is 4, src f32[2x3] has 3 along axis 1", [&] { top_k(4, 1).infer({&src}); });
  expect_invalid("k is -1", [&] { top_k(-1, 1).infer({&src}); });
}

}  // namespace
}  // namespace convoy
