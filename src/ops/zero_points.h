// Products of quantised numbers: what convolutions and matrix products compute on integers.
//
//   dst = bias + sum of (src - zero of src) * (weights - zero of the output channel)
//
// src and weights are i8 or u8, dst and bias i32; or src is i16, weights i8, dst and bias i64. Sums wrap around.
// Padding is the zero point, so that it adds nothing.
#pragma once

#include "graph/op.h"

namespace convoy {

struct ZeroPoints {
  int64_t src = 0;
  std::vector<int64_t> weights = {};  ///< none: 0; one, or one an output channel

  int64_t of_weights(int64_t channel) const {
    return weights.empty() ? 0 : weights.size() == 1 ? weights[0] : weights[channel];
  }
  template <class V>
  void fields(V& v) {
    v.unless(int64_t{0}, "src_zero", src);
    v.unless(std::vector<int64_t>(), "weights_zero", weights);
  }
  bool operator==(const ZeroPoints&) const = default;
};

/// Whether these are the types of quantised numbers.
bool is_quantised_product(const TensorType& src, const TensorType& weights);
/// The type of sums for these operands: their own when they are floats of one type. Throws Error for other types, and
/// for zero points that are out of their range or not as many as `channels`.
DType product_type(const TensorType& src, const TensorType& weights, const ZeroPoints& zeros, int64_t channels);

}  // namespace convoy
