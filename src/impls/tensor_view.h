// Where the elements of a tensor lie: strides per axis of its logical shape. Layouts, concatenation in
// place, slices and transpositions without copies are all views.
#pragma once

#include <convoy/tensor.h>

#include <string>
#include <vector>

namespace convoy {

/// Order of a freshly allocated tensor's axes in memory.
enum class Layout {
  row_major,      ///< N, C, H, W: innermost axis last
  channels_last,  ///< N, H, W, C: axis 1 innermost; equal to row_major below rank 3
};
const char* to_string(Layout layout);

struct TensorView {
  DType dtype = DType::f32;
  Shape shape;
  std::vector<int64_t> strides;  ///< in elements, one per axis of shape; 0 repeats one element

  static TensorView contiguous(const TensorType& type, Layout layout);

  int rank() const { return shape.rank(); }
  int64_t stride(int axis) const { return strides[axis]; }
  /// True when the elements lie as in a freshly allocated tensor of this layout (axes of extent 1 do not
  /// count).
  bool is_contiguous(Layout layout) const;
  /// True when axis 1 (channels) has stride 1 or extent 1: what kernels that run vectors over channels need.
  bool channels_innermost() const;
  /// True when axes other than that of the channels are one axis, but for its shape: no gaps between rows or images.
  bool pixels_even() const;
  /// Elements from the first to one past the last.
  int64_t span() const;
  /// "f32[1x64x56x56] strides [...]".
  std::string str() const;
  bool operator==(const TensorView&) const = default;
};

/// What an implementation asks of an input's memory.
enum class Demand {
  any,            ///< any strides
  row_major,      ///< contiguous, row-major
  channels_last,  ///< channels_innermost(); other strides are free
  even_pixels,    ///< channels_last, and every pixel of the tensor as far behind the one before it
};

bool satisfies(const TensorView& view, Demand demand);

}  // namespace convoy
