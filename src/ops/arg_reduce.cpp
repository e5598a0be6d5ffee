#include "ops/arg_reduce.h"

#include "ops/checks.h"
#include "ops/lanes.h"

namespace convoy {

std::vector<TensorType> ArgReduce::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 1);
  const TensorType& src = *inputs[0];
  const int resolved = resolve_axis(axis, src.shape.rank());
  if (src.shape[resolved] == 0) invalid_input("src is {}, it has no elements along axis {}", src.str(), axis);
  return {{DType::i64, reduced_shape(src.shape, {resolved}, keepdims)}};
}

Region ArgReduce::input_region(int index, const Region& output, const InputTypes& inputs) const {
  const Shape& shape = inputs[0]->shape;
  return reduced_region(shape, output, {resolve_axis(axis, shape.rank())}, keepdims);
}

}  // namespace convoy
