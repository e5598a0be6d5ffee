// Axes in another order: axis i of dst is axis perm[i] of src.
#pragma once

#include "graph/op.h"

namespace convoy {

struct Transpose : OpBase<Transpose> {
  static constexpr const char* kName = "transpose";
  std::vector<int64_t> perm;

  template <class V>
  void fields(V& v) {
    v("perm", perm);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

}  // namespace convoy
