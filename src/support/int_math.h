// Quotients of integers, rounded.
#pragma once

#include <cstdint>

namespace convoy {

/// Rounded towards minus and plus infinity; `b` > 0.
constexpr int64_t floor_div(int64_t a, int64_t b) {
  return a / b - (a % b < 0);
}
constexpr int64_t ceil_div(int64_t a, int64_t b) {
  return a / b + (a % b > 0);
}

/// The least multiple of `step` > 0 that is not below `value`.
constexpr int64_t round_up(int64_t value, int64_t step) {
  return ceil_div(value, step) * step;
}

}  // namespace convoy
