#include "ops/gather.h"

#include "ops/checks.h"

namespace convoy {

std::vector<TensorType> Gather::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 2);
  const TensorType &data = *inputs[0], &indices = *inputs[1];
  expect_integer(indices, "indices");
  const int resolved = resolve_axis(axis, data.shape.rank());
  const std::vector<int64_t>& dims = data.shape.dims();
  std::vector<int64_t> result(dims.begin(), dims.begin() + resolved);
  result.insert(result.end(), indices.shape.begin(), indices.shape.end());
  result.insert(result.end(), dims.begin() + resolved + 1, dims.end());
  return {{data.dtype, Shape(std::move(result))}};
}

/// Which slices of data are needed depends on the indices, so along `axis` it is all of them.
Region Gather::input_region(int index, const Region& output, const InputTypes& inputs) const {
  const Shape &data = inputs[0]->shape, &indices = inputs[1]->shape;
  const int resolved = resolve_axis(axis, data.rank());
  Region region = Region::whole(index == 0 ? data : indices);
  const auto copy = [&](int from, int to) {
    region.begin[to] = output.begin[from];
    region.end[to] = output.end[from];
  };
  if (index == 0) {
    for (int i = 0; i < resolved; ++i) copy(i, i);
    for (int i = resolved + 1; i < data.rank(); ++i) copy(i + indices.rank() - 1, i);
  } else {
    for (int i = 0; i < indices.rank(); ++i) copy(resolved + i, i);
  }
  return region;
}

}  // namespace convoy
