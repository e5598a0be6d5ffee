// Scales the sums of quantised products by a fixed-point number, as TFLite defines it:
//   dst = clamp(zero + round(src * multiplier / 2^(31 - shift)), low, high)
// Inputs: src (i32, or i64 from i16 activations); multiplier and shift (i32, broadcast to src), multiplier >= 0,
// -31 <= shift <= 30. dst has the type `to`. Intermediate results wrap around where TFLite's would.
// Sources: Jacob et al., "Quantization and training of neural networks for efficient integer-arithmetic-only
// inference", CVPR 2018, section 2.2; TFLite's kernels/internal/common.h (MultiplyByQuantizedMultiplier).
#pragma once

#include <convoy/rounding.h>

#include "graph/op.h"

namespace convoy {

template <>
struct EnumWords<Rounding> {
  static constexpr const char* words[] = {"once", "twice"};
};

/// round(value * multiplier / 2^(31 - shift)).
int32_t scale_fixed_point(int32_t value, int32_t multiplier, int shift, Rounding rounding);
/// For sums of i16 activations: the multiplier is rounded to 16 bits first. shift <= 7.
int32_t scale_fixed_point(int64_t value, int32_t multiplier, int shift);

/// A real factor as multiplier and shift: factor = multiplier / 2^31 * 2^shift, multiplier 0 or at least 2^30.
struct FixedPoint {
  int32_t multiplier = 0;
  int shift = 0;
};
/// Throws Error for factors that are negative, not finite, or too large.
FixedPoint fixed_point(double factor);

struct Requantize : OpBase<Requantize> {
  static constexpr const char* kName = "requantize";
  DType to = DType::i8;
  Rounding rounding = Rounding::once;
  int64_t zero = 0, low = -128, high = 127;

  template <class V>
  void fields(V& v) {
    v("to", to);
    v("rounding", rounding);
    v("zero", zero);
    v("low", low);
    v("high", high);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

}  // namespace convoy
