// Output pixels that a kernel computes together: each pixel of its own grid stands for h x w of the output, whose
// values are different channels of the kernel. Kernels whose channels lie in vectors give every sub-pixel whole
// vectors, or put several into one where channels are few.
#pragma once

#include <cstdint>
#include <string>

namespace convoy {

struct SubPixels {
  int64_t h = 1, w = 1;                         ///< of each pixel; number r_h * w + r_w
  int64_t crop_h = 0, crop_w = 0;               ///< sub-pixels above and left of the output's first, which are dropped
  int64_t rows = 0, columns = 0, channels = 0;  ///< of the output; unused where there is one sub-pixel

  /// Sub-pixels along each axis whose window is whole; the first tap of the others is zero.
  int64_t whole_h = 1, whole_w = 1;

  int64_t count() const { return h * w; }
  bool has_zeros() const { return whole_h < h || whole_w < w; }
  /// Vectors of channels of a sub-pixel that shares none.
  int64_t vectors(int lanes) const;
  /// Sub-pixels that share a vector.
  int64_t shared(int lanes) const;
  /// The kernel's channel that is channel `o` of a sub-pixel.
  int64_t channel(int64_t sub_pixel, int64_t o, int lanes) const;
  /// The kernel's channels: where there are several sub-pixels, whole vectors.
  int64_t kernel_channels(int lanes) const;
  std::string key() const;
};

}  // namespace convoy
