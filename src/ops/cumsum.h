// Running sum along an axis: dst[i] = sum over j <= i of src[j]; j < i when `exclusive`, and j counts from
// the end when `reverse`.
#pragma once

#include "graph/op.h"

namespace convoy {

struct CumSum : OpBase<CumSum> {
  static constexpr const char* kName = "cumsum";
  int64_t axis = 0;  ///< may count from the end
  bool exclusive = false;
  bool reverse = false;

  template <class V>
  void fields(V& v) {
    v("axis", axis);
    v("exclusive", exclusive);
    v("reverse", reverse);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

}  // namespace convoy
