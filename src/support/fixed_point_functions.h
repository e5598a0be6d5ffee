// exp, 1 / (1 + x) and log in 32-bit fixed-point arithmetic, bit for bit as gemmlowp and TFLite compute them.
// Numbers are named for their bits before the point: q0 is a fraction of 2^31, q5 of 2^26.
// Sources: google/gemmlowp, fixedpoint/fixedpoint.h; TFLite's kernels/internal/common.h
// (log_x_for_x_greater_than_or_equal_to_1).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "support/arithmetic.h"
#include "support/fixed_point.h"

namespace convoy {

/// exp(x) for x in [-1/4, 0), q0: the Taylor series around -1/8 up to x^4.
inline int32_t exp_near_zero(int32_t x_q0) {
  constexpr int32_t kExpOfEighth = 1895147668, kThird = 715827883;
  const int32_t x = x_q0 + (1 << 28);
  const int32_t x2 = doubling_high_product(x, x);
  const int32_t x3 = doubling_high_product(x2, x), x4 = doubling_high_product(x2, x2);
  const int32_t cubic = doubling_high_product(divide_by_power(x4, 2) + x3, kThird);
  const int32_t series = x + divide_by_power(cubic + x2, 1);
  return kExpOfEighth + doubling_high_product(kExpOfEighth, series);
}

/// exp(x) for x <= 0, x q5, result q0. The quarters of -x are binary digits, each of which multiplies by its own
/// exponential: exp(-2^-2), exp(-2^-1), ..., exp(-2^4).
inline int32_t exp_of_negative(int32_t x) {
  constexpr std::array<int32_t, 7> kExponentials = {1672461947, 1302514674, 790015084, 290630308,
                                                    39332535,   720401,     242};
  if (x == 0) return std::numeric_limits<int32_t>::max();
  constexpr int32_t kQuarter = 1 << 24;
  const int32_t within = (x & (kQuarter - 1)) - kQuarter;
  int32_t result = exp_near_zero(multiply_by_power(within, 5));
  const int32_t quarters = wrapping_sub(within, x);
  for (size_t i = 0; i < kExponentials.size(); ++i) {
    if (quarters & (kQuarter << i)) result = doubling_high_product(result, kExponentials[i]);
  }
  return result;
}

/// 1 / (1 + x) for x in [0, 1), q0: three steps of Newton and Raphson on the half of 1 + x.
inline int32_t reciprocal_of_one_plus(int32_t x) {
  constexpr int32_t k48Over17 = 1515870810, k32Over17 = 1010580540, kOneQ2 = 1 << 29;
  const auto half = static_cast<int32_t>((int64_t{x} + std::numeric_limits<int32_t>::max() + 1) / 2);
  int32_t guess = k48Over17 + doubling_high_product(half, -k32Over17);
  for (int i = 0; i < 3; ++i) {
    const int32_t rest = kOneQ2 - doubling_high_product(half, guess);
    guess += multiply_by_power(doubling_high_product(guess, rest), 2);
  }
  return multiply_by_power(guess, 1);
}

/// 1 / x of an integer x > 0 as fraction * 2^-bits, fraction q0 in [1/2, 1].
struct FixedPointReciprocal {
  int32_t fraction;
  int bits;
};

inline FixedPointReciprocal fixed_point_reciprocal(int32_t x) {
  const int zeros = std::countl_zero(static_cast<uint32_t>(x));
  const auto normal = static_cast<uint32_t>(uint64_t{static_cast<uint32_t>(x)} << zeros);
  return {reciprocal_of_one_plus(static_cast<int32_t>(normal - (uint32_t{1} << 31))), 31 - zeros};
}

/// log(r / s) of a fraction r in [1/2, 1), with s = 2^(-1/4), as numerator * reciprocal, both q0: a quotient of
/// polynomials of r - s.
struct LogNearRoot {
  int32_t numerator, reciprocal;
};

inline LogNearRoot log_near_root(int32_t r) {
  constexpr int32_t kRoot = 1805811301;                              // 2^(-1/4)
  constexpr int32_t kNumerator = 117049297, kQuadratic = 127690142;  // 11/240 * 2^(1/4), 1/20 * 2^(1/4)
  constexpr int32_t kConstant = 1057819769, kLinear = 638450708;     // 2^(3/4) - 2^(1/4), 2^(1/4) / 4
  const int32_t mean = static_cast<int32_t>((int64_t{r} + kRoot + 1) / 2);
  const int32_t twice = 2 * (r - kRoot);
  const int32_t square = doubling_high_product(twice, twice);
  const int32_t cube = doubling_high_product(twice, square);
  const int32_t numerator = doubling_high_product(twice, r) + doubling_high_product(cube, kNumerator);
  const int32_t inner = kConstant + twice + doubling_high_product(kQuadratic, square);
  const int32_t denominator = doubling_high_product(mean, inner) + doubling_high_product(kLinear, twice);
  return {numerator, reciprocal_of_one_plus(denominator)};
}

/// log(x) for x >= 1, x q12 (at least 2^19), result q5.
inline int32_t log_of_sum(int32_t x) {
  constexpr int32_t kLogOfTwo = 1488522236, kRootOfHalf = 1518500250;
  constexpr int kBits = 12, kQ6 = 31 - 6;
  constexpr int32_t kQuarter = 1 << (kQ6 - 2);
  // x = r / s * 2^power, where r is x or its product with the root of 1/2, shifted; the smaller r has the larger power.
  const int zeros = std::countl_zero(static_cast<uint32_t>(x));
  const int32_t scaled = doubling_high_product(multiply_by_power(x, zeros - 1), kRootOfHalf);
  const int rooted_zeros = std::countl_zero(static_cast<uint32_t>(doubling_high_product(x, kRootOfHalf))) - 1;
  const int32_t r = std::min(multiply_by_power(scaled, 1), multiply_by_power(x, rooted_zeros));
  const int32_t power = std::max(((kBits - zeros) << kQ6) + kQuarter, ((kBits - rooted_zeros) << kQ6) - kQuarter);
  const LogNearRoot near = log_near_root(r);
  const int32_t fraction = doubling_high_product(divide_by_power(near.numerator, 6), near.reciprocal);
  return multiply_by_power(doubling_high_product(power, kLogOfTwo) + fraction, 1);
}

}  // namespace convoy
