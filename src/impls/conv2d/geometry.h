// The sliding-window arithmetic that all convolution kernels share, transposed convolutions included.
#pragma once

#include <optional>
#include <string>

#include "impls/impl.h"

namespace convoy {

/// One spatial axis: output index o reads, for each tap t, input index o * stride + base + t * step, when
/// that lies inside [0, in). A convolution has base = -pad, step = dilation.
struct WindowAxis {
  int64_t out = 1, in = 1, taps = 1, stride = 1, base = 0, step = 1;

  int64_t input_index(int64_t o, int64_t tap) const { return o * stride + base + tap * step; }
  bool inside(int64_t o, int64_t tap) const {
    const int64_t i = input_index(o, tap);
    return i >= 0 && i < in;
  }
  /// True when every tap of every output lies inside: no borders.
  bool borderless() const;
  std::string key() const;
};

struct ConvGeometry {
  int64_t batch = 1, groups = 1;
  int64_t ic = 1, oc = 1;  ///< per group
  WindowAxis h, w;
  std::vector<int64_t> src, dst;  ///< strides of N, C, H, W in elements
  bool src_bf16 = false, dst_bf16 = false;
  bool src_transposed = false;  ///< src is bf16 without neighbouring channels being neighbours in memory

  int64_t macs() const { return batch * groups * ic * oc * h.out * w.out * h.taps * w.taps; }
  std::string key() const;
};

/// Geometry of a group anchored at a conv2d; dst strides are those of the problem's output view, or of a
/// fresh channels_last tensor while it has none.
ConvGeometry conv_geometry(const Problem& problem);

/// "3x3 s2", for tables.
std::string conv_detail(const Problem& problem);

}  // namespace convoy
