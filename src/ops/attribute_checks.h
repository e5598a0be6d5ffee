// Checks of attributes and of per-channel parameters that the type rules of many operators share, and
// arithmetic on sizes that a hostile model cannot overflow. Each throws Error with what was expected and found.
#pragma once

#include <cstddef>
#include <vector>

#include "graph/op.h"
#include "support/error.h"

namespace convoy {

/// Extents, strides, pads, ... beyond this are refused, so that sums and products of two of them fit.
constexpr int64_t kMaxExtent = int64_t{1} << 31;

/// `values` has `count` numbers; `what` is the attribute's name.
template <class T>
void expect_count(const std::vector<T>& values, size_t count, const char* what) {
  if (values.size() != count) invalid_input("{} has {} values, expected {}", what, values.size(), count);
}

/// low <= value <= high.
void expect_range(int64_t value, int64_t low, int64_t high, const char* what);

/// Every extent is at most kMaxExtent.
void expect_extents(const TensorType& type, const char* what);

/// `axis` is in [0, rank).
void expect_axis(int64_t axis, int rank);

/// `type` is a vector with one value for each of `channels` channels.
void expect_channels(const TensorType& type, int64_t channels, const char* what);

int64_t checked_add(int64_t a, int64_t b);
int64_t checked_multiply(int64_t a, int64_t b);

}  // namespace convoy
