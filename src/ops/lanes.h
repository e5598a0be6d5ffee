// One-dimensional lanes along an axis: how operators such as softmax and top_k walk their tensors.
#pragma once

#include "graph/op.h"

namespace convoy {

/// A tensor seen as outer x extent x inner, `extent` being that of the axis.
struct Lanes {
  int64_t outer = 1, extent = 1, inner = 1;

  Lanes(const Shape& shape, int axis) : extent(shape[axis]) {
    for (int i = 0; i < axis; ++i) outer *= shape[i];
    for (int i = axis + 1; i < shape.rank(); ++i) inner *= shape[i];
  }
  int64_t count() const { return outer * inner; }
  /// Offset of the first element of lane `lane`; the others follow with a stride of `inner`. Tensors that
  /// differ in `extent` only have the same lanes.
  int64_t begin(int64_t lane) const { return lane / inner * extent * inner + lane % inner; }
};

/// `output` with all of `axis`, which has `extent` in the input: what a lane of the output depends on.
Region whole_along(Region output, int axis, int64_t extent);

/// `shape` with extent 1 along `axes`, or without them when not `keepdims`.
Shape reduced_shape(const Shape& shape, const std::vector<int>& axes, bool keepdims);
/// The region of a tensor of shape `input` that `output`, a region of its reduced_shape, depends on.
Region reduced_region(const Shape& input, const Region& output, const std::vector<int>& axes, bool keepdims);

}  // namespace convoy
