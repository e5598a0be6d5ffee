// A regular part of a tensor: dst[i, j, ...] = src[begin[0] + i*step[0], begin[1] + j*step[1], ...]. Steps may
// be negative; every element lies inside src (importers clamp).
#pragma once

#include "graph/op.h"

namespace convoy {

struct Slice : OpBase<Slice> {
  static constexpr const char* kName = "slice";
  std::vector<int64_t> begin, size, step;  ///< one an axis

  template <class V>
  void fields(V& v) {
    v("begin", begin);
    v("size", size);
    v("step", step);
  }
  /// All of a tensor of this shape: what importers start from.
  static Slice whole(const Shape& shape);

  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

}  // namespace convoy
