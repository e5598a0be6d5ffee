#include "ops/conv_transpose2d.h"

#include "ops/attribute_checks.h"
#include "ops/checks.h"
#include "ops/region.h"
#include "support/int_math.h"

namespace convoy {
namespace {

enum { kSrc, kWeights, kBias };

void check_channels(const Shape& src, const Shape& weights, int64_t group) {
  expect_range(group, 1, kMaxExtent, "group");
  if (src[1] != weights[0]) {
    invalid_input("weights {} need {} input channels, but src is {}", weights.str(), weights[0], src.str());
  }
  if (src[1] % group != 0) {
    invalid_input("src {} has {} channels, which group {} does not divide", src.str(), src[1], group);
  }
}

int64_t output_extent(const ConvTranspose2d& op, int axis, int64_t input, int64_t kernel) {
  const Window2d& window = op.window;
  const int64_t before = window.pads[axis], after = window.pads[axis + 2];
  expect_range(input, 0, kMaxExtent, "src extent");
  expect_range(kernel, 1, kMaxExtent, "kernel extent");
  const int64_t last = input == 0 ? 0 : checked_multiply(input - 1, window.strides[axis]);
  const int64_t covered = input == 0 ? 0 : checked_add(last, window.span(axis, kernel));
  const int64_t extent = covered - before - after + op.output_padding[axis];
  if (extent < 0) {
    invalid_input("dst would have {} {}: src {} with stride {} and kernel {} covers {}, from which pads take {} + {}",
                  extent, axis == 0 ? "rows" : "columns", input, window.strides[axis], kernel, covered, before, after);
  }
  return extent;
}

/// Rows (axis 0) or columns (axis 1) of src that reach the ones of dst in `out`.
Range reaching(const Window2d& window, int axis, const Range& out, int64_t kernel, int64_t extent) {
  Range found;
  if (out.empty()) return found;
  for (int64_t k = 0; k < kernel; ++k) {
    const int64_t shift = window.pads[axis] - k * window.dilations[axis];
    const Range range = {ceil_div(out.begin + shift, window.strides[axis]),
                         floor_div(out.end - 1 + shift, window.strides[axis]) + 1};
    found = hull(found, clipped(range, extent));
  }
  return found;
}

/// Channels of src that output channels `out` are computed from.
Range src_channels(const Range& out, const Shape& weights, int64_t group) {
  if (out.empty()) return {0, 0};
  const Range groups = divided(out, weights[1]);
  const int64_t per_group = weights[0] / group;
  return {groups.begin * per_group, groups.end * per_group};
}

}  // namespace

std::vector<TensorType> ConvTranspose2d::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 2, 3);
  const TensorType &src = *inputs[kSrc], &weights = *inputs[kWeights];
  expect_rank(src, 4, "src");
  expect_rank(weights, 4, "weights");
  check_channels(src.shape, weights.shape, group);
  const int64_t channels = checked_multiply(weights.shape[1], group);
  const DType sum = product_type(src, weights, zeros, channels);
  if (inputs.size() > kBias && inputs[kBias]) {
    expect_dtype(*inputs[kBias], sum, "bias");
    expect_channels(*inputs[kBias], channels, "bias");
  }
  window.check();
  expect_count(output_padding, 2, "output_padding");
  for (int64_t padding : output_padding) expect_range(padding, 0, kMaxExtent, "output_padding");
  const int64_t rows = output_extent(*this, 0, src.shape[2], weights.shape[2]);
  const int64_t cols = output_extent(*this, 1, src.shape[3], weights.shape[3]);
  return {{sum, {src.shape[0], channels, rows, cols}}};
}

Region ConvTranspose2d::input_region(int index, const Region& output, const InputTypes& inputs) const {
  const Shape& weights = inputs[kWeights]->shape;
  const Range out = range_of(output, 1), channels = src_channels(out, weights, group);
  if (index == kBias) return {{out.begin}, {out.end}};
  if (index == kWeights) {
    Region region = Region::whole(weights);
    set_range(region, 0, channels);
    // One group: just its output channels. Several: the first ones of the last may precede those of the first.
    set_range(region, 1, wrapped(out, weights[1]));
    return region;
  }
  Region region = output;
  set_range(region, 1, channels);
  for (int axis = 0; axis < 2; ++axis) {
    const Range range = range_of(output, 2 + axis);
    set_range(region, 2 + axis, reaching(window, axis, range, weights[2 + axis], inputs[kSrc]->shape[2 + axis]));
  }
  return region;
}

int64_t ConvTranspose2d::macs(const InputTypes& inputs, const std::vector<TensorType>& outputs) const {
  const Shape& weights = inputs[kWeights]->shape;
  return Shape{inputs[kSrc]->shape.elems(), weights[1], weights[2], weights[3]}.elems();
}

}  // namespace convoy
