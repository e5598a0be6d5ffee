#include "conformance/compare.h"

#include <fmt/format.h>

#include <cmath>

#include "support/dtypes.h"

namespace convoy::conformance {
namespace {

struct Tolerance {
  double relative, absolute;
};

Tolerance tolerance_of(DType dtype) {
  switch (dtype) {
    case DType::f32:
    case DType::f64:
      return {1e-5, 1e-5};
    case DType::f16:
      return {0x1p-9, 1e-5};
    case DType::bf16:
      return {0x1p-6, 1e-5};
    default:
      return {0, 0};
  }
}

bool close(double found, double expected, const Tolerance& tolerance) {
  if (found == expected || (std::isnan(found) && std::isnan(expected))) return true;
  return std::abs(found - expected) <= tolerance.absolute + tolerance.relative * std::abs(expected);
}

template <class T>
bool equal_elements(T found, T expected, const Tolerance& tolerance) {
  // 64-bit integers do not fit a double.
  if constexpr (kIsFloat<T>)
    return close(found, expected, tolerance);
  else
    return found == expected;
}

template <class T>
std::string element_difference(const Tensor& found, const Tensor& expected) {
  const Tolerance tolerance = tolerance_of(expected.dtype());
  const T *a = found.as<T>(), *b = expected.as<T>();
  int64_t first = -1, count = 0;
  for (int64_t i = 0; i < expected.elems(); ++i) {
    if (equal_elements(a[i], b[i], tolerance)) continue;
    if (count++ == 0) first = i;
  }
  if (count == 0) return "";
  return fmt::format("{} of {} elements differ, first element {}: {} instead of {}", count, expected.elems(), first,
                     static_cast<double>(a[first]), static_cast<double>(b[first]));
}

}  // namespace

std::string difference(const Tensor& found, const Tensor& expected) {
  if (found.type() != expected.type()) {
    return fmt::format("is {}, expected {}", found.type().str(), expected.type().str());
  }
  return visit_dtype(expected.dtype(), [&]<class T>() { return element_difference<T>(found, expected); });
}

}  // namespace convoy::conformance
