#include "ops/cast.h"

#include <gtest/gtest.h>

#include <limits>

#include "support/half.h"
#include "support/run_op.h"

namespace convoy {
namespace {

template <class To, class From>
std::vector<To> cast(const std::vector<From>& values) {
  Cast op;
  op.to = dtype_of<To>();
  return values_of<To>(run_op1(op, {Tensor::of(values)}));
}

TEST(Cast, TruncatesFloatsAndSaturates) {
  EXPECT_EQ((cast<int32_t, float>({1.9f, -1.9f, 3e9f, -3e9f, std::numeric_limits<float>::quiet_NaN()})),
            (std::vector<int32_t>{1, -1, 2147483647, -2147483647 - 1, 0}));
  EXPECT_EQ((cast<uint8_t, double>({-0.5, 255.9, 256, -7})), (std::vector<uint8_t>{0, 255, 255, 0}));
  EXPECT_EQ((cast<int64_t, double>({9.3e18, -9.3e18})),
            (std::vector<int64_t>{std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::min()}));
}

TEST(Cast, WrapsIntegers) {
  EXPECT_EQ((cast<uint8_t, int32_t>({256, -1})), (std::vector<uint8_t>{0, 255}));
  EXPECT_EQ((cast<int8_t, uint8_t>({200})), (std::vector<int8_t>{-56}));
}

TEST(Cast, ConvertsBooleans) {
  EXPECT_EQ((cast<bool, float>({0.0f, -0.0f, 0.5f})), (std::vector<bool>{false, false, true}));
  EXPECT_EQ((cast<bool, int64_t>({int64_t{1} << 32})), (std::vector<bool>{true}));
  Cast to_float;
  EXPECT_EQ(values_of<float>(run_op1(to_float, {make_tensor<bool>({2}, {true, false})})), (std::vector<float>{1, 0}));
}

TEST(Cast, RoundsOnceFromDoubleToHalf) {
  Cast op;
  op.to = DType::f16;
  // Just above the tie of 1 and 1 + 2^-10; rounded to f32 first it would be the tie and go down.
  const Tensor half = run_op1(op, {Tensor::of<double>({1 + 0x1p-11 + 0x1p-40, 1 + 0x1p-11, 1e9, -0.0})});
  const std::vector<uint16_t> expected = {0x3c01, 0x3c00, 0x7c00, 0x8000};
  for (int i = 0; i < 4; ++i) EXPECT_EQ(half.as<Half>()[i].bits, expected[i]);
  op.to = DType::f32;
  EXPECT_EQ(values_of<float>(run_op1(op, {half}))[0], 1 + 0x1p-10f);
}

}  // namespace
}  // namespace convoy
