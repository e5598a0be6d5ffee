#include "ops/pool2d.h"

#include <algorithm>

#include "ops/attribute_checks.h"
#include "ops/checks.h"

namespace convoy {

Shape pooled_shape(const TensorType& src, const std::vector<int64_t>& kernel, const Window2d& window, bool ceil_mode) {
  expect_rank(src, 4, "src");
  expect_count(kernel, 2, "kernel");
  Shape shape = src.shape;
  for (int axis = 0; axis < 2; ++axis) {
    shape[2 + axis] = window.output_extent(axis, src.shape[2 + axis], kernel[axis], ceil_mode);
    const int64_t span = window.span(axis, kernel[axis]);
    for (int64_t pad : {window.pads[axis], window.pads[axis + 2]}) {
      if (pad >= span) {
        invalid_input("pad {} is not smaller than the {} {} that the kernel covers", pad, span,
                      axis == 0 ? "rows" : "columns");
      }
    }
  }
  return shape;
}

int64_t pooling_steps(const TensorType& src, const std::vector<int64_t>& kernel, const TensorType& dst) {
  const int64_t window = std::min(kernel[0], src.shape[2]) * std::min(kernel[1], src.shape[3]);
  return src.shape.elems() + dst.shape.elems() * std::max<int64_t>(1, window);
}

}  // namespace convoy
