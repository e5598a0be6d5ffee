#include "ops/space_to_depth.h"

#include "ops/attribute_checks.h"
#include "ops/checks.h"
#include "ops/copy.h"
#include "ops/region.h"

namespace convoy {
namespace {

/// Rows or columns of src for `out` of dst when the offsets inside a block are `offsets`.
Range spread(const Range& out, const Range& offsets, int64_t block_size) {
  return {out.begin * block_size + offsets.begin, (out.end - 1) * block_size + offsets.end};
}

}  // namespace

std::vector<TensorType> SpaceToDepth::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 1);
  const TensorType& src = *inputs[0];
  expect_rank(src, 4, "src");
  expect_range(block_size, 1, kMaxExtent, "block_size");
  TensorType dst = src;
  for (int axis : {2, 3}) {
    if (src.shape[axis] % block_size != 0) {
      invalid_input("src {} has {} {}, expected a multiple of block_size {}", src.str(), src.shape[axis],
                    axis == 2 ? "rows" : "columns", block_size);
    }
    dst.shape[axis] /= block_size;
    dst.shape[1] = checked_multiply(dst.shape[1], block_size);
  }
  return {dst};
}

void SpaceToDepth::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const std::vector<int64_t> strides = inputs[0]->shape().strides();
  const Shape &src = inputs[0]->shape(), &dst = outputs[0].shape();
  const Shape blocks{src[0], block_size, block_size, src[1], dst[2], dst[3]};
  const StridedView view{
      0, {strides[0], strides[2], strides[3], strides[1], strides[2] * block_size, strides[3] * block_size}};
  copy_strided(blocks, *inputs[0], view, outputs[0]);
}

Region SpaceToDepth::input_region(int index, const Region& output, const InputTypes& inputs) const {
  const Shape& src = inputs[0]->shape;
  const Range out = range_of(output, 1), rows = range_of(output, 2), cols = range_of(output, 3);
  if (out.empty() || rows.empty() || cols.empty()) return empty_region(src);
  const Range offsets = divided(out, src[1]);  // of the form row * block_size + column
  Region region = output;
  set_range(region, 1, wrapped(out, src[1]));
  set_range(region, 2, spread(rows, divided(offsets, block_size), block_size));
  set_range(region, 3, spread(cols, wrapped(offsets, block_size), block_size));
  return region;
}

}  // namespace convoy
