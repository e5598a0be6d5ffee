#include "ops/attribute_checks.h"

namespace convoy {

void expect_range(int64_t value, int64_t low, int64_t high, const char* what) {
  if (value < low || value > high) invalid_input("{} {} is out of range, expected {} to {}", what, value, low, high);
}

void expect_extents(const TensorType& type, const char* what) {
  for (int64_t extent : type.shape) {
    if (extent > kMaxExtent) invalid_input("{} is {}, expected extents up to {}", what, type.str(), kMaxExtent);
  }
}

void expect_axis(int64_t axis, int rank) {
  if (axis < 0 || axis >= rank) invalid_input("axis {} is out of range for rank {}", axis, rank);
}

void expect_channels(const TensorType& type, int64_t channels, const char* what) {
  if (type.shape != Shape{channels}) {
    invalid_input("{} is {}, expected one value for each of {} channels", what, type.str(), channels);
  }
}

int64_t checked_add(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) invalid_input("{} + {} overflows", a, b);
  return sum;
}

int64_t checked_multiply(int64_t a, int64_t b) {
  int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) invalid_input("{} * {} overflows", a, b);
  return product;
}

}  // namespace convoy
