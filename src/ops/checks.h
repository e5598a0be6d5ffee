// Checks that the type rules of many operators share. Each throws Error with what was expected and found.
#pragma once

#include "graph/op.h"
#include "support/dtypes.h"

namespace convoy {

/// The node has `min` to `max` inputs, of which the first `min` are given.
void expect_inputs(const InputTypes& inputs, size_t min, size_t max);
inline void expect_inputs(const InputTypes& inputs, size_t count) {
  expect_inputs(inputs, count, count);
}

/// `what` is how the message calls the input: "src", "indices".
void expect_dtype(const TensorType& type, DType dtype, const char* what);
void expect_float(const TensorType& type, const char* what);
void expect_integer(const TensorType& type, const char* what);
void expect_same_dtype(const TensorType& a, const TensorType& b, const char* what);
void expect_rank(const TensorType& type, int rank, const char* what);

/// `axis` counted from 0, given one that may count from the end (-1: the last).
int resolve_axis(int64_t axis, int rank);
/// The same for a list; axes may not repeat.
std::vector<int> resolve_axes(const std::vector<int64_t>& axes, int rank);

}  // namespace convoy
