// Softmax along one axis: dst[i] = exp(src[i] - m) / sum over j of exp(src[j] - m), m = max src[j];
// with `log`, its logarithm: src[i] - m - log(sum over j of exp(src[j] - m)).
#pragma once

#include "graph/op.h"

namespace convoy {

struct Softmax : OpBase<Softmax> {
  static constexpr const char* kName = "softmax";
  int64_t axis = -1;  ///< may count from the end
  bool log = false;

  template <class V>
  void fields(V& v) {
    v("axis", axis);
    v("log", log);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

}  // namespace convoy
