// Ranges of indices along one axis: what the needed-input-region rules are made of. Half open: begin <= i < end.
#pragma once

#include <cstdint>

#include "graph/op.h"

namespace convoy {

struct Range {
  int64_t begin = 0, end = 0;

  bool empty() const { return begin >= end; }
  bool operator==(const Range&) const = default;
};

/// The part of `range` inside [0, extent); an empty range stays empty and inside.
Range clipped(const Range& range, int64_t extent);

/// The smallest range that contains both; an empty one does not count.
Range hull(const Range& a, const Range& b);

/// The smallest range that contains `i % extent` for all i of `range`, whose begin is not negative.
Range wrapped(const Range& range, int64_t extent);

/// The smallest range that contains `i / divisor` for all i of `range`, whose begin is not negative.
Range divided(const Range& range, int64_t divisor);

inline Range range_of(const Region& region, int axis) {
  return {region.begin[axis], region.end[axis]};
}

inline void set_range(Region& region, int axis, const Range& range) {
  region.begin[axis] = range.begin;
  region.end[axis] = range.end;
}

/// A region without elements, of the rank of `shape`.
inline Region empty_region(const Shape& shape) {
  return {std::vector<int64_t>(shape.rank(), 0), std::vector<int64_t>(shape.rank(), 0)};
}

}  // namespace convoy
