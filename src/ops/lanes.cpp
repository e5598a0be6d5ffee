#include "ops/lanes.h"

#include <algorithm>

namespace convoy {
namespace {

bool contains(const std::vector<int>& axes, int axis) {
  return std::find(axes.begin(), axes.end(), axis) != axes.end();
}

}  // namespace

Region whole_along(Region output, int axis, int64_t extent) {
  output.begin[axis] = 0;
  output.end[axis] = extent;
  return output;
}

Shape reduced_shape(const Shape& shape, const std::vector<int>& axes, bool keepdims) {
  std::vector<int64_t> dims;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const bool reduced = contains(axes, axis);
    if (!reduced) dims.push_back(shape[axis]);
    if (reduced && keepdims) dims.push_back(1);
  }
  return Shape(std::move(dims));
}

Region reduced_region(const Shape& input, const Region& output, const std::vector<int>& axes, bool keepdims) {
  Region region = Region::whole(input);
  int output_axis = 0;
  for (int axis = 0; axis < input.rank(); ++axis) {
    const bool reduced = contains(axes, axis);
    if (!reduced) {
      region.begin[axis] = output.begin[output_axis];
      region.end[axis] = output.end[output_axis];
    }
    if (!reduced || keepdims) ++output_axis;
  }
  return region;
}

}  // namespace convoy
