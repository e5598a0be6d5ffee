// Conversion of every element to another type. Floats to integers truncate towards zero, out-of-range values
// saturate and NaN gives 0; integers to integers wrap around; to bool: x != 0; to f16 and bf16: nearest even.
#pragma once

#include "graph/op.h"

namespace convoy {

struct Cast : OpBase<Cast> {
  static constexpr const char* kName = "cast";
  DType to = DType::f32;

  template <class V>
  void fields(V& v) {
    v("to", to);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

/// The same values as another type; `values` itself where it has that type already.
Tensor cast_to(const Tensor& values, DType dtype);

}  // namespace convoy
