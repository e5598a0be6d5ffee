#include "ops/region.h"

#include <algorithm>

namespace convoy {

Range clipped(const Range& range, int64_t extent) {
  const int64_t begin = std::clamp<int64_t>(range.begin, 0, extent);
  return {begin, std::clamp(range.end, begin, extent)};
}

Range hull(const Range& a, const Range& b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  return {std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

Range wrapped(const Range& range, int64_t extent) {
  if (range.empty() || extent == 0) return {0, 0};
  const int64_t first = range.begin % extent, last = (range.end - 1) % extent;
  if (range.end - range.begin >= extent || first > last) return {0, extent};
  return {first, last + 1};
}

Range divided(const Range& range, int64_t divisor) {
  if (range.empty()) return {0, 0};
  return {range.begin / divisor, (range.end - 1) / divisor + 1};
}

}  // namespace convoy
