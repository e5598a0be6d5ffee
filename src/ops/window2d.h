// Sliding a window over the H and W axes of N,C,H,W tensors: the geometry that convolutions and pools share.
#pragma once

#include <utility>
#include <vector>

#include "graph/op.h"
#include "ops/region.h"

namespace convoy {

/// Rows and columns: of a kernel, of a plane.
struct Extent2d {
  int64_t h = 1, w = 1;
};

/// Output row oh reads the input rows oh*stride - pad_top + kh*dilation; columns alike. Dilation 1 is dense.
struct Window2d {
  std::vector<int64_t> strides = {1, 1};
  std::vector<int64_t> dilations = {1, 1};
  std::vector<int64_t> pads = {0, 0, 0, 0};  ///< top, left, bottom, right

  template <class V>
  void fields(V& v) {
    v("strides", strides);
    v("dilations", dilations);
    v("pads", pads);
  }
  /// Throws Error when an attribute is out of range.
  void check() const;
  /// Rows (axis 0) or columns (axis 1) that a kernel covers: (kernel - 1) * dilation + 1.
  int64_t span(int axis, int64_t kernel) const { return (kernel - 1) * dilations[axis] + 1; }
  /// Output extent along `axis` (0: H, 1: W) for an input extent and kernel size; throws Error when
  /// the window does not fit or an attribute is out of range. With ceil_mode the last window may reach beyond
  /// the padding, but never starts beyond the input.
  int64_t output_extent(int axis, int64_t input, int64_t kernel, bool ceil_mode = false) const;
  /// Rows (axis 0) or columns (axis 1) of the input that outputs [begin, end) read, unclipped.
  std::pair<int64_t, int64_t> input_range(int axis, int64_t begin, int64_t end, int64_t kernel) const;

  /// The taps (indices into the kernel) of output `out` along `axis` that read inside `positions`.
  Range taps_within(int axis, int64_t out, int64_t kernel, const Range& positions) const;
  /// The rows and columns of `src` (N,C,H,W) that the rows and columns of `output` read; its images and
  /// channels are those of `output`.
  Region input_region(const Extent2d& kernel, const Region& output, const Shape& src) const;
};

/// Calls `fn(kh, kw, y, x)` for every tap of the window at output (oh, ow) that lies inside `plane`.
template <class Fn>
void for_each_tap(const Window2d& window, const Extent2d& kernel, const Extent2d& plane, int64_t oh, int64_t ow,
                  Fn&& fn) {
  const Range rows = window.taps_within(0, oh, kernel.h, {0, plane.h});
  const Range cols = window.taps_within(1, ow, kernel.w, {0, plane.w});
  for (int64_t kh = rows.begin; kh < rows.end; ++kh) {
    const int64_t y = oh * window.strides[0] - window.pads[0] + kh * window.dilations[0];
    for (int64_t kw = cols.begin; kw < cols.end; ++kw) {
      fn(kh, kw, y, ow * window.strides[1] - window.pads[1] + kw * window.dilations[1]);
    }
  }
}

}  // namespace convoy
