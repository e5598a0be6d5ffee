#include "ops/channel_shuffle.h"

#include "ops/attribute_checks.h"
#include "ops/checks.h"
#include "ops/copy.h"
#include "ops/region.h"

namespace convoy {

std::vector<TensorType> ChannelShuffle::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 1);
  const TensorType& src = *inputs[0];
  expect_rank(src, 4, "src");
  expect_extents(src, "src");
  expect_range(group, 1, kMaxExtent, "group");
  if (src.shape[1] % group != 0) {
    invalid_input("src {} has {} channels, expected a multiple of {} for as many groups", src.str(), src.shape[1],
                  group);
  }
  return {src};
}

void ChannelShuffle::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const Shape& src = inputs[0]->shape();
  const std::vector<int64_t> strides = src.strides();
  const int64_t per_group = src[1] / group;
  const Shape dealt{src[0], per_group, group, src[2], src[3]};
  const StridedView view{0, {strides[0], strides[1], per_group * strides[1], strides[2], strides[3]}};
  copy_strided(dealt, *inputs[0], view, outputs[0]);
}

Region ChannelShuffle::input_region(int index, const Region& output, const InputTypes& inputs) const {
  Range channels;
  for (int64_t channel = output.begin[1]; channel < output.end[1]; ++channel) {
    const int64_t from = source(channel, inputs[0]->shape[1]);
    channels = hull(channels, {from, from + 1});
  }
  Region region = output;
  set_range(region, 1, channels);
  return region;
}

}  // namespace convoy
