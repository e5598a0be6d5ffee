#include "ops/quantized_softmax.h"

#include <cmath>
#include <random>

#include "support/expect_error.h"
#include "support/run_op.h"

namespace convoy {
namespace {

TEST(QuantizedSoftmax, IsCloseToTheRealOne) {
  std::mt19937 random(1);
  for (double scale : {0.01, 0.1, 0.7}) {
    std::vector<uint8_t> src(50);
    for (uint8_t& value : src) value = static_cast<uint8_t>(random());
    double sum = 0;
    for (uint8_t value : src) sum += std::exp(scale * value);
    for (Rounding rounding : {Rounding::once, Rounding::twice}) {
      const Tensor found = run_op1(quantized_softmax(scale, rounding), {make_tensor<uint8_t>({1, 50}, src)});
      for (size_t i = 0; i < src.size(); ++i) {
        const double expected = std::min(255.0, 256 * std::exp(scale * src[i]) / sum);
        EXPECT_NEAR(found.as<uint8_t>()[i], expected, 0.6) << scale << ", element " << i;
      }
    }
  }
}

TEST(QuantizedSoftmax, BytesCountFromTheirLeast) {
  const QuantizedSoftmax op = quantized_softmax(1, Rounding::twice);
  EXPECT_EQ(values_of<int8_t>(run_op1(op, {make_tensor<int8_t>({2, 2}, {5, 5, 127, -128})})),
            (std::vector<int8_t>{0, 0, 127, -128}));
  EXPECT_EQ(values_of<uint8_t>(run_op1(op, {make_tensor<uint8_t>({1, 1}, {7})})), std::vector<uint8_t>{255});
}

TEST(QuantizedSoftmax, LargeScalesLeaveTheLargest) {
  for (double scale : {30.0, 1e4, 1e30}) {
    const QuantizedSoftmax op = quantized_softmax(scale, Rounding::twice);
    EXPECT_EQ(values_of<int8_t>(run_op1(op, {make_tensor<int8_t>({1, 3}, {5, 4, -128})})),
              (std::vector<int8_t>{127, -128, -128}));
  }
}

TEST(QuantizedSoftmax, SaysWhatDoesNotFit) {
  const TensorType wide{DType::i16, {4}}, scalar{DType::i8, {}};
  expect_invalid("src is i16[4]", [&] { QuantizedSoftmax().infer({&wide}); });
  expect_invalid("expected an axis", [&] { QuantizedSoftmax().infer({&scalar}); });
  expect_invalid("is not above 2^-26", [] { quantized_softmax(0, Rounding::once); });
}

}  // namespace
}  // namespace convoy
