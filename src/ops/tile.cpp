#include "ops/tile.h"

#include "ops/attribute_checks.h"
#include "ops/checks.h"
#include "ops/copy.h"
#include "ops/region.h"

namespace convoy {

std::vector<TensorType> Tile::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 1);
  TensorType dst = *inputs[0];
  expect_count(repeats, dst.shape.rank(), "repeats");
  for (int axis = 0; axis < dst.shape.rank(); ++axis) {
    expect_range(repeats[axis], 0, kMaxExtent, "repeat");
    dst.shape[axis] = checked_multiply(dst.shape[axis], repeats[axis]);
  }
  return {dst};
}

void Tile::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const Shape &src = inputs[0]->shape(), &dst = outputs[0].shape();
  std::vector<AxisMap> maps(src.rank());
  for (int axis = 0; axis < src.rank(); ++axis) {
    for (int64_t i = 0; i < dst[axis]; ++i) maps[axis].push_back(i % src[axis]);
  }
  copy_mapped(*inputs[0], maps, 0, outputs[0]);
}

Region Tile::input_region(int index, const Region& output, const InputTypes& inputs) const {
  const Shape& src = inputs[0]->shape;
  Region region = output;
  for (int axis = 0; axis < src.rank(); ++axis) set_range(region, axis, wrapped(range_of(output, axis), src[axis]));
  return region;
}

}  // namespace convoy
