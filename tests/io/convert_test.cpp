#include "io/convert.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/half.h"

namespace convoy {
namespace {

TEST(ConvertsExactly, FollowsSignificantBitsAndRange) {
  EXPECT_TRUE(converts_exactly(DType::f16, DType::f32));
  EXPECT_TRUE(converts_exactly(DType::bf16, DType::f32));
  EXPECT_TRUE(converts_exactly(DType::u8, DType::f32));
  EXPECT_TRUE(converts_exactly(DType::u16, DType::f32));
  EXPECT_TRUE(converts_exactly(DType::u8, DType::i64));
  EXPECT_TRUE(converts_exactly(DType::boolean, DType::f32));
  EXPECT_TRUE(converts_exactly(DType::f32, DType::f32));
  EXPECT_FALSE(converts_exactly(DType::i32, DType::f32));
  EXPECT_FALSE(converts_exactly(DType::f64, DType::f32));
  EXPECT_FALSE(converts_exactly(DType::f16, DType::bf16));
  EXPECT_FALSE(converts_exactly(DType::u16, DType::f16));
  EXPECT_FALSE(converts_exactly(DType::i8, DType::u8));
  EXPECT_FALSE(converts_exactly(DType::f32, DType::i32));
}

TEST(Convert, ClampsToIntegers) {
  const float inf = std::numeric_limits<float>::infinity();
  const Tensor floats = Tensor::of<float>({-inf, -1.7f, 0.9f, 300, inf, NAN});
  const Tensor bytes = convert(floats, DType::u8);
  const std::vector<uint8_t> expected = {0, 0, 0, 255, 255, 0};
  EXPECT_EQ(std::vector<uint8_t>(bytes.as<uint8_t>(), bytes.as<uint8_t>() + 6), expected);
  const Tensor longs = convert(floats, DType::i64);
  EXPECT_EQ(longs.as<int64_t>()[0], std::numeric_limits<int64_t>::min());
  EXPECT_EQ(longs.as<int64_t>()[1], -1);
  EXPECT_EQ(longs.as<int64_t>()[4], std::numeric_limits<int64_t>::max());
  EXPECT_EQ(convert(Tensor::of<int32_t>({-5, 70000}), DType::u16).as<uint16_t>()[0], 0);
  EXPECT_EQ(convert(Tensor::of<int32_t>({-5, 70000}), DType::u16).as<uint16_t>()[1], 65535);
}

TEST(Convert, BetweenFloats) {
  const Tensor halves = convert(Tensor::of<float>({1.5f, 1e6f}), DType::f16);
  EXPECT_EQ(static_cast<float>(halves.as<Half>()[0]), 1.5f);
  EXPECT_TRUE(std::isinf(static_cast<float>(halves.as<Half>()[1])));
  EXPECT_EQ(convert(halves, DType::f64).as<double>()[0], 1.5);
  EXPECT_EQ(convert(Tensor::of<uint8_t>({255}), DType::f32).as<float>()[0], 255.0f);
}

}  // namespace
}  // namespace convoy
