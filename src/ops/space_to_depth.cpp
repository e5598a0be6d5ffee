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
  const Shape &src = inputs[0]->shape(), &dst = outputs[0].shape();
  const std::vector<int64_t> strides = src.strides();
  const int64_t n = strides[0], c = strides[1], r = strides[2], s = strides[3], b = block_size;
  if (mode == DepthToSpaceMode::dcr) {
    copy_strided({src[0], b, b, src[1], dst[2], dst[3]}, *inputs[0], {0, {n, r, s, c, r * b, s * b}}, outputs[0]);
  } else {
    copy_strided({src[0], src[1], b, b, dst[2], dst[3]}, *inputs[0], {0, {n, c, r, s, r * b, s * b}}, outputs[0]);
  }
}

Region SpaceToDepth::input_region(int index, const Region& output, const InputTypes& inputs) const {
  const Shape& src = inputs[0]->shape;
  const Range out = range_of(output, 1), rows = range_of(output, 2), cols = range_of(output, 3);
  if (out.empty() || rows.empty() || cols.empty()) return empty_region(src);
  const bool dcr = mode == DepthToSpaceMode::dcr;
  const int64_t block = block_size * block_size;
  const Range channels = dcr ? wrapped(out, src[1]) : divided(out, block);
  const Range offsets = dcr ? divided(out, src[1]) : wrapped(out, block);  // of the form row * block_size + column
  Region region = output;
  set_range(region, 1, channels);
  set_range(region, 2, spread(rows, divided(offsets, block_size), block_size));
  set_range(region, 3, spread(cols, wrapped(offsets, block_size), block_size));
  return region;
}

}  // namespace convoy
