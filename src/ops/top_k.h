// The k largest (or smallest) elements along an axis. Outputs: values (dtype of src) and indices (i64), both with
// extent k along the axis; of equal elements the one with the lower index comes first. NaN counts as largest.
// `sorted` asks for values in order; without it any order would do and the reference gives sorted ones too.
#pragma once

#include "graph/op.h"

namespace convoy {

struct TopK : OpBase<TopK> {
  static constexpr const char* kName = "top_k";
  int64_t k = 1;
  int64_t axis = -1;  ///< may count from the end
  bool largest = true;
  bool sorted = true;

  template <class V>
  void fields(V& v) {
    v("k", k);
    v("axis", axis);
    v("largest", largest);
    v("sorted", sorted);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

}  // namespace convoy
