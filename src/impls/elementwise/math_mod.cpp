// Remainders of divisions, exact for all finite operands as in C's fmod.
#include <algorithm>
#include <cmath>

#include "impls/elementwise/math_functions.h"

namespace convoy {

namespace {

/// Bits of the quotient that one step may have.
constexpr int kStepBits = 22;
/// Steps that divide the largest float by the smallest.
constexpr int kSteps = 13;

/// x - q * y for a whole number q below 2^23. Exact when the result is a float, as remainders are.
Val exact_difference(KernelBuilder& b, Val x, Val q, Val y) {
  if (b.isa().fma) return b.fma(b.neg(q), y, x);
  // Dekker's product: halves of the significands multiply exactly.
  auto high = [&](Val v) { return b.bits_to_f32(b.bit_and(b.bits_to_i32(v), b.i32(~0xfff))); };
  Val q_high = high(q), q_low = q - q_high, y_high = high(y), y_low = y - y_high;
  Val product = q * y;
  Val lost = ((q_high * y_high - product) + q_high * y_low + q_low * y_high) + q_low * y_low;
  return (x - product) - lost;
}

/// x modulo y for 0 <= x < 2^kStepBits * y. The quotient, rounded, may be one too large.
Val short_remainder(KernelBuilder& b, Val x, Val y) {
  Val rest = exact_difference(b, x, b.floor(x / y), y);
  return b.select(b.compare("lt", rest, b.f32(0)), rest + y, rest);
}

Val times_power_of_two(KernelBuilder& b, Val x, int power) {
  for (; power > 0; power -= 127) x = x * b.f32(std::ldexp(1.0, std::min(power, 127)));
  return x;
}

/// x modulo y times 2^kStepBits: long division, a few bits of the quotient at a time.
Val long_remainder(KernelBuilder& b, Val x, Val y) {
  for (int step = kSteps - 1; step > 0; --step) {
    Val scaled = times_power_of_two(b, y, step * kStepBits);
    x = b.select(b.compare("le", scaled, x), short_remainder(b, x, scaled), x);
  }
  return x;
}

/// For x and y that are not negative.
Val remainder(KernelBuilder& b, Val x, Val y) {
  Val is_long = b.any(b.compare("ge", x, times_power_of_two(b, y, kStepBits)));
  Val rest = b.if_else_values(
      is_long, [&] { return std::vector<Val>{long_remainder(b, x, y)}; }, [&] { return std::vector<Val>{x}; })[0];
  return b.select(b.compare("lt", rest, y), rest, short_remainder(b, rest, y));
}

}  // namespace

Val emit_fmod(KernelBuilder& b, Val lhs, Val rhs) {
  return emit_copysign(b, b.abs(remainder(b, b.abs(lhs), b.abs(rhs))), lhs);
}

Val emit_mod(KernelBuilder& b, Val lhs, Val rhs) {
  Val rest = emit_fmod(b, lhs, rhs), zero = b.f32(0);
  Val other_sign = b.select(b.compare("lt", rhs, zero), b.compare("gt", rest, zero), b.compare("lt", rest, zero));
  return b.select(other_sign, rest + rhs, rest);
}

}  // namespace convoy
