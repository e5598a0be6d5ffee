// The meaning of every unary and binary operator, one line each. All float types compute in double, which
// rounds to f32, f16 and bf16 exactly as their own arithmetic would for + - * / and sqrt.
#include <cmath>
#include <numbers>

#include "ops/elementwise.h"
#include "ops/index.h"
#include "support/arithmetic.h"

namespace convoy {
namespace {

double clip(double x, double low, double high) {
  return x < low ? low : x > high ? high : x;
}
double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}
double softplus(double x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}
double gelu_tanh(double x) {
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
}

/// Comparisons are written so that NaN stays NaN.
double unary_float(const Unary& op, double x) {
  switch (op.kind) {
    case UnaryKind::relu:
      return x < 0 ? 0 : x;
    case UnaryKind::leaky_relu:
      return x < 0 ? op.alpha * x : x;
    case UnaryKind::clip:
      return clip(x, op.alpha, op.beta);
    case UnaryKind::sigmoid:
      return sigmoid(x);
    case UnaryKind::hard_sigmoid:
      return clip(op.alpha * x + op.beta, 0, 1);
    case UnaryKind::hard_swish:
      return x * clip(x / 6 + 0.5, 0, 1);
    case UnaryKind::tanh:
      return std::tanh(x);
    case UnaryKind::elu:
      return x < 0 ? op.alpha * std::expm1(x) : x;
    case UnaryKind::selu:
      return op.beta * (x < 0 ? op.alpha * std::expm1(x) : x);
    case UnaryKind::softplus:
      return softplus(x);
    case UnaryKind::erf:
      return std::erf(x);
    case UnaryKind::gelu:
      return 0.5 * x * (1 + std::erf(x / std::numbers::sqrt2));
    case UnaryKind::gelu_tanh:
      return gelu_tanh(x);
    case UnaryKind::exp:
      return std::exp(x);
    case UnaryKind::log:
      return std::log(x);
    case UnaryKind::sqrt:
      return std::sqrt(x);
    case UnaryKind::reciprocal:
      return 1 / x;
    case UnaryKind::neg:
      return -x;
    case UnaryKind::abs:
      return std::abs(x);
    case UnaryKind::floor:
      return std::floor(x);
    case UnaryKind::ceil:
      return std::ceil(x);
    case UnaryKind::round:
      return std::nearbyint(x);  // half to even
    case UnaryKind::sign:
      return x > 0 ? 1 : x < 0 ? -1 : x;
    case UnaryKind::silu:
      return x * sigmoid(x);
    case UnaryKind::mish:
      return x * std::tanh(softplus(x));
    case UnaryKind::softsign:
      return x / (1 + std::abs(x));
    case UnaryKind::sin:
      return std::sin(x);
    case UnaryKind::cos:
      return std::cos(x);
    case UnaryKind::logical_not:
      break;
  }
  internal_error("{} is not computed on floats", op.name());
}

template <class T>
T unary_integer(const Unary& op, T x) {
  switch (op.kind) {
    case UnaryKind::relu:
      return x < T(0) ? T(0) : x;
    case UnaryKind::clip: {
      const T low = truncate_to<T>(std::ceil(op.alpha)), high = truncate_to<T>(std::floor(op.beta));
      return x < low ? low : x > high ? high : x;
    }
    case UnaryKind::neg:
      return wrapping_sub(T(0), x);
    case UnaryKind::abs:
      return x < T(0) ? wrapping_sub(T(0), x) : x;
    case UnaryKind::sign:
      return T(x > T(0)) - T(x < T(0));
    default:
      internal_error("{} is not computed on integers", op.name());
  }
}

template <class T>
T unary_element(const Unary& op, T x) {
  if constexpr (kIsFloat<T>)
    return convert_to<T>(unary_float(op, x));
  else if constexpr (kIsInteger<T>)
    return unary_integer(op, x);
  else
    return !x;
}

double float_mod(double a, double b) {
  const double rest = std::fmod(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

double binary_float(BinaryKind kind, double a, double b) {
  switch (kind) {
    case BinaryKind::add:
      return a + b;
    case BinaryKind::sub:
      return a - b;
    case BinaryKind::mul:
      return a * b;
    case BinaryKind::div:
      return a / b;
    case BinaryKind::min:
      return std::isnan(a) || a < b ? a : b;  // NaN in either gives NaN
    case BinaryKind::max:
      return std::isnan(a) || a > b ? a : b;
    case BinaryKind::pow:
      return std::pow(a, b);
    case BinaryKind::prelu:
      return a < 0 ? a * b : a;
    case BinaryKind::mod:
      return float_mod(a, b);
    case BinaryKind::fmod:
      return std::fmod(a, b);
    default:
      internal_error("{} is no float arithmetic", enum_word(kind));
  }
}

/// a / b truncated; the lowest value divided by -1 wraps around.
template <class T>
T integer_div(T a, T b) {
  if (b == T(0)) invalid_input("division of {} by zero", a);
  return std::is_signed_v<T> && b == T(-1) ? wrapping_sub(T(0), a) : T(a / b);
}

template <class T>
T integer_fmod(T a, T b) {
  return wrapping_sub(a, wrapping_mul(integer_div(a, b), b));
}

template <class T>
T integer_mod(T a, T b) {
  const T rest = integer_fmod(a, b);
  return rest != T(0) && (rest < T(0)) != (b < T(0)) ? wrapping_add(rest, b) : rest;
}

/// Squares and multiplies, wrapping around; a negative exponent gives the truncated 1 / base^-exponent.
template <class T>
T integer_pow(T base, T exponent) {
  if (exponent < T(0)) {
    if (base == T(0)) invalid_input("0 to the power of {}", exponent);
    if (base == T(1)) return 1;
    return std::is_signed_v<T> && base == T(-1) ? (exponent % 2 ? T(-1) : T(1)) : T(0);
  }
  T result = 1;
  for (; exponent > T(0); exponent = T(exponent / 2)) {
    if (exponent % 2) result = wrapping_mul(result, base);
    base = wrapping_mul(base, base);
  }
  return result;
}

template <class T>
T binary_integer(BinaryKind kind, T a, T b) {
  switch (kind) {
    case BinaryKind::add:
      return wrapping_add(a, b);
    case BinaryKind::sub:
      return wrapping_sub(a, b);
    case BinaryKind::mul:
      return wrapping_mul(a, b);
    case BinaryKind::div:
      return integer_div(a, b);
    case BinaryKind::min:
      return a < b ? a : b;
    case BinaryKind::max:
      return a > b ? a : b;
    case BinaryKind::pow:
      return integer_pow(a, b);
    case BinaryKind::prelu:
      return a < T(0) ? wrapping_mul(a, b) : a;
    case BinaryKind::mod:
      return integer_mod(a, b);
    case BinaryKind::fmod:
      return integer_fmod(a, b);
    default:
      internal_error("{} is no integer arithmetic", enum_word(kind));
  }
}

bool binary_logical(BinaryKind kind, bool a, bool b) {
  if (kind == BinaryKind::logical_and) return a && b;
  if (kind == BinaryKind::logical_or) return a || b;
  internal_error("{} is not computed on booleans", enum_word(kind));
}

template <class T>
T binary_element(BinaryKind kind, T a, T b) {
  if constexpr (kIsFloat<T>)
    return convert_to<T>(binary_float(kind, a, b));
  else if constexpr (kIsInteger<T>)
    return binary_integer(kind, a, b);
  else
    return binary_logical(kind, a, b);
}

template <class T>
bool compare(BinaryKind kind, T a, T b) {
  switch (kind) {
    case BinaryKind::equal:
      return a == b;
    case BinaryKind::less:
      return a < b;
    case BinaryKind::less_equal:
      return a <= b;
    case BinaryKind::greater:
      return a > b;
    case BinaryKind::greater_equal:
      return a >= b;
    default:
      internal_error("{} is no comparison", enum_word(kind));
  }
}

/// dst[i] = fn(lhs[i], rhs[i]) with broadcasting.
template <class L, class R, class D, class Fn>
void apply(const Tensor& lhs, const Tensor& rhs, Tensor& dst, Fn&& fn) {
  const Shape& shape = dst.shape();
  const std::array strides{broadcast_strides(lhs.shape(), shape), broadcast_strides(rhs.shape(), shape)};
  for_each_offset<2>(shape, strides, [&](int64_t i, const std::array<int64_t, 2>& offsets) {
    dst.as<D>()[i] = fn(lhs.as<L>()[offsets[0]], rhs.as<R>()[offsets[1]]);
  });
}

/// pow whose exponent has another type than the base: in double, rounded to the type of the base.
void mixed_pow(const Tensor& base, const Tensor& exponent, Tensor& dst) {
  visit_dtype(base.dtype(), [&]<class B>() {
    visit_dtype(exponent.dtype(), [&]<class E>() {
      apply<B, E, B>(base, exponent, dst,
                     [](B b, E e) { return convert_to<B>(std::pow(static_cast<double>(b), static_cast<double>(e))); });
    });
  });
}

}  // namespace

void Unary::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  visit_dtype(inputs[0]->dtype(), [&]<class T>() {
    const T* src = inputs[0]->as<T>();
    T* dst = outputs[0].as<T>();
    for (int64_t i = 0; i < outputs[0].elems(); ++i) dst[i] = unary_element(*this, src[i]);
  });
}

void Binary::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const Tensor &lhs = *inputs[0], &rhs = *inputs[1];
  Tensor& dst = outputs[0];
  if (lhs.dtype() != rhs.dtype()) return mixed_pow(lhs, rhs, dst);
  const bool compares = kind >= BinaryKind::equal && kind <= BinaryKind::greater_equal;
  visit_dtype(lhs.dtype(), [&]<class T>() {
    if (compares) {
      apply<T, T, bool>(lhs, rhs, dst, [&](T a, T b) { return compare(kind, a, b); });
    } else {
      apply<T, T, T>(lhs, rhs, dst, [&](T a, T b) { return binary_element(kind, a, b); });
    }
  });
}

}  // namespace convoy
