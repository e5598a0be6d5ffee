// 1 / sqrt(x) of integers in fixed-point arithmetic, as TFLite computes it for RSQRT.
// Source: TFLite's kernels/internal/common.h (GetInvSqrtQuantizedMultiplierExp).
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

#include "support/arithmetic.h"
#include "support/fixed_point.h"

namespace convoy {

/// 1 / sqrt(x) = multiplier / 2^31 * 2^shift.
struct InverseRoot {
  int32_t multiplier;
  int shift;
};

/// Five steps of Newton and Raphson for 1 / sqrt(x), x of 3 bits before the point, from 1 on.
inline int32_t inverse_root_q3(int32_t x) {
  constexpr int32_t kOne = 1 << 28, kOneAndAHalf = kOne + kOne / 2;
  const int32_t half = divide_by_power(x, 1);
  int32_t guess = kOne;
  for (int i = 0; i < 5; ++i) {
    const int32_t cube_q9 = doubling_high_product(doubling_high_product(guess, guess), guess);
    const int32_t cube = multiply_by_power(cube_q9, 6);
    const int32_t next_q6 = wrapping_sub(doubling_high_product(kOneAndAHalf, guess), doubling_high_product(half, cube));
    guess = multiply_by_power(next_q6, 3);
  }
  return guess;
}

/// Of x <= 1 it is that of 1.
inline InverseRoot inverse_root(int32_t x) {
  if (x <= 1) return {std::numeric_limits<int32_t>::max(), 0};
  int right = 11;
  for (; x >= 1 << 29; x /= 4) ++right;
  const int pairs = (std::countl_zero(static_cast<uint32_t>(x)) - 1) / 2 - 1;
  right -= pairs;
  constexpr int32_t kHalfRootOfTwo = 1518500250;
  InverseRoot root{doubling_high_product(inverse_root_q3((x << 2 * pairs) >> 1), kHalfRootOfTwo), -right};
  if (right < 0) root = {static_cast<int32_t>(static_cast<uint32_t>(root.multiplier) << -right), 0};
  return root;
}

}  // namespace convoy
