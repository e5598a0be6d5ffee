#include "ops/copy.h"

#include "ops/index.h"
#include "support/arithmetic.h"

namespace convoy {
namespace {

/// For each axis the offsets in src that the map's indices stand for; kNoSource stays.
std::vector<AxisMap> scaled(const std::vector<AxisMap>& maps, const std::vector<int64_t>& strides) {
  std::vector<AxisMap> offsets = maps;
  for (size_t axis = 0; axis < maps.size(); ++axis) {
    for (int64_t& offset : offsets[axis]) offset = offset == kNoSource ? kNoSource : offset * strides[axis];
  }
  return offsets;
}

int64_t mapped_offset(const std::vector<AxisMap>& offsets, std::span<const int64_t> index) {
  int64_t sum = 0;
  for (size_t axis = 0; axis < index.size(); ++axis) {
    const int64_t offset = offsets[axis][index[axis]];
    if (offset == kNoSource) return kNoSource;
    sum += offset;
  }
  return sum;
}

}  // namespace

void copy_strided(const Shape& shape, const Tensor& src, const StridedView& src_view, Tensor& dst,
                  const StridedView& dst_view) {
  visit_elems_of_size(size_of(src.dtype()), [&]<class T>() {
    const T* from = src.as<T>() + src_view.offset;
    T* to = dst.as<T>() + dst_view.offset;
    for_each_offset<2>(shape, {src_view.strides, dst_view.strides},
                       [&](int64_t, const auto& offsets) { to[offsets[1]] = from[offsets[0]]; });
  });
}

void copy_strided(const Shape& shape, const Tensor& src, const StridedView& src_view, Tensor& dst) {
  copy_strided(shape, src, src_view, dst, {0, shape.strides()});
}

void copy_mapped(const Tensor& src, const std::vector<AxisMap>& maps, double fill, Tensor& dst) {
  const std::vector<AxisMap> offsets = scaled(maps, src.shape().strides());
  visit_dtype(src.dtype(), [&]<class T>() {
    const T* from = src.as<T>();
    T* to = dst.as<T>();
    const T filler = convert_to<T>(fill);
    for_each_index(dst.shape(), [&](std::span<const int64_t> index) {
      const int64_t offset = mapped_offset(offsets, index);
      *to++ = offset == kNoSource ? filler : from[offset];
    });
  });
}

}  // namespace convoy
