#include "ops/conv2d.h"

#include "ops/attribute_checks.h"
#include "ops/checks.h"
#include "ops/region.h"

namespace convoy {
namespace {

enum { kSrc, kWeights, kBias };

void check_channels(const Shape& src, const Shape& weights, int64_t group) {
  expect_range(group, 1, kMaxExtent, "group");
  if (weights[0] % group != 0) {
    invalid_input("weights {} have {} output channels, which group {} does not divide", weights.str(), weights[0],
                  group);
  }
  if (src[1] % group != 0 || src[1] / group != weights[1]) {
    invalid_input("weights {} need {} input channels per group, but src is {} with group {}", weights.str(), weights[1],
                  src.str(), group);
  }
}

/// Channels of src that output channels `out` are computed from.
Range src_channels(const Range& out, const Shape& weights, int64_t group) {
  if (out.empty()) return {0, 0};
  const Range groups = divided(out, weights[0] / group);
  return {groups.begin * weights[1], groups.end * weights[1]};
}

}  // namespace

std::vector<TensorType> Conv2d::infer(const InputTypes& inputs) const {
  expect_inputs(inputs, 2, 3);
  const TensorType &src = *inputs[kSrc], &weights = *inputs[kWeights];
  expect_rank(src, 4, "src");
  expect_rank(weights, 4, "weights");
  check_channels(src.shape, weights.shape, group);
  const int64_t channels = weights.shape[0];
  const DType sum = product_type(src, weights, zeros, channels);
  if (inputs.size() > kBias && inputs[kBias]) {
    expect_dtype(*inputs[kBias], sum, "bias");
    expect_channels(*inputs[kBias], channels, "bias");
  }
  const int64_t rows = window.output_extent(0, src.shape[2], weights.shape[2]);
  const int64_t cols = window.output_extent(1, src.shape[3], weights.shape[3]);
  return {{sum, {src.shape[0], channels, rows, cols}}};
}

Region Conv2d::input_region(int index, const Region& output, const InputTypes& inputs) const {
  const Shape& weights = inputs[kWeights]->shape;
  const Range out = range_of(output, 1);
  if (index == kBias) return {{out.begin}, {out.end}};
  if (index == kWeights) {
    Region region = Region::whole(weights);
    set_range(region, 0, out);
    return region;
  }
  Region region = window.input_region({weights[2], weights[3]}, output, inputs[kSrc]->shape);
  set_range(region, 1, src_channels(out, weights, group));
  return region;
}

int64_t Conv2d::macs(const InputTypes& inputs, const std::vector<TensorType>& outputs) const {
  const Shape& weights = inputs[kWeights]->shape;
  return Shape{outputs[0].shape.elems(), weights[1], weights[2], weights[3]}.elems();
}

}  // namespace convoy
