#include "ops/quantized_div.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include "ops/attribute_checks.h"
#include "ops/checks.h"
#include "ops/elementwise.h"
#include "ops/index.h"
#include "support/fixed_point_functions.h"

namespace convoy {
namespace {

constexpr int32_t kLeast = std::numeric_limits<int32_t>::min(), kMost = std::numeric_limits<int32_t>::max();

/// By how many bits x can be shifted to the left.
int headroom(int32_t x, Rounding rounding) {
  const auto magnitude = static_cast<uint32_t>(x < 0 ? ~x : x);
  // A product that is rounded once is shifted by one bit at least.
  return std::min(std::countl_zero(magnitude) - 1, rounding == Rounding::once ? 30 : 31);
}

/// Of positive integers. Those of bytes are computed once: Newton's method takes most of a quotient's time.
class Reciprocals {
 public:
  FixedPointReciprocal of(int32_t x) {
    if (x >= static_cast<int32_t>(known_.size())) return fixed_point_reciprocal(x);
    FixedPointReciprocal& entry = known_[static_cast<size_t>(x)];
    if (entry.fraction == 0) entry = fixed_point_reciprocal(x);
    return entry;
  }

 private:
  std::array<FixedPointReciprocal, 256> known_{};
};

/// The quotient in steps of the result, not clamped.
int32_t quotient(const QuantizedDiv& op, Reciprocals& reciprocals, int32_t lhs, int32_t rhs) {
  if (lhs == 0) return 0;
  if (rhs == 0) return lhs < 0 ? kLeast : kMost;
  if (rhs < 0) {
    lhs = -lhs;
    rhs = -rhs;
  }
  const FixedPointReciprocal reciprocal = reciprocals.of(rhs);
  const int up = headroom(lhs, op.rounding);
  const int32_t fine = scale_fixed_point(lhs, reciprocal.fraction, up, op.rounding);
  const int shift = static_cast<int>(op.shift) - reciprocal.bits - up;
  if (shift > 0) return lhs < 0 ? kLeast : kMost;
  if (shift < -31) return 0;
  return scale_fixed_point(fine, static_cast<int32_t>(op.multiplier), shift, op.rounding);
}

template <class T>
void divide(const QuantizedDiv& op, const Tensor& lhs, const Tensor& rhs, Tensor& dst) {
  const Shape& shape = dst.shape();
  const std::array strides{broadcast_strides(lhs.shape(), shape), broadcast_strides(rhs.shape(), shape)};
  const auto lhs_zero = static_cast<int32_t>(op.lhs_zero), rhs_zero = static_cast<int32_t>(op.rhs_zero);
  Reciprocals reciprocals;
  for_each_offset<2>(shape, strides, [&](int64_t i, const std::array<int64_t, 2>& at) {
    const int32_t x = lhs.as<T>()[at[0]] - lhs_zero, y = rhs.as<T>()[at[1]] - rhs_zero;
    dst.as<T>()[i] = static_cast<T>(std::clamp(op.dst_zero + quotient(op, reciprocals, x, y), op.low, op.high));
  });
}

void check_number(DType dtype, int64_t value, const char* what) {
  visit_dtype(dtype, [&]<class T>() {
    if constexpr (kIsInteger<T> && sizeof(T) <= 2) {
      expect_range(value, std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), what);
    }
  });
}

}  // namespace

std::vector<TensorType> QuantizedDiv::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 2);
  const TensorType &lhs = *inputs[0], &rhs = *inputs[1];
  if (lhs.dtype != DType::i8 && lhs.dtype != DType::u8) expect_dtype(lhs, DType::i16, "lhs");
  expect_same_dtype(lhs, rhs, "lhs and rhs");
  for (int64_t zero : {lhs_zero, rhs_zero, dst_zero}) check_number(lhs.dtype, zero, "zero point");
  for (int64_t bound : {low, high}) check_number(lhs.dtype, bound, "bound");
  if (low > high) invalid_input("the bounds {} and {} leave nothing", low, high);
  expect_range(multiplier, 0, kMost, "multiplier");
  expect_range(shift, -31, 30, "shift");
  return {{lhs.dtype, broadcast_shape(lhs.shape, rhs.shape)}};
}

void QuantizedDiv::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const Tensor &lhs = *inputs[0], &rhs = *inputs[1];
  if (lhs.dtype() == DType::i8) return divide<int8_t>(*this, lhs, rhs, outputs[0]);
  if (lhs.dtype() == DType::u8) return divide<uint8_t>(*this, lhs, rhs, outputs[0]);
  divide<int16_t>(*this, lhs, rhs, outputs[0]);
}

Region QuantizedDiv::input_region(int index, const Region& output, const InputTypes& inputs) const {
  return broadcast_region(inputs[index]->shape, output);
}

}  // namespace convoy
