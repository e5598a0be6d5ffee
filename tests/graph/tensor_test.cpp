#include <convoy/tensor.h>
#include <gtest/gtest.h>

#include "support/expect_error.h"
#include "support/half.h"

namespace convoy {
namespace {

TEST(Shape, CountsElementsAndStrides) {
  EXPECT_EQ(Shape({2, 3, 4}).elems(), 24);
  EXPECT_EQ(Shape().elems(), 1);
  EXPECT_EQ(Shape({2, 0, 4}).elems(), 0);
  EXPECT_EQ(Shape({2, 3, 4}).strides(), (std::vector<int64_t>{12, 4, 1}));
  EXPECT_EQ(Shape({1, 3, 224, 224}).str(), "1x3x224x224");
  EXPECT_EQ(Shape().str(), "scalar");
}

TEST(Shape, RefusesOverflowAndNegativeExtents) {
  const int64_t big = int64_t{1} << 40;
  expect_invalid("more than 2^63 elements", [&] { Shape({big, big}).elems(); });
  expect_invalid("negative extent", [] { Shape({3, -1}).elems(); });
  EXPECT_EQ(Shape({big, big, 0}).elems(), 0);
}

TEST(TensorType, PrintsDtypeAndShape) {
  EXPECT_EQ((TensorType{DType::u8, {1, 3}}.str()), "u8[1x3]");
  EXPECT_EQ((TensorType{DType::boolean, {}}.str()), "bool[]");
  EXPECT_EQ((TensorType{DType::f16, {4, 2}}.bytes()), 16);
}

TEST(Tensor, IsAlignedAndZero) {
  for (int64_t elems : {0, 1, 7, 1000}) {
    const Tensor tensor(DType::f32, {elems});
    EXPECT_FALSE(tensor.empty());
    EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.data()) % 64, 0u);
    for (int64_t i = 0; i < elems; ++i) EXPECT_EQ(tensor.as<float>()[i], 0.0f);
  }
}

TEST(Tensor, RefusesAbsurdSizes) {
  expect_invalid("larger than 2^40 bytes", [] { Tensor(DType::f64, {int64_t{1} << 38}); });
  expect_invalid("larger than 2^40 bytes", [] { Tensor(DType::f64, {int64_t{1} << 62}); });
}

TEST(Tensor, ReshapedSharesTheData) {
  Tensor tensor = Tensor::of<int32_t>({1, 2, 3, 4, 5, 6});
  const Tensor matrix = tensor.reshaped({2, 3});
  EXPECT_EQ(matrix.data(), tensor.data());
  EXPECT_EQ(matrix.type().str(), "i32[2x3]");
  expect_error(ErrorKind::internal, "reshaped", [&] { tensor.reshaped({4}); });
}

TEST(Half, ConvertsEveryBitPatternBack) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float value = half_to_float(static_cast<uint16_t>(bits));
    if (value != value) continue;
    ASSERT_EQ(half_bits(value), bits) << value;
  }
}

TEST(Half, RoundsToNearestEven) {
  EXPECT_EQ(half_bits(1.0f), 0x3c00);
  EXPECT_EQ(half_bits(1.0f + 0x1p-11f), 0x3c00);
  EXPECT_EQ(half_bits(1.0f + 0x1p-11f + 0x1p-20f), 0x3c01);
  EXPECT_EQ(half_bits(1.0f + 3 * 0x1p-11f), 0x3c02);
  EXPECT_EQ(half_bits(65519.0f), 0x7bff);
  EXPECT_EQ(half_bits(65520.0f), 0x7c00);
  EXPECT_EQ(half_bits(0x1p-25f), 0x0000);
  EXPECT_EQ(half_bits(0x1.8p-25f), 0x0001);
  EXPECT_EQ(half_bits(-0x1p-24f), 0x8001);
}

TEST(BFloat16, RoundsToNearestEven) {
  EXPECT_EQ(bfloat16_bits(1.0f), 0x3f80);
  EXPECT_EQ(bfloat16_bits(1.0f + 0x1p-8f), 0x3f80);
  EXPECT_EQ(bfloat16_bits(1.0f + 3 * 0x1p-8f), 0x3f82);
  EXPECT_EQ(bfloat16_to_float(0xc040), -3.0f);
}

}  // namespace
}  // namespace convoy
