// Layer normalisation over all axes from `axis` on, with the mean and (biased) variance of each such slice:
//   dst = (src - mean) / sqrt(variance + epsilon) * scale + bias.
// Inputs: src; scale and bias (optional), which broadcast to the normalised axes.
#pragma once

#include "graph/op.h"

namespace convoy {

struct LayerNorm : OpBase<LayerNorm> {
  static constexpr const char* kName = "layer_norm";
  int64_t axis = 1;
  double epsilon = 1e-5;

  template <class V>
  void fields(V& v) {
    v("axis", axis);
    v("epsilon", epsilon);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

}  // namespace convoy
