#include "ops/where.h"

#include <gtest/gtest.h>

#include "support/expect_error.h"
#include "support/run_op.h"

namespace convoy {
namespace {

TEST(Where, SelectsWithBroadcasting) {
  const Tensor condition = make_tensor<bool>({2, 1}, {true, false});
  const Tensor result = run_op1(Where(), {condition, Tensor::of<int64_t>({1, 2, 3}), Tensor::scalar<int64_t>(9)});
  EXPECT_EQ(result.shape(), Shape({2, 3}));
  EXPECT_EQ(values_of<int64_t>(result), (std::vector<int64_t>{1, 2, 3, 9, 9, 9}));
}

TEST(Where, RefusesWrongTypes) {
  const TensorType f32{DType::f32, {2}}, i64{DType::i64, {2}}, boolean{DType::boolean, {2}};
  expect_invalid("condition is f32[2], expected bool", [&] { Where().infer({&f32, &f32, &f32}); });
  expect_invalid("on_true and on_false are f32[2] and i64[2]", [&] { Where().infer({&boolean, &f32, &i64}); });
}

}  // namespace
}  // namespace convoy
