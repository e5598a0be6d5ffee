#include "impls/elementwise/math.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "impls/elementwise/math_functions.h"
#include "support/error.h"

namespace convoy {

namespace {

/// x / (1 + exp(-y)): x times the logistic function of y, with one exponential and one division.
Val gated(KernelBuilder& b, Val x, Val negative_y) {
  return x / (emit_exp(b, negative_y) + b.f32(1));
}

Val sigmoid(KernelBuilder& b, Val x) {
  return gated(b, b.f32(1), b.neg(x));
}

/// With t = exp(2x) - 1: (exp(2x) - 1) / (exp(2x) + 1) = t / (t + 2), precise near 0.
Val tanh(KernelBuilder& b, Val x) {
  Val t = emit_expm1_bounded(b, emit_clamp(b, x + x, -20, 20));
  return t / (t + b.f32(2));
}

/// x < 0 ? alpha * (exp(x) - 1) : x.
Val elu(KernelBuilder& b, Val x, double alpha) {
  Val negative = emit_expm1_bounded(b, emit_clamp(b, x, -20, 0)) * b.f32(alpha);
  return b.select(b.compare("lt", x, b.f32(0)), negative, x);
}

Val softplus(KernelBuilder& b, Val x) {
  return b.fmax(x, b.f32(0)) + emit_log1p_unit(b, emit_exp(b, b.neg(b.abs(x))));
}

/// tanh(log(1 + e)) = e (e + 2) / (e (e + 2) + 2) with e = exp(x).
Val mish(KernelBuilder& b, Val x) {
  Val e = emit_exp(b, b.fmin(x, b.f32(20)));
  Val t = e * (e + b.f32(2));
  return x * (t / (t + b.f32(2)));
}

/// 0.5 x (1 + tanh(u)) = x / (1 + exp(-2u)), u = sqrt(2 / pi) (x + 0.044715 x^3).
Val gelu_tanh(KernelBuilder& b, Val x) {
  const double scale = -2 * std::sqrt(2 / std::numbers::pi);
  return gated(b, x, x * b.fma(x * x, b.f32(scale * 0.044715), b.f32(scale)));
}

Val gelu(KernelBuilder& b, Val x) {
  Val half = x * b.f32(0.5);
  return b.fma(half, emit_erf(b, x * b.f32(1 / std::numbers::sqrt2)), half);
}

Val hard_sigmoid(KernelBuilder& b, Val x, double slope, double offset) {
  return emit_clamp(b, b.fma(x, b.f32(slope), b.f32(offset)), 0, 1);
}

Val leaky_relu(KernelBuilder& b, Val x, double slope) {
  Val scaled = x * b.f32(slope);
  if (slope >= 0 && slope <= 1) return b.fmax(x, scaled);
  return b.select(b.compare("lt", x, b.f32(0)), scaled, x);
}

Val sign(KernelBuilder& b, Val x) {
  Val below = b.select(b.compare("lt", x, b.f32(0)), b.f32(-1), x);
  return b.select(b.compare("gt", x, b.f32(0)), b.f32(1), below);
}

}  // namespace

bool can_emit(const Unary& op) {
  return op.kind != UnaryKind::logical_not;
}

Val emit_unary(KernelBuilder& b, const Unary& op, Val x) {
  switch (op.kind) {
    case UnaryKind::relu:
      return b.fmax(x, b.f32(0));
    case UnaryKind::leaky_relu:
      return leaky_relu(b, x, op.alpha);
    case UnaryKind::clip:
      return emit_clamp(b, x, op.alpha, op.beta);
    case UnaryKind::sigmoid:
      return sigmoid(b, x);
    case UnaryKind::hard_sigmoid:
      return hard_sigmoid(b, x, op.alpha, op.beta);
    case UnaryKind::hard_swish:
      return x * hard_sigmoid(b, x, 1.0 / 6, 0.5);
    case UnaryKind::tanh:
      return tanh(b, x);
    case UnaryKind::elu:
      return elu(b, x, op.alpha);
    case UnaryKind::selu:
      return elu(b, x, op.alpha) * b.f32(op.beta);
    case UnaryKind::softplus:
      return softplus(b, x);
    case UnaryKind::erf:
      return emit_erf(b, x);
    case UnaryKind::gelu:
      return gelu(b, x);
    case UnaryKind::gelu_tanh:
      return gelu_tanh(b, x);
    case UnaryKind::exp:
      return emit_exp(b, x);
    case UnaryKind::log:
      return emit_log(b, x);
    case UnaryKind::sqrt:
      return b.sqrt(x);
    case UnaryKind::reciprocal:
      return b.f32(1) / x;
    case UnaryKind::neg:
      return b.neg(x);
    case UnaryKind::abs:
      return b.abs(x);
    case UnaryKind::floor:
      return b.floor(x);
    case UnaryKind::ceil:
      return b.ceil(x);
    case UnaryKind::round:
      return b.round_even(x);
    case UnaryKind::sign:
      return sign(b, x);
    case UnaryKind::silu:
      return gated(b, x, b.neg(x));
    case UnaryKind::mish:
      return mish(b, x);
    case UnaryKind::softsign:
      return x / (b.abs(x) + b.f32(1));
    case UnaryKind::sin:
      return emit_sin(b, x);
    case UnaryKind::cos:
      return emit_cos(b, x);
    case UnaryKind::logical_not:
      break;
  }
  internal_error("{} has no vector code", op.name());
}

namespace {

/// NaN in either operand gives NaN: KernelBuilder's minimum and maximum look at the first only.
Val extreme(KernelBuilder& b, bool max, Val lhs, Val rhs) {
  Val result = max ? b.fmax(lhs, rhs) : b.fmin(lhs, rhs);
  if (b.constant_value(rhs)) return result;
  return b.select(b.compare("ne", rhs, rhs), rhs, result);
}

/// The square root, but infinite for -inf.
Val power_half(KernelBuilder& b, Val base) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  return b.select(b.compare("eq", base, b.f32(-kInfinity)), b.f32(kInfinity), b.sqrt(base));
}

/// Exponents that come with constants: squares, roots, reciprocals. Null for all others.
Val constant_pow(KernelBuilder& b, Val base, double exponent) {
  if (exponent == 1) return base;
  if (exponent == 2) return base * base;
  if (exponent == 3) return base * base * base;
  if (exponent == 4) return (base * base) * (base * base);
  if (exponent == 0.5) return power_half(b, base);
  if (exponent == -1) return b.f32(1) / base;
  if (exponent == -2) {
    Val inverse = b.f32(1) / base;  // its square may lie in the range of f32 where that of base does not
    return inverse * inverse;
  }
  return {};
}

Val pow(KernelBuilder& b, Val base, Val exponent) {
  if (auto constant = b.constant_value(exponent)) {
    if (Val result = constant_pow(b, base, *constant)) return result;
  }
  return emit_pow(b, base, exponent);
}

}  // namespace

