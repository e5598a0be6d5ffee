// What a group's prologue does to the anchor's first input: the input is a concatenation of segments of channels,
// each a tensor of its own that may be smaller than the input and enlarged by repeating its pixels.
#pragma once

#include <optional>
#include <vector>

#include "impls/impl.h"
#include "ops/resize.h"

namespace convoy {

/// Element (h, w) of a segment of the input is element (h / up_h, w / up_w) of `value`.
struct InputSegment {
  ValueId value;
  int64_t channels = 0;
  int64_t up_h = 1, up_w = 1;
};

/// The first input of the problem's anchor, in order of its channels; without a prologue there is one segment.
std::vector<InputSegment> input_segments(const Problem& problem);

/// How often a resize of an NCHW tensor repeats each pixel along both axes; nothing when it does anything else.
std::optional<std::pair<int64_t, int64_t>> pixel_repeats(const Resize& resize, const TensorType& src);

}  // namespace convoy
