#include <gtest/gtest.h>

#include <cmath>

#include "impls/harness.h"
#include "impls/norm/list.h"
#include "ops/group_norm.h"
#include "ops/instance_norm.h"
#include "ops/layer_norm.h"

namespace convoy {
namespace {

/// Evenly distributed values come out with magnitudes up to 2. The mean is rounded, which counts as much more as it
/// is larger than the deviation.
Tolerance normalised(ValueRange range) {
  const double mean = (range.low + range.high) / 2, deviation = (range.high - range.low) / std::sqrt(12);
  return {.ulps = 8, .terms = 4, .scale = 8 + mean / deviation};
}

template <class Norm>
void check_channels(const Impl& impl, const Norm& op, const Shape& shape, ValueRange range = {9, 11}) {
  check(
      impl,
      [&](CaseBuilder& b) {
        const ValueId x = b.input(shape, range), scale = b.constant(Shape{shape[1]}), bias = b.input(Shape{shape[1]});
        return b.add(unary(UnaryKind::relu), {b.add(op, {x, scale, bias})});
      },
      normalised(range));
}

TEST(InstanceNorm, ChannelsAroundVectors) {
  for (int64_t c : {1, 3, 15, 16, 17, 40, 64, 150}) {
    check_channels(*instance_norm_impls().front(), InstanceNorm{}, Shape{2, c, 6, 7});
  }
}

TEST(InstanceNorm, Images) {
  for (const Shape& shape :
       {Shape{1, 20, 1, 1}, Shape{1, 20, 1, 9}, Shape{1, 20, 33, 65}, Shape{3, 20, 31}, Shape{1, 8, 200, 3}}) {
    check_channels(*instance_norm_impls().front(), InstanceNorm{}, shape);
  }
}

GroupNorm groups(int64_t count) {
  GroupNorm op;
  op.groups = count;
  return op;
}

TEST(GroupNormKernel, Groups) {
  for (int64_t count : {1, 2, 4, 32, 64}) {
    check_channels(*group_norm_impls().front(), groups(count), Shape{2, 64, 6, 7});
  }
  for (int64_t count : {1, 3, 17, 51}) check_channels(*group_norm_impls().front(), groups(count), Shape{1, 51, 6, 7});
  check_channels(*group_norm_impls().front(), groups(6), Shape{1, 102, 70, 31});
}

TEST(GroupNormKernel, ALargeMeanAndAnOutlier) {
  check_channels(*group_norm_impls().front(), groups(4), Shape{1, 20, 9, 8}, {999, 1001});
  check(*group_norm_impls().front(),
        [&](CaseBuilder& b) {
          Tensor values(DType::f32, {1, 16, 9, 8});
          for (int64_t i = 0; i < values.elems(); ++i) values.as<float>()[i] = static_cast<float>(i * 7 % 13);
          values.as<float>()[0] = 1e6f;
          return b.add(groups(2), {b.input(values), b.constant(Shape{16}), b.constant(Shape{16})});
        },
        {.ulps = 8, .terms = 32, .scale = 24});
}

/// Over all axes from `axis` on, with parameters of the given shape.
void check_layers(const Shape& shape, int64_t axis, const Shape& parameters, bool bias = true,
                  ValueRange range = {9, 11}) {
  LayerNorm op;
  op.axis = axis;
  check(
      *layer_norm_impls().front(),
      [&](CaseBuilder& b) {
        std::vector<ValueId> inputs = {b.input(shape, range), b.constant(parameters)};
        if (bias) inputs.push_back(b.input(parameters));
        const ValueId norm = b.add(op, inputs);
        return b.add(binary(BinaryKind::mul), {b.add(unary(UnaryKind::relu), {norm}), b.input(shape)});
      },
      normalised(range));
}

TEST(LayerNormKernel, LengthsAroundVectors) {
  for (int64_t extent : {1, 2, 3, 4, 7, 15, 16, 17, 63, 64, 65, 96, 768})
    check_layers(Shape{3, 5, extent}, 2, Shape{extent});
}

TEST(LayerNormKernel, SeveralAxes) {
  check_layers(Shape{2, 5, 7}, 1, Shape{5, 7});
  check_layers(Shape{2, 19, 5, 6}, 1, Shape{19, 5, 6});
  check_layers(Shape{2, 19, 5, 6}, 1, Shape{19, 1, 1});
  check_layers(Shape{2, 19, 5, 6}, 2, Shape{6});
  check_layers(Shape{4, 33}, 0, Shape{4, 33});
  check_layers(Shape{2, 3, 4, 40}, 3, Shape{});
}

TEST(LayerNormKernel, WithoutBiasAndWithALargeMean) {
  check_layers(Shape{3, 4, 40}, 2, Shape{40}, false);
  check_layers(Shape{3, 4, 200}, 2, Shape{200}, true, {9999, 10001});
}

}  // namespace
}  // namespace convoy
