#include "ops/checks.h"

#include <algorithm>

namespace convoy {

void expect_inputs(const InputTypes& inputs, size_t min, size_t max) {
  if (inputs.size() < min || inputs.size() > max) {
    const std::string expected = min == max ? std::to_string(min) : fmt::format("{} to {}", min, max);
    invalid_input("expects {} inputs, got {}", expected, inputs.size());
  }
  for (size_t i = 0; i < min; ++i) {
    if (!inputs[i]) invalid_input("input {} is missing", i);
  }
}

void expect_dtype(const TensorType& type, DType dtype, const char* what) {
  if (type.dtype != dtype) invalid_input("{} is {}, expected {}", what, type.str(), to_string(dtype));
}

void expect_float(const TensorType& type, const char* what) {
  if (!is_float(type.dtype)) invalid_input("{} is {}, expected a floating-point type", what, type.str());
}

void expect_integer(const TensorType& type, const char* what) {
  if (!is_integer(type.dtype)) invalid_input("{} is {}, expected an integer type", what, type.str());
}

void expect_same_dtype(const TensorType& a, const TensorType& b, const char* what) {
  if (a.dtype != b.dtype) invalid_input("{} are {} and {}, their dtypes must be equal", what, a.str(), b.str());
}

void expect_rank(const TensorType& type, int rank, const char* what) {
  if (type.shape.rank() != rank) invalid_input("{} is {}, expected rank {}", what, type.str(), rank);
}

int resolve_axis(int64_t axis, int rank) {
  if (axis < -rank || axis >= rank) invalid_input("axis {} is out of range for rank {}", axis, rank);
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

std::vector<int> resolve_axes(const std::vector<int64_t>& axes, int rank) {
  std::vector<int> resolved;
  for (int64_t axis : axes) {
    const int found = resolve_axis(axis, rank);
    if (std::count(resolved.begin(), resolved.end(), found)) invalid_input("axis {} is given twice", axis);
    resolved.push_back(found);
  }
  return resolved;
}

}  // namespace convoy
