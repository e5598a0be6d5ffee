#include "ops/index.h"
#include "ops/resize.h"
#include "support/arithmetic.h"

namespace convoy {
namespace {

/// For each index along an axis of dst, the taps with indices turned into offsets in src.
using AxisTaps = std::vector<std::vector<ResizeTap>>;

std::vector<AxisTaps> tap_tables(const Resize& op, const Shape& src) {
  const std::vector<int64_t> strides = src.strides();
  std::vector<AxisTaps> tables(src.rank());
  for (int axis = 0; axis < src.rank(); ++axis) {
    for (int64_t i = 0; i < op.shape[axis]; ++i) {
      tables[axis].push_back(op.taps(axis, i, src[axis]));
      for (ResizeTap& tap : tables[axis].back()) tap.index *= strides[axis];
    }
  }
  return tables;
}

bool extrapolates(const std::vector<AxisTaps>& tables, std::span<const int64_t> index) {
  for (size_t axis = 0; axis < index.size(); ++axis) {
    if (tables[axis][index[axis]].empty()) return true;
  }
  return false;
}

/// The weighted sum over the taps of axis `axis` and those after it.
template <class T>
double weighted_sum(const std::vector<AxisTaps>& tables, std::span<const int64_t> index, size_t axis, const T* src) {
  if (axis == index.size()) return static_cast<double>(*src);
  double sum = 0;
  for (const ResizeTap& tap : tables[axis][index[axis]]) {
    sum += tap.weight * weighted_sum(tables, index, axis + 1, src + tap.index);
  }
  return sum;
}

/// The element itself where nothing is weighted, so that 64-bit integers stay exact.
template <class T>
T nearest(const std::vector<AxisTaps>& tables, std::span<const int64_t> index, const T* src) {
  for (size_t axis = 0; axis < index.size(); ++axis) src += tables[axis][index[axis]].front().index;
  return *src;
}

template <class T>
void resample(const Resize& op, const Tensor& src, Tensor& dst) {
  const std::vector<AxisTaps> tables = tap_tables(op, src.shape());
  T* to = dst.as<T>();
  for_each_index(dst.shape(), [&](std::span<const int64_t> index) {
    if (extrapolates(tables, index)) {
      *to++ = convert_to<T>(op.extrapolation_value);
    } else if (op.mode == ResizeMode::nearest) {
      *to++ = nearest(tables, index, src.as<T>());
    } else {
      *to++ = convert_to<T>(weighted_sum(tables, index, 0, src.as<T>()));
    }
  });
}

}  // namespace

void Resize::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  visit_dtype(inputs[0]->dtype(), [&]<class T>() { resample<T>(*this, *inputs[0], outputs[0]); });
}

}  // namespace convoy
