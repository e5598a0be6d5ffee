#include "ops/transpose.h"

#include "ops/attribute_checks.h"
#include "ops/checks.h"
#include "ops/copy.h"

namespace convoy {

std::vector<TensorType> Transpose::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 1);
  const TensorType& src = *inputs[0];
  expect_count(perm, src.shape.rank(), "perm");
  std::vector<bool> used(perm.size(), false);
  TensorType dst = src;
  for (size_t i = 0; i < perm.size(); ++i) {
    expect_axis(perm[i], src.shape.rank());
    if (used[perm[i]]) invalid_input("perm {} names axis {} twice", attribute_text(perm), perm[i]);
    used[perm[i]] = true;
    dst.shape[static_cast<int>(i)] = src.shape[static_cast<int>(perm[i])];
  }
  return {dst};
}

void Transpose::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const std::vector<int64_t> strides = inputs[0]->shape().strides();
  StridedView view;
  for (int64_t axis : perm) view.strides.push_back(strides[axis]);
  copy_strided(outputs[0].shape(), *inputs[0], view, outputs[0]);
}

Region Transpose::input_region(int index, const Region& output, const InputTypes& inputs) const {
  Region region = output;
  for (size_t i = 0; i < perm.size(); ++i) {
    region.begin[perm[i]] = output.begin[i];
    region.end[perm[i]] = output.end[i];
  }
  return region;
}

}  // namespace convoy
