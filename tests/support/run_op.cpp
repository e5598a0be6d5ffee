#include "support/run_op.h"

#include "ops/index.h"

namespace convoy {
namespace {

bool contains(const Region& region, std::span<const int64_t> index) {
  for (size_t i = 0; i < index.size(); ++i) {
    if (index[i] < region.begin[i] || index[i] >= region.end[i]) return false;
  }
  return true;
}

Tensor perturbed_outside(const Tensor& tensor, const Region& region) {
  Tensor copy(tensor.type());
  const std::vector<int64_t> strides = tensor.shape().strides();
  for_each_index(tensor.shape(), [&](std::span<const int64_t> index) {
    const int64_t offset = offset_of(index, strides);
    copy.as<float>()[offset] = tensor.as<float>()[offset] + (contains(region, index) ? 0.0f : 1000.0f);
  });
  return copy;
}

}  // namespace

void expect_region_suffices(const Op& op, const std::vector<Tensor>& inputs, int index, const Region& output) {
  InputTypes types;
  for (const Tensor& input : inputs) types.push_back(input.empty() ? nullptr : &input.type());
  const Region region = op.input_region(index, output, types);
  ASSERT_EQ(static_cast<int>(region.begin.size()), inputs[index].shape().rank());
  std::vector<Tensor> changed = inputs;
  changed[index] = perturbed_outside(inputs[index], region);
  const Tensor before = run_op(op, inputs)[0], after = run_op(op, changed)[0];
  const std::vector<int64_t> strides = before.shape().strides();
  visit_elems_of_size(size_of(before.dtype()), [&]<class T>() {
    for_each_index(before.shape(), [&](std::span<const int64_t> at) {
      const int64_t offset = offset_of(at, strides);
      if (!contains(output, at)) return;
      EXPECT_EQ(before.as<T>()[offset], after.as<T>()[offset]) << "element " << offset;
    });
  });
}

}  // namespace convoy
