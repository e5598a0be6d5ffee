// Transcendental functions on f32 vectors, for math.cpp. Their polynomials are minimax fits (Lawson's
// iteration) computed for this code; the comment at each gives its error, to which evaluation adds a few
// roundings.
#pragma once

#include <initializer_list>

#include "codegen/llvm/kernel_builder.h"

namespace convoy {

/// coefficients[0] + coefficients[1] * x + ..., by Horner's rule.
Val emit_polynomial(KernelBuilder& b, Val x, std::initializer_list<double> coefficients);
/// `x` limited to [low, high]; NaN stays NaN.
Val emit_clamp(KernelBuilder& b, Val x, double low, double high);
/// The magnitude of `magnitude`, whose sign is clear, with the sign of `sign`.
Val emit_copysign(KernelBuilder& b, Val magnitude, Val sign);

/// exp(x) - 1 with full relative precision near 0; x must lie in [-20, 20].
Val emit_expm1_bounded(KernelBuilder& b, Val x);
/// log(1 + x) for x in [0, 1].
Val emit_log1p_unit(KernelBuilder& b, Val x);
Val emit_erf(KernelBuilder& b, Val x);
/// Precise to 3e-7 (absolute) for |x| up to 3e4 and to 1.5e-6 up to 1e5. The multiples of pi/2 that are taken off
/// larger ones are not exact: precision fades from there on, and beyond 6e6 results mean nothing and may be of any
/// magnitude. Those of infinities and NaN are NaN.
Val emit_sin(KernelBuilder& b, Val x);
Val emit_cos(KernelBuilder& b, Val x);
Val emit_pow(KernelBuilder& b, Val base, Val exponent);
/// The remainder with the sign of lhs.
Val emit_fmod(KernelBuilder& b, Val lhs, Val rhs);
/// The remainder with the sign of rhs.
Val emit_mod(KernelBuilder& b, Val lhs, Val rhs);

}  // namespace convoy
