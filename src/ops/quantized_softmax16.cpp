#include "ops/quantized_softmax16.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "ops/attribute_checks.h"
#include "ops/checks.h"
#include "ops/lanes.h"
#include "support/arithmetic.h"
#include "support/interpolated_table.h"

namespace convoy {
namespace {

constexpr double kRange = 65535;

const InterpolatedTable& exponentials() {
  static const InterpolatedTable table = interpolated_table(
      Scale16<double>{10 / kRange, 32767}, Scale16<double>{2 / kRange, 0}, [](double x) { return std::exp(x); });
  return table;
}

const InterpolatedTable& reciprocals() {
  static const InterpolatedTable table = interpolated_table(
      Scale16<double>{1 / kRange, -32768}, Scale16<double>{2 / kRange, 0}, [](double x) { return 1 / (1 + x); });
  return table;
}

int16_t saturated(int32_t value) {
  return static_cast<int16_t>(std::clamp(value, -32768, 32767));
}

/// round(e * 32768 / sum), sum a number with 15 bits behind the point.
class Share {
 public:
  explicit Share(int32_t sum) {
    const int zeros = std::countl_zero(static_cast<uint32_t>(sum));
    // 1 + x with 16 bits behind the point, x in [0, 1).
    const auto normal = static_cast<int32_t>(((int64_t{sum} << (zeros - 1)) + (1 << 13)) >> 14);
    reciprocal_ = interpolate(reciprocals(), saturated(normal - (1 << 16) - (1 << 15)));
    bits_ = 31 - zeros;
  }
  int16_t of(int16_t exponential) const {
    const int64_t product = int64_t{exponential} * reciprocal_ + (int64_t{1} << (bits_ - 1));
    return static_cast<int16_t>(std::clamp<int64_t>(product >> bits_, 0, 32767));
  }

 private:
  int16_t reciprocal_;
  int bits_;
};

void softmax_lane(const QuantizedSoftmax16& op, const int16_t* src, int16_t* dst, int64_t extent) {
  const int32_t largest = *std::max_element(src, src + extent);
  int32_t sum = 0;
  for (int64_t i = 0; i < extent; ++i) {
    const int32_t scaled = scale_fixed_point(int32_t{src[i]} - largest, static_cast<int32_t>(op.multiplier),
                                             static_cast<int>(op.shift), op.rounding);
    dst[i] = interpolate(exponentials(), saturated(wrapping_add(scaled, 32767)));
    sum = wrapping_add(sum, int32_t{dst[i]});
  }
  const Share share(std::max(sum, 1 << 14));
  for (int64_t i = 0; i < extent; ++i) dst[i] = share.of(dst[i]);
}

}  // namespace

QuantizedSoftmax16 quantized_softmax16(double scale, Rounding rounding) {
  const FixedPoint number = fixed_point(scale / (10.0 / kRange));
  QuantizedSoftmax16 op;
  op.rounding = rounding;
  op.multiplier = number.multiplier;
  op.shift = number.shift;
  return op;
}

std::vector<TensorType> QuantizedSoftmax16::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 1);
  const TensorType& src = *inputs[0];
  expect_dtype(src, DType::i16, "src");
  if (src.shape.rank() == 0) invalid_input("src is {}, expected an axis", src.str());
  expect_range(multiplier, 0, (int64_t{1} << 31) - 1, "multiplier");
  expect_range(shift, -31, 30, "shift");
  return {src};
}

void QuantizedSoftmax16::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const Shape& shape = inputs[0]->shape();
  const int64_t extent = shape[shape.rank() - 1];
  for (int64_t begin = 0; begin < shape.elems(); begin += extent) {
    softmax_lane(*this, inputs[0]->as<int16_t>() + begin, outputs[0].as<int16_t>() + begin, extent);
  }
}

Region QuantizedSoftmax16::input_region(int index, const Region& output, const InputTypes& inputs) const {
  const Shape& shape = inputs[0]->shape;
  return whole_along(output, shape.rank() - 1, shape[shape.rank() - 1]);
}

}  // namespace convoy
