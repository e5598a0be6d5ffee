// From an output index of resize to the elements of src it is computed from, along one axis.
#include <algorithm>
#include <cmath>

#include "ops/resize.h"
#include "support/error.h"

namespace convoy {
namespace {

/// One axis of a resize: extents and scale.
struct Axis {
  double n, m;   ///< elements of src and dst
  double scale;  ///< m / n unless given
  bool exact;    ///< scale is m / n: computing with m and n avoids its rounding
  double roi_begin, roi_end;

  double unscaled(double i) const { return exact ? i * n / m : i / scale; }
  /// What m would be before rounding to a whole number.
  double length() const { return exact ? m : n * scale; }
};

Axis axis_of(const Resize& op, int axis, int64_t extent) {
  const auto n = static_cast<double>(extent), m = static_cast<double>(op.shape[axis]);
  const bool exact = op.scales.empty(), crops = op.coordinates == CoordinateMode::tf_crop_and_resize;
  return {n,
          m,
          exact ? m / n : op.scales[axis],
          exact,
          crops ? op.roi[axis] : 0,
          crops ? op.roi[op.shape.rank() + axis] : 1};
}

double crop_position(const Axis& axis, double i) {
  const double last = axis.n - 1;
  if (axis.m == 1) return (axis.roi_begin + axis.roi_end) / 2 * last;
  return axis.roi_begin * last + i * (axis.roi_end - axis.roi_begin) * last / (axis.m - 1);
}

double position(CoordinateMode mode, const Axis& axis, double i) {
  switch (mode) {
    case CoordinateMode::half_pixel:
      return axis.unscaled(i + 0.5) - 0.5;
    case CoordinateMode::half_pixel_symmetric:
      return axis.n / 2 + axis.unscaled(i + 0.5 - axis.m / 2) - 0.5;
    case CoordinateMode::pytorch_half_pixel:
      return axis.m == 1 ? 0 : axis.unscaled(i + 0.5) - 0.5;
    case CoordinateMode::align_corners:
      // Less than one whole element can remain where a given scale is not m / n.
      return axis.m == 1 || axis.length() <= 1 ? 0 : i * (axis.n - 1) / (axis.length() - 1);
    case CoordinateMode::asymmetric:
      return axis.unscaled(i);
    case CoordinateMode::tf_crop_and_resize:
      return crop_position(axis, i);
    case CoordinateMode::tf_half_pixel_for_nn:
      return axis.unscaled(i + 0.5);
  }
  internal_error("coordinate mode {}", static_cast<int>(mode));
}

double rounded(NearestMode mode, double position) {
  switch (mode) {
    case NearestMode::round_prefer_floor:
      return std::ceil(position - 0.5);
    case NearestMode::round_prefer_ceil:
      return std::floor(position + 0.5);
    case NearestMode::floor:
      return std::floor(position);
    case NearestMode::ceil:
      return std::ceil(position);
  }
  internal_error("nearest mode {}", static_cast<int>(mode));
}

double linear_kernel(double x) {
  return std::max(0.0, 1 - std::abs(x));
}

/// Keys' cubic convolution kernel, "Cubic convolution interpolation for digital image processing", 1981.
double cubic_kernel(double x, double a) {
  x = std::abs(x);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return 0;
}

/// Adds `weight` to the tap at `index`, which is the last one's or the next.
void add_weight(std::vector<ResizeTap>& taps, int64_t index, double weight) {
  if (taps.empty() || taps.back().index != index) taps.push_back({index, 0});
  taps.back().weight += weight;
}

/// Elements within the kernel's reach of `position`; those beyond the edges count for the edges.
std::vector<ResizeTap> kernel_taps(const Resize& op, double position, double scale, int64_t extent) {
  const double shrink = op.antialias ? std::min(scale, 1.0) : 1.0;
  const double reach = (op.mode == ResizeMode::linear ? 1 : 2) / shrink;
  const auto last = static_cast<double>(extent - 1);
  std::vector<ResizeTap> taps;
  double sum = 0;
  for (double i = std::floor(position - reach) + 1; i < position + reach; ++i) {
    const double x = (i - position) * shrink;
    const double weight = op.mode == ResizeMode::linear ? linear_kernel(x) : cubic_kernel(x, op.cubic_coeff_a);
    if (weight == 0 || (op.exclude_outside && (i < 0 || i > last))) continue;
    add_weight(taps, static_cast<int64_t>(std::clamp(i, 0.0, last)), weight);
    sum += weight;
  }
  if (taps.empty()) return {{static_cast<int64_t>(std::clamp(position, 0.0, last)), 1}};  // all were excluded
  const bool normalise = (op.antialias || op.exclude_outside) && sum != 0;
  for (ResizeTap& tap : taps) tap.weight /= normalise ? sum : 1;
  return taps;
}

}  // namespace

std::vector<ResizeTap> Resize::taps(int axis, int64_t i, int64_t extent) const {
  const Axis geometry = axis_of(*this, axis, extent);
  const auto last = static_cast<double>(extent - 1);
  const double found = position(coordinates, geometry, static_cast<double>(i));
  if (coordinates == CoordinateMode::tf_crop_and_resize && !(found >= 0 && found <= last)) return {};
  if (mode == ResizeMode::nearest) {
    return {{static_cast<int64_t>(std::clamp(rounded(nearest, found), 0.0, last)), 1}};
  }
  return kernel_taps(*this, found, geometry.scale, extent);
}

}  // namespace convoy
