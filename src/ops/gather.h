// Slices of `data` picked by number: dst[a..., i..., b...] = data[a..., indices[i...], b...], where a... are
// the axes of data before `axis` and b... those after it. Indices (any integer type) may count from the end;
// one that is out of range is an error. Inputs: data, indices.
#pragma once

#include "graph/op.h"

namespace convoy {

struct Gather : OpBase<Gather> {
  static constexpr const char* kName = "gather";
  int64_t axis = 0;  ///< may count from the end

  template <class V>
  void fields(V& v) {
    v("axis", axis);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

}  // namespace convoy
