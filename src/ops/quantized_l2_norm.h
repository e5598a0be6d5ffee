// Vectors of quantised numbers along the last axis divided by their length, as TFLite's reference kernels compute it:
//   dst[i] = round(128 * (src[i] - zero) / sqrt(sum of (src - zero)^2)), saturated, plus 128 for u8
// src and dst are i8 or u8, of one type. The root is a fixed-point number (support/inverse_root.h), the results'
// rounding differs between i8 and u8. Sums wrap around, which takes more than 33000 elements.
// Sources: TFLite's kernels/internal/reference/l2normalization.h and integer_ops/l2normalization.h.
#pragma once

#include "graph/op.h"
#include "ops/requantize.h"

namespace convoy {

struct QuantizedL2Norm : OpBase<QuantizedL2Norm> {
  static constexpr const char* kName = "quantized_l2_norm";
  Rounding rounding = Rounding::once;
  int64_t zero = 0;

  template <class V>
  void fields(V& v) {
    v("rounding", rounding);
    v("zero", zero);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

}  // namespace convoy
