// Repeats a whole tensor repeats[axis] times along each axis: dst[i, ...] = src[i % extent, ...].
#pragma once

#include "graph/op.h"

namespace convoy {

struct Tile : OpBase<Tile> {
  static constexpr const char* kName = "tile";
  std::vector<int64_t> repeats;  ///< one an axis

  template <class V>
  void fields(V& v) {
    v("repeats", repeats);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

}  // namespace convoy
