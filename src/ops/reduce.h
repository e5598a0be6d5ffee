// Reduction of some axes of a tensor to one element each, with S the elements x that fall together:
//   sum: sum x        mean: sum x / |S|    max, min: the extreme    prod: product
//   l1: sum |x|       l2: sqrt(sum x^2)    sum_square: sum x^2      log_sum: log(sum x)
//   log_sum_exp: log(sum exp(x)), computed as m + log(sum exp(x - m)) with m = max x
// The reduced axes keep extent 1 in dst when `keepdims` is set and are dropped otherwise.
// Integers: sums wrap around, mean truncates; the kinds with a root or logarithm are for floats only. With `widen`, a
// sum of bytes is i32.
#pragma once

#include "graph/op.h"

namespace convoy {

enum class ReduceKind { sum, mean, max, min, prod, l1, l2, sum_square, log_sum, log_sum_exp };
template <>
struct EnumWords<ReduceKind> {
  static constexpr const char* words[] = {"sum", "mean", "max",        "min",     "prod",
                                          "l1",  "l2",   "sum_square", "log_sum", "log_sum_exp"};
};

struct Reduce : OpBase<Reduce> {
  static constexpr const char* kName = "reduce";
  ReduceKind kind = ReduceKind::sum;
  std::vector<int64_t> axes;  ///< may count from the end; none means all axes
  bool keepdims = true;
  bool widen = false;

  /// The axes counted from 0, all of them when `axes` is empty.
  std::vector<int> reduced_axes(int rank) const;

  template <class V>
  void fields(V& v) {
    v("kind", kind);
    v("axes", axes);
    v("keepdims", keepdims);
    v.unless(false, "widen", widen);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

}  // namespace convoy
