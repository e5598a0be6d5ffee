// Transposed convolution as one convolution of stride 1 that computes all sub-pixel phases at once, with different
// channels for each. Output rows are counted from the first of the padding: with stride s, those of pixel q are
// s*q + r - pad, r in [0, s), and
//
//   dst[s*q + r - pad] = sum over a of src[q - a] * weights[s*a + r],   a < ceil(K / s),
//
// so that all phases r read the same pixels. Where the window is no multiple of the stride, some taps of some phases
// are zero. Rows of the first and of the last pixel lie outside the output (SubPixels).
#pragma once

#include "impls/conv2d/geometry.h"
#include "impls/conv2d/sub_pixels.h"

namespace convoy {

struct AllPhases {
  ConvGeometry geometry;  ///< one group; strides of dst are those of the output
  SubPixels sub_pixels;
};

/// Why a transposed convolution is not computed so; "" when it can be.
std::string all_phases_refusal(const Problem& problem);
AllPhases all_phases(const Problem& problem);

/// The weights: O of the geometry, I, rows and columns of its window, zero where there are none.
Tensor all_phases_weights(const AllPhases& phases, const Tensor& weights, int lanes);
/// The bias of the geometry's channels.
Tensor all_phases_bias(const AllPhases& phases, const Tensor* bias, int lanes);

}  // namespace convoy
