#include "frontends/tflite/spatial.h"

#include <algorithm>

#include "ops/attribute_checks.h"
#include "support/int_math.h"

namespace convoy::tflite_frontend {

Window2d window_of(const Extent2d& plane, const Extent2d& kernel, tflite::Padding padding, const Stride2d& stride,
                   const Extent2d& dilation) {
  Window2d window;
  window.strides = {stride.h, stride.w};
  window.dilations = {dilation.h, dilation.w};
  window.check();
  const int64_t extents[] = {plane.h, plane.w}, kernels[] = {kernel.h, kernel.w};
  for (int axis = 0; axis < 2; ++axis) {
    expect_range(kernels[axis], 1, kMaxExtent, "kernel extent");
    expect_range(extents[axis], 0, kMaxExtent, "src extent");
    if (padding == tflite::Padding::VALID) continue;
    const int64_t outputs = ceil_div(extents[axis], window.strides[axis]);
    const int64_t covered = (outputs - 1) * window.strides[axis] + window.span(axis, kernels[axis]);
    const int64_t total = std::max<int64_t>(0, covered - extents[axis]);
    window.pads[axis] = total / 2;
    window.pads[axis + 2] = total - total / 2;
  }
  return window;
}

Extent2d plane_of(const TensorType& type) {
  if (type.shape.rank() != 4) invalid_input("src is {}, expected NxHxWxC", type.str());
  return {type.shape[1], type.shape[2]};
}

}  // namespace convoy::tflite_frontend
