#include "ops/softmax.h"

#include "ops/checks.h"
#include "ops/lanes.h"

namespace convoy {

std::vector<TensorType> Softmax::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 1);
  expect_float(*inputs[0], "src");
  resolve_axis(axis, inputs[0]->shape.rank());
  return {*inputs[0]};
}

Region Softmax::input_region(int index, const Region& output, const InputTypes& inputs) const {
  const Shape& shape = inputs[0]->shape;
  const int resolved = resolve_axis(axis, shape.rank());
  return whole_along(output, resolved, shape[resolved]);
}

}  // namespace convoy
