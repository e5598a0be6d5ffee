// Batch normalisation at inference: dst = (src - mean[c]) / sqrt(variance[c] + epsilon) * scale[c] + bias[c],
// where c is the index along axis 1. Inputs: src N,C,...; scale, bias, mean, variance: C each, of any
// floating-point type.
#pragma once

#include "graph/op.h"

namespace convoy {

struct BatchNorm : OpBase<BatchNorm> {
  static constexpr const char* kName = "batch_norm";
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
