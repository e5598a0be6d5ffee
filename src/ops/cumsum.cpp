#include "ops/cumsum.h"

#include "ops/checks.h"
#include "ops/lanes.h"

namespace convoy {

std::vector<TensorType> CumSum::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 1);
  if (inputs[0]->dtype == DType::boolean) invalid_input("src is {}, expected numbers", inputs[0]->str());
  resolve_axis(axis, inputs[0]->shape.rank());
  return {*inputs[0]};
}

Region CumSum::input_region(int index, const Region& output, const InputTypes& inputs) const {
  const Shape& shape = inputs[0]->shape;
  const int resolved = resolve_axis(axis, shape.rank());
  return whole_along(output, resolved, shape[resolved]);
}

}  // namespace convoy
