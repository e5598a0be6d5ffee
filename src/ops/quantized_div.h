// Quotients of quantised numbers, as TFLite's reference kernels compute them:
//   dst = clamp(dst_zero + round((lhs - lhs_zero) / (rhs - rhs_zero) * multiplier / 2^(31 - shift)), low, high)
// Inputs: lhs and rhs (i8, u8 or i16, of one type, which dst gets; they broadcast). The reciprocal is a fixed-point
// number by Newton's method, each of the two products is rounded. Quotients that are too small for TFLite's shifts,
// less than half a step, become dst_zero, and those that are too large saturate: TFLite leaves both undefined. It
// refuses to divide by zero; here such quotients saturate, and 0 / 0 is dst_zero. Source: TFLite's
// kernels/internal/reference/div.h.
#pragma once

#include "graph/op.h"
#include "ops/requantize.h"

namespace convoy {

struct QuantizedDiv : OpBase<QuantizedDiv> {
  static constexpr const char* kName = "quantized_div";
  Rounding rounding = Rounding::once;
  int64_t lhs_zero = 0, rhs_zero = 0, dst_zero = 0;
  int64_t multiplier = 1 << 30, shift = 1;
  int64_t low = -128, high = 127;

  template <class V>
  void fields(V& v) {
    v("rounding", rounding);
    v("lhs_zero", lhs_zero);
    v("rhs_zero", rhs_zero);
    v("dst_zero", dst_zero);
    v("multiplier", multiplier);
    v("shift", shift);
    v("low", low);
    v("high", high);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

}  // namespace convoy
