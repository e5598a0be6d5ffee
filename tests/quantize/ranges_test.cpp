#include "quantize/ranges.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace convoy::quantizer {
namespace {

/// The value that a number stands for.
double value_of(const ValueQuantization& quantization, int32_t number) {
  return (number - quantization.zero_point) * double{quantization.scale};
}

Histogram normal_values(float mean, float deviation, float outlier) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal(mean, deviation);
  std::vector<float> values(20000);
  for (float& value : values) value = normal(random);
  values.push_back(outlier);
  Histogram histogram;
  EXPECT_TRUE(histogram.add(values));
  return histogram;
}

bool is_power_of_two(float value) {
  int exponent = 0;
  return std::frexp(value, &exponent) == 0.5f;
}

TEST(Ranges, WholeRangeIsUsed) {
  const ValueQuantization q = quantization_of_range(-1, 3, DType::u8);
  EXPECT_FLOAT_EQ(q.scale, 4.f / 255);
  EXPECT_EQ(q.zero_point, 64);
  EXPECT_NEAR(value_of(q, 0), -1, q.scale / 2);
  EXPECT_NEAR(value_of(q, 255), 3, q.scale / 2);
}

TEST(Ranges, ZeroIsExact) {
  EXPECT_EQ(quantization_of_range(2, 5, DType::u8).zero_point, 0);
  EXPECT_FLOAT_EQ(quantization_of_range(2, 5, DType::u8).scale, 5.f / 255);
  EXPECT_EQ(quantization_of_range(-5, -2, DType::u8).zero_point, 255);
  EXPECT_EQ(quantization_of_range(0, 5, DType::i8).zero_point, -128);
}

TEST(Ranges, NothingButZeros) {
  const ValueQuantization q = quantization_of_range(0, 0, DType::u8);
  EXPECT_EQ(q.scale, 1);
  EXPECT_EQ(q.zero_point, 0);
}

TEST(Ranges, TinyRangesKeepNormalScales) {
  EXPECT_TRUE(std::isnormal(quantization_of_range(0, 1e-44, DType::u8).scale));
}

TEST(Ranges, PowersOfTwo) {
  EXPECT_EQ(power_of_two_above(1), 1);
  EXPECT_EQ(power_of_two_above(1.01), 2);
  EXPECT_EQ(power_of_two_above(0.3), 0.5f);
  EXPECT_EQ(power_of_two_above(0), 1);
  EXPECT_TRUE(std::isnormal(power_of_two_above(1e-300)));
}

TEST(Ranges, MinmaxCoversAllAndPercentileDoesNot) {
  const Histogram values = normal_values(0, 1, 100);
  const auto all = choose_quantization(values, QuantizationScheme::int8, RangeMethod::minmax, 99.9);
  const auto most = choose_quantization(values, QuantizationScheme::int8, RangeMethod::percentile, 99.9);
  EXPECT_NEAR(value_of(all, 255), 100, all.scale);
  EXPECT_LT(value_of(most, 255), 5);
  EXPECT_GT(value_of(most, 255), 2);
  EXPECT_LT(value_of(most, 0), -2);
}

TEST(Ranges, MseHasTheSmallestError) {
  const Histogram values = normal_values(1, 1, 12);
  const auto error = [&](RangeMethod method) {
    return squared_error(values.bins(), choose_quantization(values, QuantizationScheme::int8, method, 99.99));
  };
  EXPECT_LE(error(RangeMethod::mse), error(RangeMethod::minmax));
  EXPECT_LE(error(RangeMethod::mse), error(RangeMethod::percentile) * 1.01);
}

TEST(Ranges, PowersOfTwoHaveNoZeroPoint) {
  const Histogram values = normal_values(1, 1, 12);
  for (RangeMethod method : {RangeMethod::minmax, RangeMethod::percentile, RangeMethod::mse}) {
    const auto q = choose_quantization(values, QuantizationScheme::pow2, method, 99.99);
    EXPECT_EQ(q.dtype, DType::i8);
    EXPECT_EQ(q.zero_point, 0);
    EXPECT_TRUE(is_power_of_two(q.scale)) << q.scale;
  }
  const auto all = choose_quantization(values, QuantizationScheme::pow2, RangeMethod::minmax, 99.99);
  EXPECT_EQ(all.scale, 0.125f);  // 12 / 127 fits, half of it does not
}

TEST(Ranges, ErrorOfValuesOnTheGridIsNone) {
  const std::vector<Histogram::Bin> bins = {{-0.5, 3}, {0.25, 1}, {1, 2}};
  EXPECT_EQ(squared_error(bins, {DType::u8, 0.25f, 10}), 0);
  EXPECT_DOUBLE_EQ(squared_error(bins, {DType::u8, 0.25f, 0}), 3 * 0.25);  // what is below 0 is clipped
}

}  // namespace
}  // namespace convoy::quantizer
