// Index (i64) of the largest or smallest element along an axis; of equal ones the first, or the last when
// `select_last` is set. NaN counts as larger than everything for max and smaller for min, as in numpy.
#pragma once

#include "graph/op.h"

namespace convoy {

enum class ArgReduceKind { max, min };
template <>
struct EnumWords<ArgReduceKind> {
  static constexpr const char* words[] = {"max", "min"};
};

struct ArgReduce : OpBase<ArgReduce> {
  static constexpr const char* kName = "arg_reduce";
  ArgReduceKind kind = ArgReduceKind::max;
  int64_t axis = 0;  ///< may count from the end
  bool keepdims = true;
  bool select_last = false;

  template <class V>
  void fields(V& v) {
    v("kind", kind);
    v("axis", axis);
    v("keepdims", keepdims);
    v("select_last", select_last);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

}  // namespace convoy
