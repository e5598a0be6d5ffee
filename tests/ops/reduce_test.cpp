#include "ops/reduce.h"

#include <gtest/gtest.h>

#include <limits>

#include "support/expect_error.h"
#include "support/run_op.h"

namespace convoy {
namespace {

Reduce reduce(ReduceKind kind, std::vector<int64_t> axes = {}, bool keepdims = true) {
  Reduce op;
  op.kind = kind;
  op.axes = std::move(axes);
  op.keepdims = keepdims;
  return op;
}

const Tensor& matrix() {
  static const Tensor tensor = make_tensor<float>({2, 3}, {1, -2, 3, 4, 5, -6});
  return tensor;
}

TEST(Reduce, ComputesEveryKind) {
  const auto rows = [](ReduceKind kind) { return values_of<float>(run_op1(reduce(kind, {1}), {matrix()})); };
  expect_near(rows(ReduceKind::sum), {2, 3});
  expect_near(rows(ReduceKind::mean), {2 / 3.0f, 1});
  expect_near(rows(ReduceKind::max), {3, 5});
  expect_near(rows(ReduceKind::min), {-2, -6});
  expect_near(rows(ReduceKind::prod), {-6, -120});
  expect_near(rows(ReduceKind::l1), {6, 15});
  expect_near(rows(ReduceKind::l2), {3.741657387f, 8.774964387f});
  expect_near(rows(ReduceKind::sum_square), {14, 77});
  expect_near(rows(ReduceKind::log_sum), {0.693147181f, 1.098612289f});
  expect_near(rows(ReduceKind::log_sum_exp), {3.132845290f, 5.313273890f});
}

TEST(Reduce, TakesAnyAxes) {
  const Tensor columns = run_op1(reduce(ReduceKind::sum, {-2}, false), {matrix()});
  EXPECT_EQ(columns.shape(), Shape({3}));
  expect_near(values_of<float>(columns), {5, 3, -3});
  const Tensor all = run_op1(reduce(ReduceKind::sum), {matrix()});
  EXPECT_EQ(all.shape(), Shape({1, 1}));
  expect_near(values_of<float>(all), {5});
  const Tensor cube = make_tensor<int32_t>({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  const Tensor ends = run_op1(reduce(ReduceKind::sum, {2, 0}, false), {cube});
  EXPECT_EQ(values_of<int32_t>(ends), (std::vector<int32_t>{14, 22}));
}

TEST(Reduce, ComputesIntegersExactly) {
  const int64_t big = (int64_t{1} << 53) + 1;
  EXPECT_EQ(values_of<int64_t>(run_op1(reduce(ReduceKind::max), {Tensor::of<int64_t>({big, 1})}))[0], big);
  EXPECT_EQ(values_of<int64_t>(run_op1(reduce(ReduceKind::sum), {Tensor::of<int64_t>({big, 1})}))[0], big + 1);
  EXPECT_EQ(values_of<int32_t>(run_op1(reduce(ReduceKind::mean), {Tensor::of<int32_t>({-3, -4})}))[0], -3);
  EXPECT_EQ(values_of<uint8_t>(run_op1(reduce(ReduceKind::sum), {Tensor::of<uint8_t>({200, 100})}))[0], 44);
}

TEST(Reduce, WidensBytes) {
  Reduce op = reduce(ReduceKind::sum);
  op.widen = true;
  EXPECT_EQ(values_of<int32_t>(run_op1(op, {Tensor::of<uint8_t>({200, 100})}))[0], 300);
  EXPECT_EQ(values_of<int32_t>(run_op1(op, {Tensor::of<int8_t>({-128, -100})}))[0], -228);
  const TensorType floats{DType::f32, {2}}, bytes{DType::u8, {2}};
  expect_invalid("sum of f32[2]: only sums of i8 and u8 are widened", [&] { op.infer({&floats}); });
  op.kind = ReduceKind::max;
  expect_invalid("max of u8[2]: only sums of i8 and u8 are widened", [&] { op.infer({&bytes}); });
}

TEST(Reduce, OfNothing) {
  const Tensor empty(DType::f32, {0, 2});
  const auto columns = [&](ReduceKind kind) { return values_of<float>(run_op1(reduce(kind, {0}), {empty})); };
  constexpr float kInf = std::numeric_limits<float>::infinity();
  expect_near(columns(ReduceKind::sum), {0, 0});
  expect_near(columns(ReduceKind::prod), {1, 1});
  expect_near(columns(ReduceKind::max), {-kInf, -kInf});
  expect_near(columns(ReduceKind::min), {kInf, kInf});
  expect_near(columns(ReduceKind::log_sum_exp), {-kInf, -kInf});
  EXPECT_EQ(run_op1(reduce(ReduceKind::sum, {1}), {empty}).shape(), Shape({0, 1}));
}

TEST(Reduce, KeepsNanAndInfinity) {
  constexpr float kInf = std::numeric_limits<float>::infinity(), kNan = std::numeric_limits<float>::quiet_NaN();
  const Tensor with_nan = Tensor::of<float>({1, kNan, 2}), with_inf = Tensor::of<float>({1, kInf});
  expect_near(values_of<float>(run_op1(reduce(ReduceKind::max), {with_nan})), {kNan});
  expect_near(values_of<float>(run_op1(reduce(ReduceKind::log_sum_exp), {with_inf})), {kInf});
  expect_near(values_of<float>(run_op1(reduce(ReduceKind::log_sum_exp), {Tensor::of<float>({1000, 1000})})),
              {1000.693147f});
}

TEST(Reduce, RefusesWhatHasNoMeaning) {
  const TensorType i32{DType::i32, {2, 0}}, f32{DType::f32, {2, 3}}, boolean{DType::boolean, {2}};
  expect_invalid("axis 2 is out of range for rank 2", [&] { reduce(ReduceKind::sum, {2}).infer({&f32}); });
  expect_invalid("axis -1 is given twice", [&] { reduce(ReduceKind::sum, {1, -1}).infer({&f32}); });
  expect_invalid("expected a floating-point type", [&] { reduce(ReduceKind::l2).infer({&i32}); });
  expect_invalid("src is bool[2], expected numbers", [&] { reduce(ReduceKind::sum).infer({&boolean}); });
  expect_invalid("the mean of no integers is undefined", [&] { reduce(ReduceKind::mean, {1}).infer({&i32}); });
}

TEST(Reduce, NeedsTheReducedAxesWhole) {
  const Tensor cube = make_tensor<float>({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  const Reduce kept = reduce(ReduceKind::sum, {1}), dropped = reduce(ReduceKind::sum, {1}, false);
  EXPECT_EQ(kept.input_region(0, {{1, 0, 0}, {2, 1, 1}}, {&cube.type()}), (Region{{1, 0, 0}, {2, 2, 1}}));
  EXPECT_EQ(dropped.input_region(0, {{1, 0}, {2, 1}}, {&cube.type()}), (Region{{1, 0, 0}, {2, 2, 1}}));
  expect_region_suffices(dropped, {cube}, 0, {{1, 0}, {2, 1}});
}

}  // namespace
}  // namespace convoy
