#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/index.h"
#include "ops/requantize.h"
#include "support/arithmetic.h"
#include "support/dtypes.h"
#include "support/fixed_point.h"

namespace convoy {
namespace {

int32_t scale_twice(int32_t value, int32_t multiplier, int shift) {
  const int left = std::max(shift, 0), right = std::max(-shift, 0);
  const auto shifted = static_cast<int32_t>(static_cast<uint32_t>(value) << left);
  return divide_by_power(doubling_high_product(shifted, multiplier), right);
}

}  // namespace

int32_t scale_fixed_point(int32_t value, int32_t multiplier, int shift, Rounding rounding) {
  if (rounding == Rounding::twice) return scale_twice(value, multiplier, shift);
  const int total = 31 - shift;
  return static_cast<int32_t>((int64_t{value} * multiplier + (int64_t{1} << (total - 1))) >> total);
}

int32_t scale_fixed_point(int64_t value, int32_t multiplier, int shift) {
  const int64_t reduced = multiplier < 0x7FFF0000 ? (multiplier + (1 << 15)) >> 16 : 0x7FFF;
  const int total = 15 - shift;
  const int64_t rounded = wrapping_add(wrapping_mul(value, reduced), int64_t{1} << (total - 1));
  return static_cast<int32_t>(rounded >> total);
}

FixedPoint fixed_point(double factor) {
  if (!std::isfinite(factor) || factor < 0) invalid_input("the scaling factor {} is no positive number", factor);
  if (factor == 0) return {};
  FixedPoint result;
  const double fraction = std::frexp(factor, &result.shift);
  int64_t multiplier = std::llround(fraction * static_cast<double>(int64_t{1} << 31));
  if (multiplier == int64_t{1} << 31) {
    multiplier /= 2;
    ++result.shift;
  }
  if (result.shift < -31) return {};
  if (result.shift > 30) invalid_input("the scaling factor {} is too large", factor);
  result.multiplier = static_cast<int32_t>(multiplier);
  return result;
}

void Requantize::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const Tensor& src = *inputs[0];
  const Shape& shape = src.shape();
  const std::array strides{broadcast_strides(inputs[1]->shape(), shape), broadcast_strides(inputs[2]->shape(), shape)};
  const auto *multipliers = inputs[1]->as<int32_t>(), *shifts = inputs[2]->as<int32_t>();
  visit_dtype(to, [&]<class T>() {
    T* dst = outputs[0].as<T>();
    for_each_offset<2>(shape, strides, [&](int64_t i, const std::array<int64_t, 2>& at) {
      const int32_t multiplier = multipliers[at[0]], shift = std::clamp(shifts[at[1]], -31, 30);
      const int64_t scaled = src.dtype() == DType::i64
                                 ? scale_fixed_point(src.as<int64_t>()[i], multiplier, std::min(shift, 14))
                                 : scale_fixed_point(src.as<int32_t>()[i], multiplier, shift, rounding);
      dst[i] = static_cast<T>(std::clamp(scaled + zero, low, high));
    });
  });
}

}  // namespace convoy
