#include "ops/pad.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/attribute_checks.h"
#include "ops/checks.h"
#include "ops/region.h"

namespace convoy {
namespace {

/// Where the elements that are copied as they are lie along an axis: dst [dst_begin, dst_begin + count) is src
/// [src_begin, src_begin + count). `count` is negative when more is removed than there is.
struct Kept {
  int64_t dst_begin, src_begin, count;
};

Kept kept(const Pad& op, int axis, int64_t extent) {
  const int64_t begin = op.begin[axis], end = op.end[axis];
  return {std::max<int64_t>(begin, 0), std::max<int64_t>(-begin, 0),
          extent + std::min<int64_t>(begin, 0) + std::min<int64_t>(end, 0)};
}

int64_t positive_modulo(int64_t a, int64_t b) {
  return (a % b + b) % b;
}

int64_t mirrored(int64_t position, int64_t count) {
  if (count == 1) return 0;
  const int64_t period = 2 * (count - 1), phase = positive_modulo(position, period);
  return phase < count ? phase : period - phase;
}

template <class T>
bool holds(double value) {
  if constexpr (kIsFloat<T>) {
    return true;
  } else if constexpr (kIsBool<T>) {
    return value == 0 || value == 1;
  } else {
    // The upper limit is exact as max + 1, a power of two, even where max itself is not a double.
    const double limit = std::ldexp(1.0, std::numeric_limits<T>::digits);
    return value >= static_cast<double>(std::numeric_limits<T>::min()) && value < limit && value == std::floor(value);
  }
}

void check_value(double value, const TensorType& src) {
  const bool fits = visit_dtype(src.dtype, [&]<class T>() { return holds<T>(value); });
  if (!fits) invalid_input("value {} is no value of src's type {}", value, to_string(src.dtype));
}

}  // namespace

int64_t Pad::source(int axis, int64_t i, int64_t extent) const {
  const auto [dst_begin, src_begin, count] = kept(*this, axis, extent);
  const int64_t position = i - dst_begin;
  if (position >= 0 && position < count) return src_begin + position;
  switch (mode) {
    case PadMode::constant:
      return kNoSource;
    case PadMode::edge:
      return src_begin + std::clamp<int64_t>(position, 0, count - 1);
    case PadMode::reflect:
      return src_begin + mirrored(position, count);
    case PadMode::wrap:
      return src_begin + positive_modulo(position, count);
  }
  internal_error("pad mode {}", static_cast<int>(mode));
}

std::vector<TensorType> Pad::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 1);
  const TensorType& src = *inputs[0];
  expect_extents(src, "src");
  expect_count(begin, src.shape.rank(), "begin");
  expect_count(end, src.shape.rank(), "end");
  if (mode == PadMode::constant) check_value(value, src);
  TensorType dst = src;
  for (int axis = 0; axis < src.shape.rank(); ++axis) {
    expect_range(begin[axis], -kMaxExtent, kMaxExtent, "pad");
    expect_range(end[axis], -kMaxExtent, kMaxExtent, "pad");
    dst.shape[axis] += begin[axis] + end[axis];
    const int64_t count = kept(*this, axis, src.shape[axis]).count;
    if (dst.shape[axis] < 0) {
      invalid_input("pads {} and {} remove more than the {} elements along axis {} of src {}", begin[axis], end[axis],
                    src.shape[axis], axis, src.str());
    }
    if (mode != PadMode::constant && count < 1 && dst.shape[axis] > 0) {
      invalid_input("mode {} needs an element along axis {} to repeat, but src is {} with pads {} and {}",
                    enum_word(mode), axis, src.str(), begin[axis], end[axis]);
    }
  }
  return {dst};
}

void Pad::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const Shape &src = inputs[0]->shape(), &dst = outputs[0].shape();
  std::vector<AxisMap> maps(src.rank());
  for (int axis = 0; axis < src.rank(); ++axis) {
    for (int64_t i = 0; i < dst[axis]; ++i) maps[axis].push_back(source(axis, i, src[axis]));
  }
  copy_mapped(*inputs[0], maps, mode == PadMode::constant ? value : 0, outputs[0]);
}

Region Pad::input_region(int index, const Region& output, const InputTypes& inputs) const {
  const Shape& src = inputs[0]->shape;
  Region region = output;
  for (int axis = 0; axis < src.rank(); ++axis) {
    const auto [dst_begin, src_begin, count] = kept(*this, axis, src[axis]);
    const Range out = range_of(output, axis);
    Range needed;
    for (int64_t i = out.begin; i < out.end; ++i) {
      const bool inside = i >= dst_begin && i < dst_begin + count;
      const int64_t last = inside ? std::min(out.end, dst_begin + count) - 1 : i;
      const int64_t from = source(axis, i, src[axis]);
      if (from != kNoSource) needed = hull(needed, {from, from + last - i + 1});
      i = last;
    }
    set_range(region, axis, needed);
  }
  return region;
}

}  // namespace convoy
