#include "ops/concat.h"

#include "ops/region_exact.h"
#include "support/expect_error.h"

namespace convoy {
namespace {

Concat concat(int64_t axis) {
  Concat op;
  op.axis = axis;
  return op;
}

TEST(Concat, JoinsAlongAnAxis) {
  const Tensor a = make_tensor<int16_t>({2, 1}, {1, 2}), b = make_tensor<int16_t>({2, 2}, {3, 4, 5, 6});
  EXPECT_EQ(values_of<int16_t>(run_op1(concat(1), {a, b, a})), (std::vector<int16_t>{1, 3, 4, 1, 2, 5, 6, 2}));
  EXPECT_EQ(values_of<int16_t>(run_op1(concat(0), {b, b})), (std::vector<int16_t>{3, 4, 5, 6, 3, 4, 5, 6}));
}

TEST(Concat, TakesEmptyTensors) {
  const Tensor none(DType::f32, {2, 0}), a = make_tensor<float>({2, 1}, {1, 2});
  EXPECT_EQ(values_of<float>(run_op1(concat(1), {none, a, none})), (std::vector<float>{1, 2}));
}

TEST(Concat, Regions) {
  const Tensor a = scattered({2, 3, 2}), b = scattered({2, 2, 2});
  for (int index : {0, 1, 2}) expect_region_exact(concat(1), {a, b, a}, index);
}

TEST(Concat, RefusesInputsThatDoNotFit) {
  const TensorType a{DType::f32, {2, 3}}, b{DType::f32, {3, 3}}, c{DType::f64, {2, 3}}, d{DType::f32, {2}};
  expect_invalid("input 1 is f32[3x3], but input 0 is f32[2x3]: only their extents along axis 1 may differ", [&] {
    concat(1).infer({&a, &b});
  });
  expect_invalid("input 1 is f32[2], but input 0 is f32[2x3]", [&] { concat(0).infer({&a, &d}); });
  expect_invalid("f32[2x3] and f64[2x3]", [&] { concat(1).infer({&a, &c}); });
  expect_invalid("axis 2 is out of range for rank 2", [&] { concat(2).infer({&a}); });
  expect_invalid("one input or more", [&] { concat(0).infer({}); });
}

}  // namespace
}  // namespace convoy
