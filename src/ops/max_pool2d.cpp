#include "ops/max_pool2d.h"

#include "ops/checks.h"
#include "ops/pool2d.h"

namespace convoy {

std::vector<TensorType> MaxPool2d::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 1);
  const TensorType& src = *inputs[0];
  if (src.dtype == DType::boolean) invalid_input("src is {}, expected a number type", src.str());
  const Shape shape = pooled_shape(src, kernel, window, ceil_mode);
  if (!with_indices) return {{src.dtype, shape}};
  return {{src.dtype, shape}, {DType::i64, shape}};
}

Region MaxPool2d::input_region(int index, const Region& output, const InputTypes& inputs) const {
  return window.input_region({kernel[0], kernel[1]}, output, inputs[0]->shape);
}

int64_t MaxPool2d::reference_steps(const InputTypes& inputs, const std::vector<TensorType>& outputs) const {
  return pooling_steps(*inputs[0], kernel, outputs[0]);
}

}  // namespace convoy
