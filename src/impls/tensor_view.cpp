#include "impls/tensor_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace convoy {

const char* to_string(Layout layout) {
  return layout == Layout::row_major ? "row_major" : "channels_last";
}

namespace {

/// Axes from outermost to innermost.
std::vector<int> memory_order(int rank, Layout layout) {
  std::vector<int> order;
  for (int axis = 0; axis < rank; ++axis) order.push_back(axis);
  if (layout == Layout::channels_last && rank >= 3) {
    order.erase(order.begin() + 1);
    order.push_back(1);
  }
  return order;
}

}  // namespace

TensorView TensorView::contiguous(const TensorType& type, Layout layout) {
  TensorView view{type.dtype, type.shape, std::vector<int64_t>(type.shape.rank())};
  const auto order = memory_order(type.shape.rank(), layout);
  int64_t stride = 1;
  for (auto axis = order.rbegin(); axis != order.rend(); ++axis) {
    view.strides[*axis] = stride;
    stride *= type.shape[*axis];
  }
  return view;
}

bool TensorView::is_contiguous(Layout layout) const {
  const TensorView fresh = contiguous({dtype, shape}, layout);
  for (int axis = 0; axis < rank(); ++axis) {
    if (shape[axis] != 1 && strides[axis] != fresh.strides[axis]) return false;
  }
  return true;
}

bool TensorView::channels_innermost() const {
  return rank() >= 2 && (strides[1] == 1 || shape[1] == 1);
}

int64_t TensorView::span() const {
  int64_t last = 0;
  for (int axis = 0; axis < rank(); ++axis) {
    if (shape[axis] == 0) return 0;
    last += (shape[axis] - 1) * strides[axis];
  }
  return last + 1;
}

std::string TensorView::str() const {
  return fmt::format("{} strides [{}]", TensorType{dtype, shape}.str(), fmt::join(strides, ","));
}

bool TensorView::pixels_even() const {
  int64_t expected = -1;
  for (int axis = rank() - 1; axis >= 0; --axis) {
    if (axis == 1 || shape[axis] == 1) continue;
    if (expected >= 0 && strides[axis] != expected) return false;
    expected = strides[axis] * shape[axis];
  }
  return true;
}

bool satisfies(const TensorView& view, Demand demand) {
  switch (demand) {
    case Demand::any:
      return true;
    case Demand::row_major:
      return view.is_contiguous(Layout::row_major);
    case Demand::channels_last:
      return view.channels_innermost();
    case Demand::even_pixels:
      return view.channels_innermost() && view.pixels_even();
  }
  return false;
}

}  // namespace convoy
