// Softmax along the last axis of 16-bit numbers, as TFLite's reference kernel computes it: with tables of exp(x) for x
// in [-10, 0] and of 1 / (1 + x) for x in [0, 1], interpolated (support/interpolated_table.h), with
// d[i] = src[i] - max src and e[i] = exp(10 / 65535 * d[i] * factor),
//   dst[i] = round(32768 * e[i] / sum of e).
// The factor is multiplier / 2^31 * 2^shift. src and dst are i16.
// Source: TFLite's kernels/internal/reference/softmax.h (SoftmaxInt16).
#pragma once

#include "graph/op.h"
#include "ops/requantize.h"

namespace convoy {

struct QuantizedSoftmax16 : OpBase<QuantizedSoftmax16> {
  static constexpr const char* kName = "quantized_softmax16";
  Rounding rounding = Rounding::once;
  int64_t multiplier = 1 << 30, shift = 1;

  template <class V>
  void fields(V& v) {
    v("rounding", rounding);
    v("multiplier", multiplier);
    v("shift", shift);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

/// Of numbers with this scale, times beta. Throws Error for scales that are no positive numbers, or too large.
QuantizedSoftmax16 quantized_softmax16(double scale, Rounding rounding);

}  // namespace convoy
