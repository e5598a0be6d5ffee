#include "io/convert.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/dtypes.h"

namespace convoy {
namespace {

/// Significant bits and, for floats, the exponent range; what decides whether a conversion is exact.
struct Range {
  int digits, min_exponent, max_exponent;
  bool is_signed, is_float;
};

template <class T>
constexpr Range range_of() {
  if constexpr (std::is_same_v<T, Half>)
    return {11, -24, 16, true, true};
  else if constexpr (std::is_same_v<T, BFloat16>)
    return {8, -133, 128, true, true};
  else if constexpr (std::is_same_v<T, float>)
    return {24, -149, 128, true, true};
  else if constexpr (std::is_same_v<T, double>)
    return {53, -1074, 1024, true, true};
  else
    return {std::numeric_limits<T>::digits, 0, std::numeric_limits<T>::digits, std::is_signed_v<T>, false};
}

Range range_of(DType dtype) {
  return visit_dtype(dtype, []<class T>() { return range_of<T>(); });
}

template <class From, class To>
To convert_value(From value) {
  if constexpr (kIsBool<To>) {
    return static_cast<double>(value) != 0;
  } else if constexpr (kIsInteger<To> && kIsFloat<From>) {
    const double number = static_cast<double>(value);
    if (std::isnan(number)) return 0;
    // The largest 64-bit integers are no doubles: what reaches 2^digits saturates.
    if (number >= std::ldexp(1.0, std::numeric_limits<To>::digits)) return std::numeric_limits<To>::max();
    if (number <= static_cast<double>(std::numeric_limits<To>::min())) return std::numeric_limits<To>::min();
    return static_cast<To>(number);
  } else if constexpr (kIsInteger<To> && kIsInteger<From>) {
    if (std::cmp_greater(value, std::numeric_limits<To>::max())) return std::numeric_limits<To>::max();
    if (std::cmp_less(value, std::numeric_limits<To>::min())) return std::numeric_limits<To>::min();
    return static_cast<To>(value);
  } else if constexpr (std::is_same_v<To, Half> || std::is_same_v<To, BFloat16>) {
    return To(static_cast<float>(value));
  } else {
    return static_cast<To>(value);
  }
}

}  // namespace

bool converts_exactly(DType from, DType to) {
  const Range src = range_of(from), dst = range_of(to);
  if (src.is_float && !dst.is_float) return false;
  if (src.is_signed && !dst.is_signed) return false;
  return src.digits <= dst.digits && src.max_exponent <= dst.max_exponent && src.min_exponent >= dst.min_exponent;
}

Tensor convert(const Tensor& tensor, DType to) {
  if (tensor.dtype() == to) return tensor;
  Tensor result(to, tensor.shape());
  visit_dtype(tensor.dtype(), [&]<class From>() {
    visit_dtype(to, [&]<class To>() {
      std::transform(tensor.as<From>(), tensor.as<From>() + tensor.elems(), result.as<To>(),
                     [](From value) { return convert_value<From, To>(value); });
    });
  });
  return result;
}

}  // namespace convoy
