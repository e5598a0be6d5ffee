// Operators that could work in any layout keep that of their input.
#pragma once

#include "impls/tensor_view.h"

namespace convoy {

/// channels_last for a view whose channels lie innermost, unless it is row-major as well.
inline Layout layout_like(const TensorView& view) {
  const bool channels_last = view.rank() >= 3 && view.channels_innermost() && !view.is_contiguous(Layout::row_major);
  return channels_last ? Layout::channels_last : Layout::row_major;
}

}  // namespace convoy
