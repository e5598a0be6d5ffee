#include "ops/requantize.h"

#include <cmath>
#include <limits>
#include <random>

#include "support/expect_error.h"
#include "support/run_op.h"

namespace convoy {
namespace {

Requantize requantize(int64_t zero, Rounding rounding = Rounding::once, DType to = DType::i8) {
  Requantize op;
  op.zero = zero, op.rounding = rounding, op.to = to;
  return op;
}

TEST(FixedPoint, StandsForTheFactor) {
  for (double factor : {1.0, 0.5, 0.75, 1e-3, 0.9999999999, 3.7, 1e5}) {
    const FixedPoint number = fixed_point(factor);
    EXPECT_GE(number.multiplier, 1 << 30) << factor;
    EXPECT_NEAR(std::ldexp(number.multiplier, number.shift - 31) / factor, 1, 1e-9) << factor;
  }
  EXPECT_EQ(fixed_point(0).multiplier, 0);
  EXPECT_EQ(fixed_point(1e-12).multiplier, 0) << "less than half of any sum";
  expect_invalid("no positive number", [] { fixed_point(-1); });
  expect_invalid("no positive number", [] { fixed_point(std::nan("")); });
  expect_invalid("too large", [] { fixed_point(1e12); });
}

TEST(FixedPoint, RoundsOnceToTheNearest) {
  std::mt19937 random(1);
  std::uniform_int_distribution<int32_t> values(-(1 << 24), 1 << 24);
  std::uniform_int_distribution<int32_t> multipliers(1 << 30, std::numeric_limits<int32_t>::max());
  for (int i = 0; i < 10000; ++i) {
    const int32_t value = values(random), multiplier = multipliers(random), shift = -static_cast<int>(random() % 20);
    const long double exact = std::ldexp(static_cast<long double>(value) * multiplier, shift - 31);
    EXPECT_EQ(scale_fixed_point(value, multiplier, shift, Rounding::once), std::floor(exact + 0.5L));
    EXPECT_NEAR(scale_fixed_point(value, multiplier, shift, Rounding::twice), static_cast<double>(exact), 1);
  }
}

TEST(FixedPoint, TwoRoundingsDifferFromOne) {
  // 0.49999 is rounded up to a half first, and then away from zero.
  const FixedPoint half = fixed_point(0.25);
  EXPECT_EQ(scale_fixed_point(int32_t{2}, half.multiplier, half.shift, Rounding::once), 1);
  EXPECT_EQ(scale_fixed_point(int32_t{-2}, half.multiplier, half.shift, Rounding::once), 0) << "halves go up";
  EXPECT_EQ(scale_fixed_point(int32_t{-2}, half.multiplier, half.shift, Rounding::twice), -1) << "or away from zero";
  const int32_t below_half = (1 << 30) + 1;  // 3 * 2^-1 * (0.5 + tiny) lies just above 0.75
  EXPECT_EQ(scale_fixed_point(int32_t{1}, below_half, -1, Rounding::twice), 1);
  EXPECT_EQ(scale_fixed_point(int32_t{1}, below_half, -1, Rounding::once), 0);
}

TEST(FixedPoint, WideSumsUseSixteenBits) {
  const FixedPoint factor = fixed_point(0.5);
  EXPECT_EQ(scale_fixed_point(int64_t{7}, factor.multiplier, factor.shift), 4);
  EXPECT_EQ(scale_fixed_point(int64_t{-7}, factor.multiplier, factor.shift), -3);
  EXPECT_EQ(scale_fixed_point(int64_t{1} << 20, std::numeric_limits<int32_t>::max(), 0), (1 << 20) - 32);
}

TEST(Requantize, ScalesEachChannelAndClamps) {
  const FixedPoint half = fixed_point(0.5), twice = fixed_point(2);
  const Tensor src = make_tensor<int32_t>({1, 2, 1, 3}, {10, -11, 1000, 10, -11, 1000});
  const Tensor multiplier = make_tensor<int32_t>({2, 1, 1}, {half.multiplier, twice.multiplier});
  const Tensor shift = make_tensor<int32_t>({2, 1, 1}, {half.shift, twice.shift});
  EXPECT_EQ(values_of<int8_t>(run_op1(requantize(3), {src, multiplier, shift})),
            (std::vector<int8_t>{8, -2, 127, 23, -19, 127}));
  Requantize relu = requantize(100, Rounding::once, DType::u8);
  relu.low = 100, relu.high = 255;
  EXPECT_EQ(values_of<uint8_t>(run_op1(relu, {src, multiplier, shift})),
            (std::vector<uint8_t>{105, 100, 255, 120, 100, 255}));
}

TEST(Requantize, NeedsItsElementOfEachInput) {
  const TensorType sums{DType::i32, {1, 2, 2, 2}}, channels{DType::i32, {2, 1, 1}};
  const Region output{{0, 1, 0, 1}, {1, 2, 2, 2}}, channel{{1, 0, 0}, {2, 1, 1}};
  EXPECT_EQ(requantize(0).input_region(0, output, {&sums, &channels, &channels}), output);
  EXPECT_EQ(requantize(0).input_region(2, output, {&sums, &channels, &channels}), channel);
}

TEST(Requantize, SaysWhatDoesNotFit) {
  const TensorType sums{DType::i32, {1, 4, 2, 2}}, four{DType::i32, {4, 1, 1}}, three{DType::i32, {3, 1, 1}};
  const TensorType floats{DType::f32, {1, 4, 2, 2}};
  expect_invalid("src is f32", [&] { requantize(0).infer({&floats, &four, &four}); });
  expect_invalid("do not broadcast", [&] { requantize(0).infer({&sums, &three, &four}); });
  expect_invalid("-128 is no number of u8", [&] {
    requantize(0, Rounding::once, DType::u8).infer({&sums, &four, &four});
  });
  expect_invalid("expected an integer of at most 32 bits", [&] {
    requantize(0, Rounding::once, DType::f32).infer({&sums, &four, &four});
  });
}

}  // namespace
}  // namespace convoy
