#include "ops/quantized_softmax16.h"

#include <cmath>
#include <random>

#include "support/expect_error.h"
#include "support/run_op.h"

namespace convoy {
namespace {

TEST(QuantizedSoftmax16, IsCloseToTheRealOne) {
  std::mt19937 random(1);
  for (double scale : {1e-5, 2e-4, 0.01}) {
    std::vector<int16_t> src(50);
    for (int16_t& value : src) value = static_cast<int16_t>(random());
    double sum = 0;
    for (int16_t value : src) sum += std::exp(scale * value);
    const Tensor found = run_op1(quantized_softmax16(scale, Rounding::twice), {make_tensor<int16_t>({1, 50}, src)});
    for (size_t i = 0; i < src.size(); ++i) {
      const double expected = std::min(32767.0, 32768 * std::exp(scale * src[i]) / sum);
      EXPECT_NEAR(found.as<int16_t>()[i], expected, 2 + 3e-3 * expected) << scale << ", element " << i;
    }
  }
}

TEST(QuantizedSoftmax16, SaysWhatDoesNotFit) {
  const TensorType narrow{DType::i8, {4}}, scalar{DType::i16, {}};
  expect_invalid("src is i8[4]", [&] { QuantizedSoftmax16().infer({&narrow}); });
  expect_invalid("expected an axis", [&] { QuantizedSoftmax16().infer({&scalar}); });
  expect_invalid("is no positive number", [] { quantized_softmax16(-1, Rounding::once); });
}

}  // namespace
}  // namespace convoy
