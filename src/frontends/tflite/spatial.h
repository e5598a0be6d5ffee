// What convolutions and pools have in common: windows with TFLite's padding.
#pragma once

#include "frontends/tflite/node_import.h"
#include "ops/window2d.h"

namespace convoy::tflite_frontend {

struct Stride2d {
  int64_t h, w;
};

/// The window of a kernel over `plane` rows and columns. SAME gives ceil(extent / stride) outputs, with the odd
/// element of padding at the end; VALID has none. Throws Error for values that are out of range.
Window2d window_of(const Extent2d& plane, const Extent2d& kernel, tflite::Padding padding, const Stride2d& stride,
                   const Extent2d& dilation = {});

/// Rows and columns of a value N,H,W,C. Throws Error unless it is of rank 4.
Extent2d plane_of(const TensorType& type);

}  // namespace convoy::tflite_frontend
