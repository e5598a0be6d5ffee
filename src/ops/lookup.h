// A function of one small integer by its table: dst = table[src] for u8, table[src + 128] for i8,
// table[src + 32768] for i16. What sigmoid, tanh and others become on quantised numbers.
// Inputs: src (i8, u8 or i16), table (256 or, for i16, 65536 elements of any type, which dst gets).
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
