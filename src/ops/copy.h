// Moving elements without looking at them: the reference loops of operators that rearrange data.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "convoy/tensor.h"

namespace convoy {

/// Elements of a tensor at `offset + sum of index[i] * strides[i]`; strides may be 0 or negative.
struct StridedView {
  int64_t offset = 0;
  std::vector<int64_t> strides;
};

/// dst[dst_view(i)] = src[src_view(i)] for every index i of `shape`. The tensors have elements of one size.
void copy_strided(const Shape& shape, const Tensor& src, const StridedView& src_view, Tensor& dst,
                  const StridedView& dst_view);

/// The same, filling all of dst in row-major order; `shape` has as many elements as dst.
void copy_strided(const Shape& shape, const Tensor& src, const StridedView& src_view, Tensor& dst);

/// For each index along an axis of dst the index along that axis of src that it reads, or kNoSource.
using AxisMap = std::vector<int64_t>;
constexpr int64_t kNoSource = -1;

/// dst[i, j, ...] = src[maps[0][i], maps[1][j], ...], or `fill` where one of them is kNoSource. `fill` is
/// converted to the element type.
void copy_mapped(const Tensor& src, const std::vector<AxisMap>& maps, double fill, Tensor& dst);

}  // namespace convoy
