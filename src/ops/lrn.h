// Local response normalisation across channels:
//   dst[n,c,...] = src[n,c,...] / (bias + alpha/size * sum of src[n,i,...]^2)^beta
// with i from c - floor((size-1)/2) to c + ceil((size-1)/2), clipped to the channels. Input: src N,C,...
#pragma once

#include "graph/op.h"
#include "ops/region.h"

namespace convoy {

struct Lrn : OpBase<Lrn> {
  static constexpr const char* kName = "lrn";
  int64_t size = 1;
  double alpha = 1e-4, beta = 0.75, bias = 1;

  template <class V>
  void fields(V& v) {
    v("size", size);
    v("alpha", alpha);
    v("beta", beta);
    v("bias", bias);
  }
  /// Channels that output channels `out` are computed from.
  Range channels(const Range& out, int64_t channel_count) const;

  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
  int64_t reference_steps(const InputTypes& inputs, const std::vector<TensorType>& outputs) const override;
};

}  // namespace convoy
