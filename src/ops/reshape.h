// The same elements in row-major order under another shape.
#pragma once

#include "graph/op.h"

namespace convoy {

struct Reshape : OpBase<Reshape> {
  static constexpr const char* kName = "reshape";
  Shape shape;

  template <class V>
  void fields(V& v) {
    v("shape", shape);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  /// Exact along axes whose elements stay together; where axes are merged or split, the part from the first
  /// to the last element needed.
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

}  // namespace convoy
