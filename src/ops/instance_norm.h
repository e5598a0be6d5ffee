// Instance normalisation: each channel of each image is normalised by its own mean and (biased) variance,
//   dst = (src - mean[n,c]) / sqrt(variance[n,c] + epsilon) * scale[c] + bias[c].
// Inputs: src N,C,...; scale and bias: C each.
#pragma once

#include "graph/op.h"

namespace convoy {

struct InstanceNorm : OpBase<InstanceNorm> {
  static constexpr const char* kName = "instance_norm";
  double epsilon = 1e-5;

  template <class V>
  void fields(V& v) {
    v("epsilon", epsilon);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

}  // namespace convoy
