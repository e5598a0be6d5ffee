// Reference loops over floating-point tensors of any width: elements are read and written as the type that
// stores them, arithmetic is in double, convert_to rounds the result.
#pragma once

#include <vector>

#include "support/arithmetic.h"
#include "support/dtypes.h"

namespace convoy {

/// visit_dtype for float, double, Half and BFloat16 only.
template <class Fn>
void visit_float(DType dtype, Fn&& fn) {
  visit_dtype(dtype, [&]<class T>() {
    if constexpr (kIsFloat<T>) {
      fn.template operator()<T>();
    } else {
      internal_error("{} is no floating-point type", to_string(dtype));
    }
  });
}

/// All elements of a floating-point tensor; none when `tensor` is null.
inline std::vector<double> to_doubles(const Tensor* tensor) {
  std::vector<double> values;
  if (!tensor) return values;
  visit_float(tensor->dtype(), [&]<class T>() {
    const T* data = tensor->as<T>();
    values.assign(data, data + tensor->elems());
  });
  return values;
}

/// to_doubles, or `count` times `fallback` for an absent tensor.
inline std::vector<double> to_doubles_or(const Tensor* tensor, int64_t count, double fallback) {
  return tensor ? to_doubles(tensor) : std::vector<double>(count, fallback);
}

}  // namespace convoy
