// Sums of products of src, weights and bias, for the reference loops of convolutions: floats sum in double, quantised
// numbers as zero_points.h says.
#pragma once

#include "ops/float_values.h"
#include "ops/zero_points.h"
#include "support/arithmetic.h"

namespace convoy {

/// Src, Weight, Dst: as stored. Elements are named by their offsets.
template <class Src, class Weight, class Dst>
class Product {
 public:
  using Sum = std::conditional_t<kIsFloat<Dst>, double, int64_t>;

  /// `bias` may be null.
  Product(const Tensor& src, const Tensor& weights, const Tensor* bias, const ZeroPoints& zeros, Tensor& dst)
      : src_(src.as<Src>()),
        weights_(weights.as<Weight>()),
        bias_(bias ? bias->as<Dst>() : nullptr),
        zeros_(zeros),
        dst_(dst.as<Dst>()) {}

  Sum bias(int64_t channel) const { return bias_ ? static_cast<Sum>(bias_[channel]) : 0; }

  /// `channel`: of the output.
  void add(Sum& sum, int64_t src, int64_t weight, int64_t channel) const {
    if constexpr (kIsFloat<Dst>) {
      sum += static_cast<double>(src_[src]) * static_cast<double>(weights_[weight]);
    } else {
      const Sum number = src_[src] - zeros_.src, factor = weights_[weight] - zeros_.of_weights(channel);
      sum = wrapping_add(sum, number * factor);
    }
  }

  void store(Sum sum, int64_t dst) const { dst_[dst] = convert_to<Dst>(sum); }

 private:
  const Src* src_;
  const Weight* weights_;
  const Dst* bias_;
  const ZeroPoints& zeros_;
  Dst* dst_;
};

/// Calls fn(Product) for inputs src, weights and, perhaps, bias.
template <class Fn>
void visit_product(std::span<const Tensor* const> inputs, const ZeroPoints& zeros, Tensor& dst, Fn&& fn) {
  const Tensor &src = *inputs[0], &weights = *inputs[1];
  const Tensor* bias = inputs.size() > 2 ? inputs[2] : nullptr;
  const auto call = [&]<class Src, class Weight, class Dst>() {
    fn(Product<Src, Weight, Dst>(src, weights, bias, zeros, dst));
  };
  if (src.dtype() == DType::i16) return call.template operator()<int16_t, int8_t, int64_t>();
  if (!is_quantised_product(src.type(), weights.type())) {
    return visit_float(src.dtype(), [&]<class T>() { call.template operator()<T, T, T>(); });
  }
  const bool signed_src = src.dtype() == DType::i8, signed_weights = weights.dtype() == DType::i8;
  if (signed_src && signed_weights) return call.template operator()<int8_t, int8_t, int32_t>();
  if (signed_src) return call.template operator()<int8_t, uint8_t, int32_t>();
  if (signed_weights) return call.template operator()<uint8_t, int8_t, int32_t>();
  call.template operator()<uint8_t, uint8_t, int32_t>();
}

}  // namespace convoy
