#include "ops/top_k.h"

#include "ops/checks.h"
#include "ops/lanes.h"

namespace convoy {

std::vector<TensorType> TopK::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 1);
  const TensorType& src = *inputs[0];
  Shape shape = src.shape;
  const int resolved = resolve_axis(axis, shape.rank());
  if (k < 0 || k > shape[resolved])
    invalid_input("k is {}, src {} has {} along axis {}", k, src.str(), shape[resolved], axis);
  shape[resolved] = k;
  return {{src.dtype, shape}, {DType::i64, shape}};
}

Region TopK::input_region(int index, const Region& output, const InputTypes& inputs) const {
  const Shape& shape = inputs[0]->shape;
  const int resolved = resolve_axis(axis, shape.rank());
  return whole_along(output, resolved, shape[resolved]);
}

}  // namespace convoy
