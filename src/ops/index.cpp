#include "ops/index.h"

namespace convoy {

std::vector<int64_t> broadcast_strides(const Shape& from, const Shape& to) {
  const int missing = to.rank() - from.rank();
  if (missing < 0) internal_error("{} does not broadcast to {}", from.str(), to.str());
  const std::vector<int64_t> dense = from.strides();
  std::vector<int64_t> strides(to.rank(), 0);
  for (int axis = missing; axis < to.rank(); ++axis) {
    const int64_t extent = from[axis - missing];
    if (extent != to[axis] && extent != 1) internal_error("{} does not broadcast to {}", from.str(), to.str());
    strides[axis] = extent == 1 ? 0 : dense[axis - missing];
  }
  return strides;
}

Region broadcast_region(const Shape& from, const Region& output) {
  const size_t missing = output.begin.size() - from.rank();
  Region region = Region::whole(from);
  for (int axis = 0; axis < from.rank(); ++axis) {
    if (from[axis] == 1) continue;
    region.begin[axis] = output.begin[axis + missing];
    region.end[axis] = output.end[axis + missing];
  }
  return region;
}

}  // namespace convoy
