// Softmax along the last axis of quantised numbers, in gemmlowp's fixed-point arithmetic, as TFLite's reference kernels
// compute it: with d[i] = src[i] - max src and e[i] = exp(d[i] * factor),
//   dst[i] = round(256 * e[i] / sum of e), from -128 on for i8, 0 where d[i] < least,
// or its logarithm: with `log`,
//   dst[i] = round(16 * (d[i] * factor - log(sum of e))) + 127 for i8, 255 for u8; saturates.
// The factor is multiplier / 2^31 * 2^shift / 2^26: d * factor has 5 bits before the point and 26 behind. e is a
// fraction of 2^31, the sum has 12 bits before the point. src and dst are i8 or u8, of one type.
// Sources: TFLite's kernels/internal/reference/softmax.h and log_softmax.h; google/gemmlowp, fixedpoint/fixedpoint.h.
#pragma once

#include <array>

#include "graph/op.h"
#include "ops/requantize.h"

namespace convoy {

struct QuantizedSoftmax : OpBase<QuantizedSoftmax> {
  static constexpr const char* kName = "quantized_softmax";
  Rounding rounding = Rounding::once;
  int64_t multiplier = 1 << 30, shift = 1;
  int64_t least = 0;  ///< differences below it are too small to count
  bool log = false;

  template <class V>
  void fields(V& v) {
    v("rounding", rounding);
    v("multiplier", multiplier);
    v("shift", shift);
    v("least", least);
    v.unless(false, "log", log);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

/// Of numbers with this scale, times beta. Throws Error for scales that are not above 2^-26.
QuantizedSoftmax quantized_softmax(double scale, Rounding rounding);

/// Of a sum's terms, behind the point.
constexpr int kSoftmaxSumBits = 12;

/// e for each difference from the maximum, from 0 down to -255; 0 for those that are too small to count.
std::array<int32_t, 256> softmax_exponentials(const QuantizedSoftmax& op);

}  // namespace convoy
