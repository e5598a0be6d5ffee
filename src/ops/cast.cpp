#include "ops/cast.h"

#include "ops/checks.h"

namespace convoy {

std::vector<TensorType> Cast::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 1);
  return {{to, inputs[0]->shape}};
}

Region Cast::input_region(int index, const Region& output, const InputTypes& inputs) const {
  return output;
}

}  // namespace convoy
