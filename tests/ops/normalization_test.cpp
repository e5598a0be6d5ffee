// batch_norm, group_norm, instance_norm, layer_norm and lrn.
#include "ops/batch_norm.h"
#include "ops/group_norm.h"
#include "ops/instance_norm.h"
#include "ops/layer_norm.h"
#include "ops/lrn.h"
#include "ops/region_exact.h"
#include "support/expect_error.h"
#include "support/half.h"

namespace convoy {
namespace {

Tensor vector_of(const std::vector<float>& values) {
  return Tensor::of(values);
}

TEST(BatchNorm, ScalesEachChannel) {
  BatchNorm op;
  op.epsilon = 0;
  const Tensor src = make_tensor<float>({2, 2, 1}, {1, 2, 3, 4});
  const Tensor dst =
      run_op1(op, {src, vector_of({2, 10}), vector_of({0.5f, 1}), vector_of({1, 2}), vector_of({4, 25})});
  expect_near(values_of<float>(dst), {0.5f, 1, 2.5f, 5});
}

TEST(BatchNorm, TakesParametersOfAnotherFloatType) {
  BatchNorm op;
  op.epsilon = 0;
  const Tensor src = make_tensor<Half>({1, 1}, {Half(3)});
  const Tensor one = vector_of({1});
  EXPECT_EQ(static_cast<float>(values_of<Half>(run_op1(op, {src, one, one, one, one}))[0]), 3);
}

TEST(BatchNorm, Regions) {
  const Tensor src = scattered({2, 3, 2}), one = vector_of({1, 2, 3});
  for (int index : {0, 1, 2, 3}) expect_region_exact(BatchNorm(), {src, one, one, one, one}, index);
}

TEST(BatchNorm, RefusesParametersOfAnotherSize) {
  const TensorType src{DType::f32, {1, 3, 4, 4}}, good{DType::f32, {3}}, bad{DType::f32, {4}}, line{DType::f32, {3}};
  expect_invalid("mean is f32[4], expected one value for each of 3 channels", [&] {
    BatchNorm().infer({&src, &good, &good, &bad, &good});
  });
  expect_invalid("src is f32[3], expected images and channels", [&] {
    BatchNorm().infer({&line, &good, &good, &good, &good});
  });
  BatchNorm op;
  op.epsilon = -1;
  expect_invalid("epsilon -1 is out of range", [&] { op.infer({&src, &good, &good, &good, &good}); });
}

TEST(InstanceNorm, NormalisesEachChannelOfEachImage) {
  InstanceNorm op;
  op.epsilon = 0;
  const Tensor src = make_tensor<float>({1, 2, 2}, {1, 3, 10, 30});
  expect_near(values_of<float>(run_op1(op, {src, vector_of({1, 2}), vector_of({0, 5})})), {-1, 1, 3, 7});
}

TEST(InstanceNorm, Regions) {
  const Tensor src = scattered({2, 3, 4}), one = vector_of({1, 2, 3});
  for (int index : {0, 1, 2}) expect_region_exact(InstanceNorm(), {src, one, one}, index);
}

TEST(GroupNorm, NormalisesEachGroupOfEachImage) {
  GroupNorm op;
  op.groups = 2;
  op.epsilon = 0;
  const Tensor src = make_tensor<float>({1, 4, 1}, {1, 3, 10, 30});
  expect_near(values_of<float>(run_op1(op, {src, vector_of({1, 1, 2, 2}), vector_of({0, 1, 0, 5})})), {-1, 2, -2, 7});
}

TEST(GroupNorm, Regions) {
  GroupNorm op;
  op.groups = 2;
  const Tensor src = scattered({2, 4, 3}), one = vector_of({1, 2, 3, 4});
  for (int index : {0, 1, 2}) expect_region_exact(op, {src, one, one}, index);
}

TEST(GroupNorm, RefusesGroupsThatDoNotDivide) {
  const TensorType src{DType::f32, {1, 4, 2}}, one{DType::f32, {4}};
  GroupNorm op;
  op.groups = 3;
  expect_invalid("src f32[1x4x2] has 4 channels, which groups 3 does not divide", [&] {
    op.infer({&src, &one, &one});
  });
}

TEST(LayerNorm, NormalisesTheLastAxes) {
  LayerNorm op;
  op.epsilon = 0;
  const Tensor src = make_tensor<float>({2, 2}, {1, 3, 10, 30});
  expect_near(values_of<float>(run_op1(op, {src, vector_of({1, 2})})), {-1, 2, -1, 2});
  expect_near(values_of<float>(run_op1(op, {src, vector_of({2}), vector_of({1, 2})})), {-1, 4, -1, 4});
}

TEST(LayerNorm, Regions) {
  LayerNorm op;
  const Tensor src = scattered({2, 3, 4}), scale = scattered({3, 1}), bias = scattered({4});
  for (int index : {0, 1, 2}) expect_region_exact(op, {src, scale, bias}, index);
}

TEST(LayerNorm, RefusesParametersThatDoNotBroadcast) {
  const TensorType src{DType::f32, {2, 3, 4}}, bad{DType::f32, {3}};
  LayerNorm op;
  expect_invalid("scale is f32[3], expected a shape that broadcasts to 3x4", [&] { op.infer({&src, &bad}); });
  op.axis = 3;
  expect_invalid("axis 3 is out of range for rank 3", [&] { op.infer({&src, &bad}); });
}

TEST(Lrn, DividesByTheSquaresOfNeighbouringChannels) {
  Lrn op;
  op.size = 3;
  op.alpha = 3;
  op.beta = 1;
  op.bias = 1;
  const Tensor src = make_tensor<float>({1, 4, 1}, {1, 2, 3, 4});
  expect_near(values_of<float>(run_op1(op, {src})), {1.0f / 6, 2.0f / 15, 3.0f / 30, 4.0f / 26});
}

TEST(Lrn, AnEvenSizeReachesFurtherForward) {
  Lrn op;
  op.size = 2;
  op.alpha = 2;
  op.beta = 1;
  EXPECT_EQ(op.channels({1, 2}, 4), (Range{1, 3}));
  const Tensor src = make_tensor<float>({1, 3, 1}, {1, 2, 3});
  expect_near(values_of<float>(run_op1(op, {src})), {1.0f / 6, 2.0f / 14, 3.0f / 10});
}

TEST(Lrn, Regions) {
  Lrn op;
  op.size = 4;
  expect_region_exact(op, {scattered({2, 7, 3})});
}

TEST(Lrn, RefusesASizeBelowOne) {
  const TensorType src{DType::f32, {2, 3, 4}};
  Lrn op;
  op.size = 0;
  expect_invalid("size 0 is out of range", [&] { op.infer({&src}); });
}

}  // namespace
}  // namespace convoy