bool can_emit(BinaryKind kind) {
  switch (kind) {
    case BinaryKind::add:
    case BinaryKind::sub:
    case BinaryKind::mul:
    case BinaryKind::div:
    case BinaryKind::min:
    case BinaryKind::max:
    case BinaryKind::pow:
    case BinaryKind::prelu:
    case BinaryKind::mod:
    case BinaryKind::fmod:
      return true;
    default:
      return false;
  }
}

Val emit_binary(KernelBuilder& b, BinaryKind kind, Val lhs, Val rhs) {
  switch (kind) {
    case BinaryKind::add:
      return lhs + rhs;
    case BinaryKind::sub:
      return lhs - rhs;
    case BinaryKind::mul:
      return lhs * rhs;
    case BinaryKind::div:
      return lhs / rhs;
    case BinaryKind::min:
      return extreme(b, false, lhs, rhs);
    case BinaryKind::max:
      return extreme(b, true, lhs, rhs);
    case BinaryKind::pow:
      return pow(b, lhs, rhs);
    case BinaryKind::mod:
      return emit_mod(b, lhs, rhs);
    case BinaryKind::fmod:
      return emit_fmod(b, lhs, rhs);
    case BinaryKind::prelu:
      return b.select(b.compare("lt", lhs, b.f32(0)), lhs * rhs, lhs);
    default:
      internal_error("{} has no vector code", enum_word(kind));
  }
}

}  // namespace convoy
