// A function of one byte by its table: dst = table[src] for u8, table[src + 128] for i8. What sigmoid, tanh and others
// become on quantised numbers. Inputs: src (i8 or u8), table (256 elements of any type, which dst gets).
#pragma once

#include "graph/op.h"

namespace convoy {

struct Lookup : OpBase<Lookup> {
  static constexpr const char* kName = "lookup";

  template <class V>
  void fields(V& v) {}
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

}  // namespace convoy
