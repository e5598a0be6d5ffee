#include "ops/instance_norm.h"

#include "ops/channel_norm.h"
#include "ops/region.h"

namespace convoy {

std::vector<TensorType> InstanceNorm::infer(const InputTypes& inputs) const {
  expect_scale_and_bias(inputs);
  expect_epsilon(epsilon);
  return {*inputs[0]};
}

void InstanceNorm::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  normalize_groups(inputs, inputs[0]->shape()[1], epsilon, outputs[0]);
}

Region InstanceNorm::input_region(int index, const Region& output, const InputTypes& inputs) const {
  if (index > 0) return channel_region(output);
  Region region = Region::whole(inputs[0]->shape);
  for (int axis : {0, 1}) set_range(region, axis, range_of(output, axis));
  return region;
}

}  // namespace convoy
