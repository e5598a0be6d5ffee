// Repeats a tensor along axes of extent 1 and in front (numpy broadcasting) until it has `shape`.
#pragma once

#include "graph/op.h"

namespace convoy {

struct Expand : OpBase<Expand> {
  static constexpr const char* kName = "expand";
  Shape shape;

  template <class V>
  void fields(V& v) {
    v("shape", shape);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

}  // namespace convoy
