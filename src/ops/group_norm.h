// Group normalisation: channels are divided into `groups` of consecutive ones; each group of each image is
// normalised by its own mean and (biased) variance, then scaled per channel:
//   dst = (src - mean[n,g]) / sqrt(variance[n,g] + epsilon) * scale[c] + bias[c].
// Inputs: src N,C,...; scale and bias: C each.
#pragma once

#include "graph/op.h"

namespace convoy {

struct GroupNorm : OpBase<GroupNorm> {
  static constexpr const char* kName = "group_norm";
  int64_t groups = 1;
  double epsilon = 1e-5;

  template <class V>
  void fields(V& v) {
    v("groups", groups);
    v("epsilon", epsilon);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

}  // namespace convoy
