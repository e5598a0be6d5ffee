// Joins one or more tensors along an axis; the other extents and the dtypes are equal.
#pragma once

#include "graph/op.h"

namespace convoy {

struct Concat : OpBase<Concat> {
  static constexpr const char* kName = "concat";
  int64_t axis = 0;

  template <class V>
  void fields(V& v) {
    v("axis", axis);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

}  // namespace convoy
