// Quotients, products and lengths of quantised numbers: close to the real ones, regions, and what is refused. Bits are
// compared with LiteRT's in tests/frontends/tflite/litert_test.cpp.
#include <cmath>
#include <random>

#include "ops/quantized_div.h"
#include "ops/quantized_l2_norm.h"
#include "ops/quantized_product.h"
#include "ops/quantized_softmax.h"
#include "support/expect_error.h"
#include "support/run_op.h"

namespace convoy {
namespace {

std::vector<int8_t> random_bytes(int count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<int8_t> values(count);
  for (int8_t& value : values) value = static_cast<int8_t>(random());
  return values;
}

TEST(QuantizedDiv, IsCloseToTheRealOne) {
  const std::vector<int8_t> lhs = random_bytes(200, 1), rhs = random_bytes(200, 2);
  for (Rounding rounding : {Rounding::once, Rounding::twice}) {
    QuantizedDiv op;
    op.rounding = rounding;
    op.lhs_zero = 5;
    op.rhs_zero = -128;
    op.dst_zero = 7;
    const FixedPoint factor = fixed_point(90);
    op.multiplier = factor.multiplier;
    op.shift = factor.shift;
    const Tensor found = run_op1(op, {make_tensor<int8_t>({200}, lhs), make_tensor<int8_t>({200}, rhs)});
    for (int i = 0; i < 200; ++i) {
      if (rhs[i] == -128) continue;
      const double expected = std::clamp(90.0 * (lhs[i] - 5) / (rhs[i] + 128) + 7, -128.0, 127.0);
      EXPECT_NEAR(found.as<int8_t>()[i], expected, 0.51) << lhs[i] + 0 << " / " << rhs[i] + 0;
    }
  }
}

TEST(QuantizedDiv, LargeFactorsSaturate) {
  QuantizedDiv op;
  op.shift = 30;
  EXPECT_EQ(values_of<int8_t>(run_op1(op, {make_tensor<int8_t>({4}, {1, -1, 0, 100}), make_tensor<int8_t>({1}, {1})})),
            (std::vector<int8_t>{127, -128, 0, 127}));
}

TEST(QuantizedDiv, Broadcasts) {
  QuantizedDiv op;  // a factor of 1
  EXPECT_EQ(values_of<int8_t>(
                run_op1(op, {make_tensor<int8_t>({2, 2}, {100, 90, -80, 60}), make_tensor<int8_t>({2, 1}, {10, -20})})),
            (std::vector<int8_t>{10, 9, 4, -3}));
}

TEST(QuantizedFunctions, RegionsAreWhole) {
  const TensorType src{DType::i8, {4, 5}}, row{DType::i8, {1, 5}};
  const Region output{{1, 2}, {3, 4}};
  EXPECT_EQ(QuantizedL2Norm().input_region(0, output, {&src}), (Region{{1, 0}, {3, 5}}));
  EXPECT_EQ(QuantizedDiv().input_region(1, output, {&src, &row}), (Region{{0, 2}, {1, 4}}));
  QuantizedProduct product;
  product.axes = {1};
  EXPECT_EQ(product.input_region(0, {{1, 0}, {3, 1}}, {&src}), (Region{{1, 0}, {3, 5}}));
}

TEST(QuantizedL2Norm, IsCloseToTheRealOne) {
  const std::vector<int8_t> src = random_bytes(60, 3);
  for (Rounding rounding : {Rounding::once, Rounding::twice}) {
    QuantizedL2Norm op;
    op.rounding = rounding;
    op.zero = -9;
    const Tensor found = run_op1(op, {make_tensor<int8_t>({3, 20}, src)});
    for (int row = 0; row < 3; ++row) {
      double sum = 0;
      for (int i = 0; i < 20; ++i) sum += std::pow(src[row * 20 + i] + 9, 2);
      for (int i = 0; i < 20; ++i) {
        EXPECT_NEAR(found.as<int8_t>()[row * 20 + i], 128 * (src[row * 20 + i] + 9) / std::sqrt(sum), 0.51);
      }
    }
  }
}

TEST(QuantizedL2Norm, OfNothingIsZero) {
  QuantizedL2Norm op;
  op.zero = 3;
  EXPECT_EQ(values_of<uint8_t>(run_op1(op, {make_tensor<uint8_t>({2, 2}, {3, 3, 4, 3})})),
            (std::vector<uint8_t>{128, 128, 255, 128}))
      << "1 saturates";
}

TEST(QuantizedProduct, ScalesAfterEachFactor) {
  QuantizedProduct op;
  op.axes = {1};
  op.keepdims = false;
  op.src_zero = 1;
  op.dst_zero = -2;
  op.shift = 0;  // 1 / 2
  EXPECT_EQ(values_of<int8_t>(run_op1(op, {make_tensor<int8_t>({2, 3}, {5, 7, 4, 1, 100, 100})})),
            (std::vector<int8_t>{7, -2}))
      << "4 * 6 / 2 * 3 / 2 / 2 - 2";
}

TEST(QuantizedLogSoftmax, IsCloseToTheRealOne) {
  const std::vector<int8_t> src = random_bytes(50, 4);
  for (double scale : {0.01, 0.05, 0.2}) {
    double sum = 0;
    for (int8_t value : src) sum += std::exp(scale * value);
    for (Rounding rounding : {Rounding::once, Rounding::twice}) {
      QuantizedSoftmax op = quantized_softmax(scale, rounding);
      op.log = true;
      const Tensor found = run_op1(op, {make_tensor<int8_t>({1, 50}, src)});
      for (size_t i = 0; i < src.size(); ++i) {
        const double expected = std::max(-128.0, 127 + 16 * (scale * src[i] - std::log(sum)));
        EXPECT_NEAR(found.as<int8_t>()[i], expected, 0.51) << scale << ", element " << i;
      }
    }
  }
}

TEST(QuantizedFunctions, SayWhatDoesNotFit) {
  const TensorType bytes{DType::i8, {4}}, unsigned_bytes{DType::u8, {4}}, floats{DType::f32, {4}},
      scalar{DType::i8, {}};
  expect_invalid("src is f32[4]", [&] { QuantizedL2Norm().infer({&floats}); });
  expect_invalid("expected an axis", [&] { QuantizedL2Norm().infer({&scalar}); });
  expect_invalid("src is u8[4]", [&] { QuantizedProduct().infer({&unsigned_bytes}); });
  expect_invalid("lhs is f32[4]", [&] { QuantizedDiv().infer({&floats, &floats}); });
  expect_invalid("lhs and rhs are i8[4] and u8[4]", [&] { QuantizedDiv().infer({&bytes, &unsigned_bytes}); });
  QuantizedDiv wide;
  wide.high = 128;
  expect_invalid("bound", [&] { wide.infer({&bytes, &bytes}); });
  QuantizedProduct large;
  large.shift = 8;
  expect_invalid("shift", [&] { large.infer({&bytes}); });
}

}  // namespace
}  // namespace convoy
