// Deals the channels of `group` equal groups out in turn, so that a following grouped convolution sees all of
// them. With m = C / group channels a group:
//   dst[n, j*group + i, h, w] = src[n, i*m + j, h, w].
#pragma once

#include "graph/op.h"

namespace convoy {

struct ChannelShuffle : OpBase<ChannelShuffle> {
  static constexpr const char* kName = "channel_shuffle";
  int64_t group = 1;

  template <class V>
  void fields(V& v) {
    v("group", group);
  }
  std::vector<TensorType> infer(const InputTypes& inputs) const override;
  void reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const override;
  Region input_region(int index, const Region& output, const InputTypes& inputs) const override;
  /// The channel of src, which has `channels`, that a channel of dst copies.
  int64_t source(int64_t channel, int64_t channels) const {
    return channel % group * (channels / group) + channel / group;
  }
};

}  // namespace convoy
