// Products of the quantised numbers along some axes, as TFLite's reference kernel computes REDUCE_PROD. With x[i] =
// src - src_zero of the n elements that fall together, in their order in memory, and scale(p) = round(p * factor),
//   p[1] = x[1],  p[i] = scale(p[i - 1] * x[i]),  dst = clamp(dst_zero + scale(p[n]))
// The factor, multiplier / 2^31 * 2^shift, is the scale of src divided by the n-th root of dst's, and its multiplier is
// rounded to 16 bits. src is i8 or i16, dst has its type. The reduced axes keep extent 1 when `keepdims` is set; no
// axes means none. Source: TFLite's kernels/internal/reference/reduce.h (QuantizedReduceProd).
#pragma once

#include "graph/op.h"

namespace convoy {

struct QuantizedProduct : OpBase<QuantizedProduct> {
  static constexpr const char* kName = "quantized_product";
  std::vector<int64_t> axes;
  bool keepdims = true;
  int64_t src_zero = 0, dst_zero = 0;
  int64_t multiplier = 1 << 30, shift = 1;

  template <class V>
  void fields(V& v) {
    v("axes", axes);
    v("keepdims", keepdims);
    v("src_zero", src_zero);
    v("dst_zero", dst_zero);
    v("multiplier", multiplier);
    v("shift", shift);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

}  // namespace convoy
