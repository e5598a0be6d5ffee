// Moves blocks of rows and columns to channels: the inverse of depth_to_space in mode dcr. With b = block_size,
// r and s row and column inside a block, and c one of the C channels of src:
//   dst[n, (r*b + s)*C + c, h, w] = src[n, c, h*b + r, w*b + s].
#pragma once

#include "graph/op.h"

namespace convoy {

struct SpaceToDepth : OpBase<SpaceToDepth> {
  static constexpr const char* kName = "space_to_depth";
  int64_t block_size = 1;

  template <class V>
  void fields(V& v) {
    v("block_size", block_size);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

}  // namespace convoy
