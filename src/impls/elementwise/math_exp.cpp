// exp and what is made of it. x = n * ln2 + r with |r| <= ln2 / 2, so that exp(x) = 2^n * exp(r).
#include <limits>

#include "impls/elementwise/math.h"
#include "impls/elementwise/math_functions.h"

namespace convoy {

Val emit_polynomial(KernelBuilder& b, Val x, std::initializer_list<double> coefficients) {
  auto next = std::rbegin(coefficients);
  Val sum = b.f32(*next++);
  for (; next != std::rend(coefficients); ++next) sum = b.fma(sum, x, b.f32(*next));
  return sum;
}

Val emit_clamp(KernelBuilder& b, Val x, double low, double high) {
  return b.fmin(b.fmax(x, b.f32(low)), b.f32(high));
}

Val emit_copysign(KernelBuilder& b, Val magnitude, Val sign) {
  Val sign_bit = b.bit_and(b.bits_to_i32(sign), b.i32(INT32_MIN));
  return b.bits_to_f32(b.bit_or(b.bits_to_i32(magnitude), sign_bit));
}

namespace {

constexpr double kLog2e = 1.44269504088896340736;
/// ln2 in two parts; n times the first is exact for |n| < 2^15.
constexpr double kLn2High = 0.693359375, kLn2Low = -2.12194440e-4;
/// Added to a number below 2^22 this leaves its nearest integer in the low bits of the significand.
constexpr double kRoundToInteger = 12582912;  // 1.5 * 2^23

struct Reduced {
  Val power;      ///< 2^(n - bias), see reduce()
  Val remainder;  ///< r
};

/// `bias` is subtracted from n before the power is formed: an exponent field is 0 for n - bias = -127, which
/// stands for a power of zero.
Reduced reduce(KernelBuilder& b, Val x, int bias) {
  const double magic = kRoundToInteger + 127 - bias;
  Val shifted = b.fma(x, b.f32(kLog2e), b.f32(magic));
  Val n = shifted - b.f32(magic);
  Val r = b.fma(n, b.f32(-kLn2High), x);
  r = b.fma(n, b.f32(-kLn2Low), r);
  return {b.bits_to_f32(b.shift_left(b.bits_to_i32(shifted), 23)), r};
}

/// (exp(r) - 1 - r) / r^2; the error is 1.3e-8 of exp(r) - 1.
Val exp_tail(KernelBuilder& b, Val r) {
  return emit_polynomial(b, r, {0.5000000062, 0.1666654278, 0.04166628167, 0.008366611448, 0.001394647714});
}

}  // namespace

// The power is kept one step below 2^n and the polynomial doubled, so that results up to the largest float
// come out finite and larger ones infinite. Results below 2^-125 are flushed to zero.
Val emit_exp(KernelBuilder& b, Val x) {
  auto [half_power, r] = reduce(b, emit_clamp(b, x, -87.6, 89.0), 1);
  Val doubled = b.fma(r * r, exp_tail(b, r), r + b.f32(1)) * b.f32(2);
  return doubled * half_power;
}

Val emit_expm1_bounded(KernelBuilder& b, Val x) {
  auto [power, r] = reduce(b, x, 0);
  Val expm1 = b.fma(r * r, exp_tail(b, r), r);
  return b.fma(power, expm1, power - b.f32(1));
}

namespace {

struct LogParts {
  Val exponent, fraction;  ///< x = 2^exponent * (1 + fraction), sqrt(1/2) <= 1 + fraction < sqrt(2)
};

/// For positive normal x.
LogParts split(KernelBuilder& b, Val x) {
  constexpr int32_t kOne = 0x3f800000, kSqrtHalf = 0x3f3504f3;
  Val bits = b.bits_to_i32(x) + b.i32(kOne - kSqrtHalf);
  Val exponent = b.to_f32(b.shift_right(bits, 23)) - b.f32(127);
  Val significand = b.bit_and(bits, b.i32(0x007fffff)) + b.i32(kSqrtHalf);
  return {exponent, b.bits_to_f32(significand) - b.f32(1)};
}

/// log(1 + f) - f; the error is 5.9e-9 of log(1 + f).
Val log_tail(KernelBuilder& b, Val f) {
  Val p = emit_polynomial(b, f,
                          {0.3333331673, -0.2500081053, 0.2000228515, -0.166245492, 0.1418121787, -0.1312882719,
                           0.1288148303, -0.078592085});
  Val square = f * f;
  return b.fma(square * f, p, square * b.f32(-0.5));
}

/// log(x) + correction for positive normal x.
Val log_normal(KernelBuilder& b, Val x, Val correction) {
  auto [exponent, f] = split(b, x);
  Val low = b.fma(exponent, b.f32(kLn2Low), log_tail(b, f) + correction);
  return b.fma(exponent, b.f32(kLn2High), f + low);
}

/// Positive x as a normal number times 2^-adjust.
std::pair<Val, Val> normalized(KernelBuilder& b, Val x) {
  Val subnormal = b.compare("lt", x, b.f32(0x1p-126));
  return {b.select(subnormal, x * b.f32(0x1p23), x), b.select(subnormal, b.f32(23), b.f32(0))};
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

Val emit_log(KernelBuilder& b, Val x) {
  auto [normal, adjust] = normalized(b, x);
  auto [exponent, f] = split(b, normal);
  exponent = exponent - adjust;
  Val low = b.fma(exponent, b.f32(kLn2Low), log_tail(b, f));
  Val log = b.fma(exponent, b.f32(kLn2High), f + low);
  log = b.select(b.compare("lt", x, b.f32(kInfinity)), log, x);
  Val special = b.select(b.compare("eq", x, b.f32(0)), b.f32(-kInfinity), b.f32(kNaN));
  return b.select(b.compare("gt", x, b.f32(0)), log, special);
}

Val emit_log1p_unit(KernelBuilder& b, Val x) {
  Val sum = x + b.f32(1);
  Val lost = x - (sum - b.f32(1));  // what the addition rounded away; its own logarithm is itself
  return log_normal(b, sum, lost);
}

// |base|^exponent = 2^(exponent * (e + log2(1 + f))). The product with e, which can be large, is split into
// parts that are exact, so that the error grows with the exponent alone and not with the magnitude of base.
namespace {

/// 2^(whole + part), whole an integer in [-160, 160], |part| <= 1; overflows and underflows by itself.
Val scaled_exp2(KernelBuilder& b, Val whole, Val part) {
  Val y = part * b.f32(0.69314718055994530942);
  auto [power, r] = reduce(b, y, 0);
  Val value = b.fma(r * r, exp_tail(b, r), r + b.f32(1)) * power;
  Val half = b.round_even(whole * b.f32(0.5));
  auto power_of = [&](Val n) {
    return b.bits_to_f32(b.shift_left(b.bits_to_i32(n + b.f32(kRoundToInteger + 127)), 23));
  };
  return value * power_of(half) * power_of(whole - half);
}

Val abs_pow(KernelBuilder& b, Val magnitude, Val exponent) {
  auto [normal, adjust] = normalized(b, magnitude);
  auto [e, f] = split(b, normal);
  e = e - adjust;
  Val log2 = (f + log_tail(b, f)) * b.f32(kLog2e);
  Val zero = b.compare("eq", magnitude, b.f32(0));
  Val infinite = b.compare("eq", magnitude, b.f32(kInfinity));
  e = b.select(zero, b.f32(-4096), b.select(infinite, b.f32(4096), e));

  Val high = b.bits_to_f32(b.bit_and(b.bits_to_i32(exponent), b.i32(~0xfff)));
  Val low = exponent - high;
  Val large = high * e;  // 12 bits times 8 bits
  Val small = b.fma(low, e, exponent * log2);
  Val whole = b.round_even(emit_clamp(b, large + small, -160, 160));
  return scaled_exp2(b, whole, emit_clamp(b, (large - whole) + small, -1, 1));
}

}  // namespace

Val emit_pow(KernelBuilder& b, Val base, Val exponent) {
  // Beyond 2^40 nothing changes any more: results are 0, 1 or infinite, and all such numbers are even.
  Val limited = emit_clamp(b, exponent, -0x1p40, 0x1p40);
  Val result = abs_pow(b, b.abs(base), limited);
  Val whole = b.compare("eq", b.round_even(limited), limited);
  Val half = limited * b.f32(0.5);
  Val even = b.compare("eq", b.round_even(half), half);
  // The sign of base counts for odd exponents; other exponents of negative numbers but -inf have no result.
  Val sign = b.select(even, b.f32(0), b.select(whole, base, b.f32(0)));
  result = emit_copysign(b, result, sign);
  Val defined = b.select(b.compare("lt", base, b.f32(0)), b.select(whole, result, b.f32(kNaN)), result);
  Val bounded = b.compare("eq", base, b.f32(-kInfinity));
  defined = b.select(bounded, result, defined);
  Val exponent_nan = b.compare("ne", exponent, exponent), base_nan = b.compare("ne", base, base);
  defined = b.select(exponent_nan, exponent, b.select(base_nan, base, defined));
  Val one = b.f32(1);
  defined = b.select(b.compare("eq", exponent, b.f32(0)), one, defined);
  return b.select(b.compare("eq", base, one), one, defined);
}

}  // namespace convoy
