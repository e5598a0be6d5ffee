// Transposed 2-D convolution (the gradient of conv2d with respect to its input): each element of src adds
// its value times the kernel to dst,
//   dst[n, g*oc_per_group + oc, ih*sh - pad_top + kh*dh, iw*sw - pad_left + kw*dw] +=
//     src[n, g*ic_per_group + ic, ih, iw] * weights[g*ic_per_group + ic, oc, kh, kw]
// starting from bias; what falls outside dst is dropped. dst has (ih - 1)*sh + (kh - 1)*dh + 1 - pad_top -
// pad_bottom + output_padding rows. Inputs: src N,C,H,W; weights I,O/group,KH,KW; bias O (optional).
// On integers: see zero_points.h.
#pragma once

#include "graph/op.h"
#include "ops/window2d.h"
#include "ops/zero_points.h"

namespace convoy {

struct ConvTranspose2d : OpBase<ConvTranspose2d> {
  static constexpr const char* kName = "conv_transpose2d";
  Window2d window;
  std::vector<int64_t> output_padding = {0, 0};  ///< rows and columns appended to dst
  int64_t group = 1;
  ZeroPoints zeros;

  template <class V>
  void fields(V& v) {
    window.fields(v);
    v("output_padding", output_padding);
    v("group", group);
    zeros.fields(v);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
  int64_t macs(const InputTypes& inputs, const std::vector<TensorType>& outputs) const override;
};

}  // namespace convoy
