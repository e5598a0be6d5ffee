// Fixed-point arithmetic on 32 bits as gemmlowp defines it, which TFLite's integer operators are built on.
// Source: google/gemmlowp, fixedpoint/fixedpoint.h.
#pragma once

#include <cstdint>
#include <limits>

namespace convoy {

/// The high half of 2 * a * b, rounded to the nearest, halves away from zero; saturates.
inline int32_t doubling_high_product(int32_t a, int32_t b) {
  constexpr int32_t kLeast = std::numeric_limits<int32_t>::min();
  if (a == kLeast && b == kLeast) return std::numeric_limits<int32_t>::max();
  const int64_t product = int64_t{a} * b;
  const int64_t nudge = product >= 0 ? int64_t{1} << 30 : 1 - (int64_t{1} << 30);
  return static_cast<int32_t>((product + nudge) / (int64_t{1} << 31));
}

/// value / 2^bits, rounded to the nearest, halves away from zero.
inline int32_t divide_by_power(int32_t value, int bits) {
  const int64_t mask = (int64_t{1} << bits) - 1;
  const int64_t remainder = value & mask, threshold = (mask >> 1) + (value < 0 ? 1 : 0);
  return (value >> bits) + (remainder > threshold ? 1 : 0);
}

/// value * 2^bits, saturating.
inline int32_t multiply_by_power(int32_t value, int bits) {
  const int64_t product = int64_t{value} * (int64_t{1} << bits);
  constexpr int64_t kLeast = std::numeric_limits<int32_t>::min(), kMost = std::numeric_limits<int32_t>::max();
  return static_cast<int32_t>(product < kLeast ? kLeast : product > kMost ? kMost : product);
}

}  // namespace convoy
