// From a DType at run time to the C++ type that stores it, and the classes of element types.
#pragma once

#include <convoy/tensor.h>

#include <cstdint>
#include <type_traits>

#include "support/error.h"
#include "support/half.h"

namespace convoy {

template <class T>
constexpr bool kIsFloat = std::is_floating_point_v<T> || std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>;
template <class T>
constexpr bool kIsBool = std::is_same_v<T, bool>;
template <class T>
constexpr bool kIsInteger = std::is_integral_v<T> && !kIsBool<T>;

inline bool is_float(DType dtype) {
  return dtype == DType::f32 || dtype == DType::f64 || dtype == DType::f16 || dtype == DType::bf16;
}
inline bool is_integer(DType dtype) {
  return !is_float(dtype) && dtype != DType::boolean;
}
inline bool is_unsigned(DType dtype) {
  return dtype == DType::u8 || dtype == DType::u16 || dtype == DType::u32 || dtype == DType::u64;
}

/// Calls `fn.operator()<T>()` with the type that stores an element: float, double, Half, BFloat16,
/// int8_t ... uint64_t, bool. Write `visit_dtype(dtype, [&]<class T>() { ... })`.
template <class Fn>
decltype(auto) visit_dtype(DType dtype, Fn&& fn) {
  switch (dtype) {
    case DType::f32:
      return fn.template operator()<float>();
    case DType::f64:
      return fn.template operator()<double>();
    case DType::f16:
      return fn.template operator()<Half>();
    case DType::bf16:
      return fn.template operator()<BFloat16>();
    case DType::i8:
      return fn.template operator()<int8_t>();
    case DType::u8:
      return fn.template operator()<uint8_t>();
    case DType::i16:
      return fn.template operator()<int16_t>();
    case DType::u16:
      return fn.template operator()<uint16_t>();
    case DType::i32:
      return fn.template operator()<int32_t>();
    case DType::u32:
      return fn.template operator()<uint32_t>();
    case DType::i64:
      return fn.template operator()<int64_t>();
    case DType::u64:
      return fn.template operator()<uint64_t>();
    case DType::boolean:
      return fn.template operator()<bool>();
  }
  internal_error("dtype {}", static_cast<int>(dtype));
}

/// Calls `fn.operator()<T>()` with an unsigned type of 1, 2, 4 or 8 bytes: for operators that move
/// elements without looking at them.
template <class Fn>
decltype(auto) visit_elems_of_size(int64_t bytes, Fn&& fn) {
  switch (bytes) {
    case 1:
      return fn.template operator()<uint8_t>();
    case 2:
      return fn.template operator()<uint16_t>();
    case 4:
      return fn.template operator()<uint32_t>();
    case 8:
      return fn.template operator()<uint64_t>();
    default:
      internal_error("no element type has {} bytes", bytes);
  }
}

}  // namespace convoy
