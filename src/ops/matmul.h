// Matrix product with numpy's rules: dst[..., i, j] = sum over k of a[..., i, k] * b[..., k, j].
// The leading axes broadcast. A vector (rank 1) counts as one row of `a` or one column of `b`, and that axis
// is dropped from dst. trans_a and trans_b say that the last two axes of that input are stored swapped
// (a[..., k, i], b[..., j, k]); they do not apply to vectors. Quantised numbers: a is src and b weights of
// zero_points.h, whose output channels are columns of dst.
#pragma once

#include "graph/op.h"
#include "ops/zero_points.h"

namespace convoy {

/// The sizes of a product: dst is batch x m x n, the sums have k terms.
struct MatMulGeometry {
  Shape batch;
  int64_t m, n, k;
};

struct MatMul : OpBase<MatMul> {
  static constexpr const char* kName = "matmul";
  bool trans_a = false;
  bool trans_b = false;
  ZeroPoints zeros;

  /// Throws Error when the shapes do not fit.
  MatMulGeometry geometry(const Shape& a, const Shape& b) const;

  template <class V>
  void fields(V& v) {
    v("trans_a", trans_a);
    v("trans_b", trans_b);
    zeros.fields(v);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
  int64_t macs(const InputTypes& inputs, const std::vector<TensorType>& outputs) const override;
};

}  // namespace convoy
