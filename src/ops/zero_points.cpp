#include "ops/zero_points.h"

#include "ops/checks.h"
#include "support/dtypes.h"

namespace convoy {
namespace {

bool is_byte(DType dtype) {
  return dtype == DType::i8 || dtype == DType::u8;
}

void check_zero(int64_t zero, const TensorType& type, const char* what) {
  visit_dtype(type.dtype, [&]<class T>() {
    if constexpr (kIsInteger<T>) {
      if (std::in_range<T>(zero)) return;
    }
    invalid_input("the zero point {} of {} is no number of {}", zero, what, to_string(type.dtype));
  });
}

}  // namespace

bool is_quantised_product(const TensorType& src, const TensorType& weights) {
  return (is_byte(src.dtype) && is_byte(weights.dtype)) || (src.dtype == DType::i16 && weights.dtype == DType::i8);
}

DType product_type(const TensorType& src, const TensorType& weights, const ZeroPoints& zeros, int64_t channels) {
  if (!is_quantised_product(src, weights)) {
    expect_float(src, "src");
    expect_same_dtype(src, weights, "src and weights");
    if (zeros != ZeroPoints()) invalid_input("floats have no zero points");
    return src.dtype;
  }
  check_zero(zeros.src, src, "src");
  for (int64_t zero : zeros.weights) check_zero(zero, weights, "weights");
  const auto count = static_cast<int64_t>(zeros.weights.size());
  if (count > 1 && count != channels) {
    invalid_input("there are {} zero points of weights for {} output channels", count, channels);
  }
  return src.dtype == DType::i16 ? DType::i64 : DType::i32;
}

}  // namespace convoy
