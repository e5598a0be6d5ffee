#include "ops/where.h"

#include "ops/checks.h"
#include "ops/elementwise.h"
#include "ops/index.h"

namespace convoy {

std::vector<TensorType> Where::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 3);
  const TensorType &condition = *inputs[0], &on_true = *inputs[1], &on_false = *inputs[2];
  expect_dtype(condition, DType::boolean, "condition");
  expect_same_dtype(on_true, on_false, "on_true and on_false");
  return {{on_true.dtype, broadcast_shape(condition.shape, broadcast_shape(on_true.shape, on_false.shape))}};
}

Region Where::input_region(int index, const Region& output, const InputTypes& inputs) const {
  return broadcast_region(inputs[index]->shape, output);
}

}  // namespace convoy
