#include "impls/placed_tensor.h"

#include <cstring>

#include "ops/cast.h"
#include "ops/index.h"

namespace convoy {

namespace {

/// Bytes before and after a tensor that a kernel must leave alone: more than its widest vector.
constexpr int64_t kGuardBytes = 256;

/// Extents of the larger tensor that a padded one lies in. Odd, so that rows start at any alignment.
Shape surrounding_shape(const Shape& shape, Layout layout) {
  Shape larger = shape;
  const bool channels_last = layout == Layout::channels_last && shape.rank() >= 3;
  const int innermost = channels_last ? 1 : shape.rank() - 1;
  for (int axis = 0; axis < shape.rank(); ++axis) larger[axis] += axis == innermost ? 5 : axis == 0 ? 0 : 1;
  return larger;
}

}  // namespace

TensorView arranged_view(const TensorType& type, const Arrangement& arrangement) {
  if (!arrangement.padded) return TensorView::contiguous(type, arrangement.layout);
  const Shape larger = surrounding_shape(type.shape, arrangement.layout);
  TensorView view = TensorView::contiguous({type.dtype, larger}, arrangement.layout);
  view.shape = type.shape;
  return view;
}

PlacedTensor::PlacedTensor(TensorView view, uint8_t garbage) : view_(std::move(view)), garbage_(garbage) {
  int64_t lowest = 0, highest = 0;
  for (int axis = 0; axis < view_.rank(); ++axis) {
    const int64_t reach = std::max<int64_t>(0, view_.shape[axis] - 1) * view_.stride(axis);
    (reach < 0 ? lowest : highest) += reach;
  }
  const int64_t elem_bytes = size_of(view_.dtype);
  first_ = kGuardBytes - lowest * elem_bytes;
  bytes_.assign(first_ + (highest + 1) * elem_bytes + kGuardBytes, garbage);
}

void PlacedTensor::write(const Tensor& given) {
  const Tensor values = cast_to(given, view_.dtype);
  const int64_t elem_bytes = size_of(view_.dtype);
  for_each_offset<1>(view_.shape, {view_.strides}, [&](int64_t i, const std::array<int64_t, 1>& at) {
    std::memcpy(bytes_.data() + first_ + at[0] * elem_bytes, values.as<uint8_t>() + i * elem_bytes, elem_bytes);
  });
}

Tensor PlacedTensor::read() const {
  Tensor values(view_.dtype, view_.shape);
  const int64_t elem_bytes = size_of(view_.dtype);
  for_each_offset<1>(view_.shape, {view_.strides}, [&](int64_t i, const std::array<int64_t, 1>& at) {
    std::memcpy(values.as<uint8_t>() + i * elem_bytes, bytes_.data() + first_ + at[0] * elem_bytes, elem_bytes);
  });
  return values;
}

bool PlacedTensor::surroundings_intact() const {
  std::vector<bool> inside(bytes_.size(), false);
  const int64_t elem_bytes = size_of(view_.dtype);
  for_each_offset<1>(view_.shape, {view_.strides}, [&](int64_t, const std::array<int64_t, 1>& at) {
    for (int64_t i = 0; i < elem_bytes; ++i) inside[first_ + at[0] * elem_bytes + i] = true;
  });
  for (size_t i = 0; i < bytes_.size(); ++i) {
    if (!inside[i] && bytes_[i] != garbage_) return false;
  }
  return true;
}

}  // namespace convoy
