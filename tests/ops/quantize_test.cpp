#include "ops/quantize.h"

#include "support/expect_error.h"
#include "support/run_op.h"

namespace convoy {
namespace {

TEST(Quantize, RoundsHalvesToEvenAndSaturates) {
  const Tensor src = Tensor::of<float>({0, 0.25f, 0.75f, 1.25f, -0.25f, -0.75f, 100, -100});
  const Tensor dst = run_op1(quantize_to(DType::i8), {src, Tensor::scalar(0.5f), Tensor::scalar<int8_t>(1)});
  EXPECT_EQ(values_of<int8_t>(dst), (std::vector<int8_t>{1, 1, 3, 3, 1, -1, 127, -128}));
}

TEST(Quantize, DividesByTheScale) {
  // 2.25 / 0.3f is less than 7.5, but 2.25 * (1 / 0.3f) is rounded to it.
  const Tensor dst = run_op1(quantize_to(DType::u8), {Tensor::of<float>({2.25f}), Tensor::scalar(0.3f), {}});
  EXPECT_EQ(values_of<uint8_t>(dst), std::vector<uint8_t>{7});
}

TEST(Quantize, BoundsAndAxis) {
  Quantize op = quantize_to(DType::u8, 1);
  op.low = 3;
  op.high = 10;
  const Tensor src = make_tensor<float>({2, 2}, {1, 1, 4, 400});
  const Tensor dst = run_op1(op, {src, Tensor::of<float>({1, 0.25f}), Tensor::of<uint8_t>({0, 2})});
  EXPECT_EQ(values_of<uint8_t>(dst), (std::vector<uint8_t>{3, 6, 4, 10}));
}

TEST(Dequantize, OneAnIndexOfAnAxis) {
  const Tensor src = make_tensor<int8_t>({2, 2}, {-128, 127, 5, 6});
  const Tensor dst = run_op1(dequantize(0), {src, Tensor::of<float>({0.5f, 2}), Tensor::of<int8_t>({1, 5})});
  EXPECT_EQ(values_of<float>(dst), (std::vector<float>{-64.5f, 63, 0, 2}));
}

TEST(Dequantize, SumsSubtractBeforeTheyAreFloats) {
  const int32_t large = (1 << 30) + 1;
  const Tensor dst =
      run_op1(dequantize(), {Tensor::of<int32_t>({large}), Tensor::scalar(1.0f), Tensor::scalar<int32_t>(1 << 30)});
  EXPECT_EQ(values_of<float>(dst), std::vector<float>{1});
}

TEST(Quantize, RefusesParametersThatDoNotFit) {
  const Tensor src = make_tensor<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  expect_invalid("scale is f32[2], expected one element, or one for each of the 3 indices of axis 1 of 2x3", [&] {
    run_op1(quantize_to(DType::i8, 1), {src, Tensor::of<float>({1, 2}), {}});
  });
  expect_invalid("the result is i32", [&] { run_op1(quantize_to(DType::i32), {src, Tensor::scalar(1.0f), {}}); });
  expect_invalid("the zero point is u8", [&] {
    run_op1(quantize_to(DType::i8), {src, Tensor::scalar(1.0f), Tensor::scalar<uint8_t>(0)});
  });
}

}  // namespace
}  // namespace convoy
