// Moves blocks of rows and columns to channels (pixel unshuffle): the inverse of depth_to_space in the same mode.
// With b = block_size, r and s row and column inside a block, and c one of the C channels of src:
//   dst[n, k, h, w] = src[n, c, h*b + r, w*b + s], k = (r*b + s)*C + c (dcr) or c*b*b + r*b + s (crd).
#pragma once

#include "graph/op.h"
#include "ops/depth_to_space.h"

namespace convoy {

struct SpaceToDepth : OpBase<SpaceToDepth> {
  static constexpr const char* kName = "space_to_depth";
  int64_t block_size = 1;
  DepthToSpaceMode mode = DepthToSpaceMode::dcr;

  template <class V>
  void fields(V& v) {
    v("block_size", block_size);
    v("mode", mode);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
};

}  // namespace convoy
