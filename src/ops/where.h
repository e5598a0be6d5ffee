// Selection: dst = condition ? on_true : on_false, element by element, all three broadcast as in numpy.
// Inputs: condition (bool), on_true, on_false (equal dtypes).
#pragma once

#include "graph/op.h"

namespace convoy {

struct Where : OpBase<Where> {
  static constexpr const char* kName = "where";

  template <class V>
  void fields(V& v) {}
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

}  // namespace convoy
