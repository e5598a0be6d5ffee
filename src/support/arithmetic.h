// Arithmetic and conversion on element types with a defined result for every operand.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "support/half.h"

namespace convoy {

/// Integers wrap around (through uint64_t: signed overflow would be undefined); floats just compute.
template <class T>
T wrapping_add(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return a + b;
  else
    return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
template <class T>
T wrapping_sub(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return a - b;
  else
    return static_cast<T>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}
template <class T>
T wrapping_mul(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return a * b;
  else
    return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}

/// The float next to `value` whose last bit is set when rounding was needed. Rounding that once more, to
/// a narrower type, gives what rounding `value` directly would.
inline float round_to_odd(double value) {
  float rounded = static_cast<float>(value);
  if (std::isnan(value) || rounded == value) return rounded;
  if (std::abs(rounded) > std::abs(value)) rounded = std::nextafter(rounded, 0.0f);
  return std::bit_cast<float>(std::bit_cast<uint32_t>(rounded) | 1u);
}

/// Truncates towards zero; out of range saturates, NaN gives 0.
template <class Int>
Int truncate_to(double value) {
  // 2^digits is exact in double, max() itself may not be.
  const double limit = std::ldexp(1.0, std::numeric_limits<Int>::digits);
  if (std::isnan(value)) return 0;
  if (value >= limit) return std::numeric_limits<Int>::max();
  const double lowest = std::is_signed_v<Int> ? -limit : 0.0;
  if (value <= lowest) return std::numeric_limits<Int>::min();
  return static_cast<Int>(value);
}

/// `value` as a To, by the rules of the operator cast.
template <class To, class From>
To convert_to(From value) {
  if constexpr (std::is_same_v<To, From>) {
    return value;
  } else if constexpr (std::is_same_v<To, bool>) {
    return value != From(0);
  } else if constexpr (std::is_same_v<To, Half> || std::is_same_v<To, BFloat16>) {
    return To(round_to_odd(static_cast<double>(value)));
  } else if constexpr (std::is_integral_v<To> && !std::is_integral_v<From>) {
    return truncate_to<To>(static_cast<double>(value));
  } else {
    return static_cast<To>(value);
  }
}

}  // namespace convoy
