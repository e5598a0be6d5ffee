#include "ops/softmax.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/expect_error.h"
#include "support/run_op.h"

namespace convoy {
namespace {

Softmax softmax(int64_t axis, bool log = false) {
  Softmax op;
  op.axis = axis;
  op.log = log;
  return op;
}

TEST(Softmax, NormalizesALane) {
  const Tensor src = make_tensor<float>({1, 3}, {1, 2, 3});
  expect_near(values_of<float>(run_op1(softmax(-1), {src})), {0.090030573f, 0.244728471f, 0.665240956f});
  expect_near(values_of<float>(run_op1(softmax(-1, true), {src})), {-2.407605964f, -1.407605964f, -0.407605964f});
}

TEST(Softmax, TakesAnyAxis) {
  const Tensor src = make_tensor<float>({2, 2}, {0, 10, 0, 10});
  expect_near(values_of<float>(run_op1(softmax(0), {src})), {0.5f, 0.5f, 0.5f, 0.5f});
  EXPECT_EQ(softmax(0).input_region(0, {{1, 1}, {2, 2}}, {&src.type()}), (Region{{0, 1}, {2, 2}}));
  expect_region_suffices(softmax(0), {src}, 0, {{1, 1}, {2, 2}});
}

TEST(Softmax, DoesNotOverflow) {
  const Tensor src = Tensor::of<float>({1e30f, 1e30f, -1e30f});
  expect_near(values_of<float>(run_op1(softmax(0), {src})), {0.5f, 0.5f, 0});
}

TEST(Softmax, RefusesIntegers) {
  const TensorType src{DType::i32, {2}};
  expect_invalid("src is i32[2], expected a floating-point type", [&] { softmax(0).infer({&src}); });
}

}  // namespace
}  // namespace convoy
