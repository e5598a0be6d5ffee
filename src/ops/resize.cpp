#include "ops/resize.h"

#include <algorithm>
#include <cmath>

#include "ops/attribute_checks.h"
#include "ops/checks.h"
#include "ops/region.h"

namespace convoy {
namespace {

/// Longer axes are refused: tables with the taps of every element are made of each.
constexpr int64_t kMaxAxis = int64_t{1} << 20;

/// `shape` is extent * scale rounded (or rounded down): so no kernel is much wider than src.
void check_scale(const Resize& op, int axis, const Shape& src) {
  if (op.scales.empty()) return;
  const double scale = op.scales[axis];
  if (!std::isfinite(scale) || scale <= 0) invalid_input("scale {} is out of range, expected more than 0", scale);
  if (op.coordinates == CoordinateMode::tf_crop_and_resize) return;
  const double expected = static_cast<double>(src[axis]) * scale;
  const double excess = expected - static_cast<double>(op.shape[axis]);
  if (excess < -0.501 || excess > 1.001) {  // some room, for scales are often rounded to float
    invalid_input("scale {} of axis {} makes {} elements from src {}, but shape is {}", scale, axis, expected,
                  src.str(), op.shape.str());
  }
}

void check_modes(const Resize& op) {
  if (op.antialias && op.mode == ResizeMode::nearest) invalid_input("antialias needs mode linear or cubic");
  if (op.antialias && op.coordinates == CoordinateMode::tf_crop_and_resize) {
    unsupported("antialias is not supported with tf_crop_and_resize, with the other coordinate modes it is");
  }
  if (!std::isfinite(op.cubic_coeff_a)) invalid_input("cubic_coeff_a {} is not finite", op.cubic_coeff_a);
}

void check_roi(const Resize& op, int rank) {
  if (op.coordinates != CoordinateMode::tf_crop_and_resize) return;
  expect_count(op.roi, 2 * static_cast<size_t>(rank), "roi");
  for (double bound : op.roi) {
    if (!std::isfinite(bound)) invalid_input("roi has {}, expected finite numbers", bound);
  }
}

}  // namespace

std::vector<TensorType> Resize::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 1);
  const TensorType& src = *inputs[0];
  const int rank = src.shape.rank();
  if (mode != ResizeMode::nearest && src.dtype == DType::boolean) {
    invalid_input("src is {}, expected a number type for mode {}", src.str(), enum_word(mode));
  }
  expect_count(shape.dims(), rank, "shape");
  if (!scales.empty()) expect_count(scales, rank, "scales");
  check_modes(*this);
  check_roi(*this, rank);
  for (int axis = 0; axis < rank; ++axis) {
    expect_range(src.shape[axis], 0, kMaxAxis, "src extent");
    expect_range(shape[axis], 0, kMaxAxis, "shape");
    if (src.shape[axis] == 0 && shape[axis] > 0) invalid_input("src {} has no elements to resize", src.str());
    check_scale(*this, axis, src.shape);
  }
  return {{src.dtype, shape}};
}

Region Resize::input_region(int index, const Region& output, const InputTypes& inputs) const {
  const Shape& src = inputs[0]->shape;
  Region region = output;
  for (int axis = 0; axis < src.rank(); ++axis) {
    Range needed;
    for (int64_t i = output.begin[axis]; i < output.end[axis]; ++i) {
      const std::vector<ResizeTap> found = taps(axis, i, src[axis]);
      if (!found.empty()) needed = hull(needed, {found.front().index, found.back().index + 1});
    }
    if (needed.empty()) return empty_region(src);
    set_range(region, axis, needed);
  }
  return region;
}

int64_t Resize::reference_steps(const InputTypes& inputs, const std::vector<TensorType>& outputs) const {
  const Shape& src = inputs[0]->shape;
  double steps = static_cast<double>(src.elems() + outputs[0].shape.elems());
  for (int axis = 0; axis < src.rank() && mode != ResizeMode::nearest; ++axis) {
    const auto extent = static_cast<double>(src[axis]), dst_extent = std::max<double>(1, shape[axis]);
    const double widened = antialias ? std::max(1.0, extent / dst_extent) : 1;
    steps *= std::min(widened * (mode == ResizeMode::linear ? 2 : 4), extent);
  }
  return static_cast<int64_t>(std::min(steps, 1e18));
}

}  // namespace convoy
