// Walking N-D tensors: what the reference loops of all operators share. Offsets and strides are in
// elements; a stride of 0 repeats an element (broadcasting), a negative one walks backwards.
#pragma once

#include <convoy/tensor.h>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "graph/op.h"
#include "support/dtypes.h"

namespace convoy {

/// Calls `fn(std::span<const int64_t> index)` for every index of `shape`, last axis fastest.
template <class Fn>
void for_each_index(const Shape& shape, Fn&& fn) {
  if (shape.elems() == 0) return;
  std::vector<int64_t> index(shape.rank(), 0);
  while (true) {
    fn(std::span<const int64_t>(index));
    int axis = shape.rank() - 1;
    while (axis >= 0 && ++index[axis] == shape[axis]) index[axis--] = 0;
    if (axis < 0) return;
  }
}

/// Offset of the element at `index`: the sum of index[i] * strides[i].
inline int64_t offset_of(std::span<const int64_t> index, std::span<const int64_t> strides) {
  int64_t offset = 0;
  for (size_t i = 0; i < index.size(); ++i) offset += index[i] * strides[i];
  return offset;
}

/// Walks `shape` with N tensors at once: calls `fn(int64_t linear, const std::array<int64_t, N>& offsets)`
/// where `linear` counts the calls and offsets[i] follows strides[i] (one stride an axis of `shape`).
template <size_t N, class Fn>
void for_each_offset(const Shape& shape, const std::array<std::vector<int64_t>, N>& strides, Fn&& fn) {
  const int64_t elems = shape.elems();
  std::vector<int64_t> index(shape.rank(), 0);
  std::array<int64_t, N> offsets{};
  for (int64_t linear = 0; linear < elems; ++linear) {
    fn(linear, offsets);
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
      const bool wraps = ++index[axis] == shape[axis];
      const int64_t steps = wraps ? 1 - shape[axis] : 1;
      for (size_t i = 0; i < N; ++i) offsets[i] += steps * strides[i][axis];
      if (!wraps) break;
      index[axis] = 0;
    }
  }
}

/// Strides that read a tensor of shape `from` by indices of `to`, to which `from` broadcasts (numpy's
/// rule: axes align at the last one): 0 along axes that are repeated.
std::vector<int64_t> broadcast_strides(const Shape& from, const Shape& to);

/// The region of a tensor of shape `from` that `output`, a region of the shape it broadcasts to, reads.
Region broadcast_region(const Shape& from, const Region& output);

}  // namespace convoy
