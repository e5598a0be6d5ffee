#include "ops/depth_to_space.h"

#include "ops/attribute_checks.h"
#include "ops/checks.h"
#include "ops/copy.h"
#include "ops/region.h"

namespace convoy {
namespace {

/// How far apart channels of src are that go to neighbouring channels, rows and columns of dst.
struct ChannelStrides {
  int64_t channel, row, col;
};

ChannelStrides channel_strides(const DepthToSpace& op, int64_t src_channels) {
  const int64_t b = op.block_size;
  if (op.mode == DepthToSpaceMode::crd) return {b * b, b, 1};
  const int64_t channels = src_channels / (b * b);
  return {1, b * channels, channels};
}

}  // namespace

std::vector<TensorType> DepthToSpace::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 1);
  const TensorType& src = *inputs[0];
  expect_rank(src, 4, "src");
  expect_extents(src, "src");
  expect_range(block_size, 1, kMaxExtent, "block_size");
  const int64_t block = checked_multiply(block_size, block_size);
  if (src.shape[1] % block != 0) {
    invalid_input("src {} has {} channels, expected a multiple of {} for block_size {}", src.str(), src.shape[1], block,
                  block_size);
  }
  TensorType dst = src;
  dst.shape[1] /= block;
  dst.shape[2] *= block_size;
  dst.shape[3] *= block_size;
  return {dst};
}

void DepthToSpace::reference(std::span<const Tensor* const> inputs, std::span<Tensor> outputs) const {
  const Shape& src = inputs[0]->shape();
  const std::vector<int64_t> strides = src.strides();
  const ChannelStrides channels = channel_strides(*this, src[1]);
  const Shape blocks{src[0], outputs[0].shape()[1], src[2], block_size, src[3], block_size};
  const StridedView view{0,
                         {strides[0], channels.channel * strides[1], strides[2], channels.row * strides[1], strides[3],
                          channels.col * strides[1]}};
  copy_strided(blocks, *inputs[0], view, outputs[0]);
}

Region DepthToSpace::input_region(int index, const Region& output, const InputTypes& inputs) const {
  const Range out = range_of(output, 1), rows = range_of(output, 2), cols = range_of(output, 3);
  if (out.empty() || rows.empty() || cols.empty()) return empty_region(inputs[0]->shape);
  const ChannelStrides channels = channel_strides(*this, inputs[0]->shape[1]);
  const Range row = wrapped(rows, block_size), col = wrapped(cols, block_size);
  Region region = output;
  set_range(region, 1,
            {out.begin * channels.channel + row.begin * channels.row + col.begin * channels.col,
             (out.end - 1) * channels.channel + (row.end - 1) * channels.row + (col.end - 1) * channels.col + 1});
  set_range(region, 2, divided(rows, block_size));
  set_range(region, 3, divided(cols, block_size));
  return region;
}

}  // namespace convoy
