#include "ops/window2d.h"

#include <algorithm>

#include "ops/attribute_checks.h"
#include "support/int_math.h"

namespace convoy {
namespace {

constexpr const char* kAxisWords[] = {"rows", "columns"};

}  // namespace

void Window2d::check() const {
  expect_count(strides, 2, "strides");
  expect_count(dilations, 2, "dilations");
  expect_count(pads, 4, "pads");
  for (int64_t stride : strides) expect_range(stride, 1, kMaxExtent, "stride");
  for (int64_t dilation : dilations) expect_range(dilation, 1, kMaxExtent, "dilation");
  for (int64_t pad : pads) expect_range(pad, 0, kMaxExtent, "pad");
}

int64_t Window2d::output_extent(int axis, int64_t input, int64_t kernel, bool ceil_mode) const {
  check();
  expect_range(kernel, 1, kMaxExtent, "kernel extent");
  expect_range(input, 0, kMaxExtent, "src extent");
  const int64_t pad_begin = pads[axis], stride = strides[axis];
  const int64_t padded = input + pad_begin + pads[axis + 2];
  const int64_t covered = span(axis, kernel);
  if (covered > padded) {
    invalid_input("kernel {} with dilation {} covers {} {}, but src has {} and pads {} + {}", kernel, dilations[axis],
                  covered, kAxisWords[axis], input, pad_begin, pads[axis + 2]);
  }
  if (!ceil_mode) return (padded - covered) / stride + 1;
  const int64_t extent = ceil_div(padded - covered, stride) + 1;
  const bool starts_outside = extent > 1 && (extent - 1) * stride >= input + pad_begin;
  return extent - starts_outside;
}

std::pair<int64_t, int64_t> Window2d::input_range(int axis, int64_t begin, int64_t end, int64_t kernel) const {
  const int64_t first = begin * strides[axis] - pads[axis];
  if (begin >= end) return {first, first};
  return {first, (end - 1) * strides[axis] - pads[axis] + span(axis, kernel)};
}

Range Window2d::taps_within(int axis, int64_t out, int64_t kernel, const Range& positions) const {
  const int64_t first = out * strides[axis] - pads[axis];
  const int64_t begin = std::max<int64_t>(0, ceil_div(positions.begin - first, dilations[axis]));
  return {begin, std::max(begin, std::min(kernel, ceil_div(positions.end - first, dilations[axis])))};
}

Region Window2d::input_region(const Extent2d& kernel, const Region& output, const Shape& src) const {
  const int64_t kernels[] = {kernel.h, kernel.w};
  Region region = output;
  for (int axis = 0; axis < 2; ++axis) {
    const Range out = range_of(output, 2 + axis);
    const auto [begin, end] = input_range(axis, out.begin, out.end, kernels[axis]);
    set_range(region, 2 + axis, clipped({begin, end}, src[2 + axis]));
  }
  return region;
}

}  // namespace convoy
