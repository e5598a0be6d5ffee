#include "ops/expand.h"

#include "ops/checks.h"
#include "ops/copy.h"
#include "ops/index.h"

namespace convoy {

std::vector<TensorType> Expand::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 1);
  const TensorType& src = *inputs[0];
  const int missing = shape.rank() - src.shape.rank();
  bool fits = missing >= 0;
  for (int axis = 0; fits && axis < src.shape.rank(); ++axis) {
    fits = src.shape[axis] == 1 || src.shape[axis] == shape[missing + axis];
  }
  if (!fits) invalid_input("src {} does not broadcast to shape {}", src.str(), shape.str());
  return {{src.dtype, shape}};
}

void Expand::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  copy_strided(shape, *inputs[0], {0, broadcast_strides(inputs[0]->shape(), shape)}, outputs[0]);
}

Region Expand::input_region(int index, const Region& output, const InputTypes& inputs) const {
  return broadcast_region(inputs[0]->shape, output);
}

}  // namespace convoy
