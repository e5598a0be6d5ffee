// erf by a rational function, sin and cos by polynomials after reduction to [-pi/4, pi/4].
#include "impls/elementwise/math_functions.h"

namespace convoy {

// x * P(x^2) / Q(x^2), with an error of 2.1e-8 up to |x| = 3.95, where erf rounds to 1.
Val emit_erf(KernelBuilder& b, Val x) {
  Val bounded = emit_clamp(b, x, -4, 4);
  Val square = bounded * bounded;
  Val p = emit_polynomial(b, square,
                          {1.128379143, 0.1915520984, 0.0528756352, 0.003808217078, 0.0002846857049, 2.025857517e-6});
  Val q = emit_polynomial(b, square, {1, 0.5030913025, 0.1145603181, 0.01505521364, 0.001170732459, 3.783115768e-5});
  return emit_clamp(b, bounded * p / q, -1, 1);
}

namespace {

struct Angle {
  Val quadrant;   ///< i32: x = quadrant * pi/2 + remainder, modulo 4 in its low bits
  Val remainder;  ///< in [-pi/4, pi/4]
};

Angle reduce(KernelBuilder& b, Val x) {
  constexpr double kMagic = 12582912;  // 1.5 * 2^23: leaves the nearest integer in the low bits
  // pi/2 in parts of few bits each, so that products with the quadrant are exact without fma as well.
  constexpr double kParts[] = {1.5703125, 4.837512969970703125e-4, 7.549533620476723e-8, 2.5607746e-12};
  Val shifted = b.fma(x, b.f32(0.63661977236758134308), b.f32(kMagic));
  Val n = shifted - b.f32(kMagic);
  Val r = x;
  for (double part : kParts) r = b.fma(n, b.f32(-part), r);
  return {b.bits_to_i32(shifted), r};
}

/// sin(quadrant * pi/2 + r).
Val quadrant_sin(KernelBuilder& b, Val quadrant, Val r) {
  Val square = r * r;
  Val sin_tail = emit_polynomial(b, square, {-0.1666665491, 0.008332175792, -0.0001951697332});
  Val cos_tail = emit_polynomial(b, square, {0.04166664681, -0.001388736487, 2.443813746e-5});
  Val sin = b.fma(square * r, sin_tail, r);
  Val cos = b.fma(square * square, cos_tail, b.fma(square, b.f32(-0.5), b.f32(1)));
  Val odd = b.equal(b.bit_and(quadrant, b.i32(1)), b.i32(1));
  Val value = b.select(odd, cos, sin);
  Val negative = b.equal(b.bit_and(quadrant, b.i32(2)), b.i32(2));
  return b.select(negative, b.neg(value), value);
}

}  // namespace

Val emit_sin(KernelBuilder& b, Val x) {
  Angle angle = reduce(b, x);
  return quadrant_sin(b, angle.quadrant, angle.remainder);
}

Val emit_cos(KernelBuilder& b, Val x) {
  Angle angle = reduce(b, x);
  return quadrant_sin(b, angle.quadrant + b.i32(1), angle.remainder);
}

}  // namespace convoy
