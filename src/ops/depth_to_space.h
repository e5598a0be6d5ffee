// Moves blocks of channels to rows and columns (pixel shuffle). With b = block_size, r and s row and column inside
// a block, and c one of the C channels of dst:
//   dst[n, c, h*b + r, w*b + s] = src[n, k, h, w], k = (r*b + s)*C + c (dcr) or c*b*b + r*b + s (crd).
// ONNX's names for the modes give the order in which the channel axis is split: depth (c), columns and rows.
#pragma once

#include "graph/op.h"

namespace convoy {

enum class DepthToSpaceMode { dcr, crd };
template <>
struct EnumWords<DepthToSpaceMode> {
  static constexpr const char* words[] = {"dcr", "crd"};
};

struct DepthToSpace : OpBase<DepthToSpace> {
  static constexpr const char* kName = "depth_to_space";
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
