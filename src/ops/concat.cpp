#include "ops/concat.h"

#include "ops/attribute_checks.h"
#include "ops/checks.h"
#include "ops/copy.h"
#include "ops/region.h"

namespace convoy {

std::vector<TensorType> Concat::infer(const InputTypes& inputs) const {
  if (inputs.empty()) invalid_input("expects one input or more, got none");
  expect_inputs(inputs, inputs.size());
  const TensorType& first = *inputs[0];
  expect_axis(axis, first.shape.rank());
  TensorType dst = first;
  for (size_t i = 1; i < inputs.size(); ++i) {
    const TensorType& next = *inputs[i];
    expect_same_dtype(first, next, "inputs");
    Shape expected = next.shape;
    if (next.shape.rank() == first.shape.rank()) expected[axis] = first.shape[axis];
    if (expected != first.shape) {
      invalid_input("input {} is {}, but input 0 is {}: only their extents along axis {} may differ", i, next.str(),
                    first.str(), axis);
    }
    dst.shape[axis] = checked_add(dst.shape[axis], next.shape[axis]);
  }
  return {dst};
}

void Concat::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const std::vector<int64_t> strides = outputs[0].shape().strides();
  int64_t offset = 0;
  for (const Tensor* input : inputs) {
    copy_strided(input->shape(), *input, {0, input->shape().strides()}, outputs[0], {offset * strides[axis], strides});
    offset += input->shape()[axis];
  }
}

Region Concat::input_region(int index, const Region& output, const InputTypes& inputs) const {
  int64_t offset = 0;
  for (int i = 0; i < index; ++i) offset += inputs[i]->shape[axis];
  const Range out = range_of(output, static_cast<int>(axis));
  const Range range = clipped({out.begin - offset, out.end - offset}, inputs[index]->shape[axis]);
  // What reads nothing along this axis reads nothing at all.
  if (range.empty()) return empty_region(inputs[index]->shape);
  Region region = output;
  set_range(region, static_cast<int>(axis), range);
  return region;
}

}  // namespace convoy
