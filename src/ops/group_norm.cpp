#include "ops/group_norm.h"

#include "ops/attribute_checks.h"
#include "ops/channel_norm.h"
#include "ops/region.h"

namespace convoy {

std::vector<TensorType> GroupNorm::infer(const InputTypes& inputs) const {
  expect_scale_and_bias(inputs);
  expect_epsilon(epsilon);
  expect_range(groups, 1, kMaxExtent, "groups");
  const TensorType& src = *inputs[0];
  if (src.shape[1] % groups != 0) {
    invalid_input("src {} has {} channels, which groups {} does not divide", src.str(), src.shape[1], groups);
  }
  return {src};
}

void GroupNorm::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  normalize_groups(inputs, groups, epsilon, outputs[0]);
}

Region GroupNorm::input_region(int index, const Region& output, const InputTypes& inputs) const {
  if (index > 0) return channel_region(output);
  const Shape& src = inputs[0]->shape;
  const Range channels = range_of(output, 1);
  Region region = Region::whole(src);
  set_range(region, 0, range_of(output, 0));
  const int64_t per_group = src[1] / groups;
  const Range needed = divided(channels, per_group);
  set_range(region, 1, {needed.begin * per_group, needed.end * per_group});
  return region;
}

}  // namespace convoy
