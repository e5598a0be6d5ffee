// 2-D convolution: dst[n,oc,oh,ow] = bias[oc] + sum over ic,kh,kw of
//   src[n, g*ic_per_group + ic, oh*sh - pad_top + kh*dh, ow*sw - pad_left + kw*dw] * weights[oc,ic,kh,kw]
// with zeros outside src. Inputs: src N,C,H,W; weights O,I/group,KH,KW; bias O (optional). On integers: see
// zero_points.h.
#pragma once

#include "graph/op.h"
#include "ops/window2d.h"
#include "ops/zero_points.h"

namespace convoy {

struct Conv2d : OpBase<Conv2d> {
  static constexpr const char* kName = "conv2d";
  Window2d window;
  int64_t group = 1;
  ZeroPoints zeros;

  template <class V>
  void fields(V& v) {
    window.fields(v);
    v("group", group);
    zeros.fields(v);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
  int64_t macs(const InputTypes& inputs, const std::vector<TensorType>& outputs) const override;
};

}  // namespace convoy
