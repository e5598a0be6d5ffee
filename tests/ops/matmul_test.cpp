#include "ops/matmul.h"

#include <gtest/gtest.h>

#include "support/expect_error.h"
#include "support/run_op.h"

namespace convoy {
namespace {

MatMul matmul(bool trans_a = false, bool trans_b = false) {
  MatMul op;
  op.trans_a = trans_a;
  op.trans_b = trans_b;
  return op;
}

const Tensor& a() {
  static const Tensor tensor = make_tensor<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  return tensor;
}

TEST(MatMul, MultipliesMatrices) {
  const Tensor b = make_tensor<float>({3, 2}, {1, 0, 0, 1, 1, 1});
  const Tensor dst = run_op1(matmul(), {a(), b});
  EXPECT_EQ(dst.shape(), Shape({2, 2}));
  expect_near(values_of<float>(dst), {4, 5, 10, 11});
}

TEST(MatMul, Transposes) {
  const Tensor b = make_tensor<float>({3, 2}, {1, 0, 0, 1, 1, 1});
  const Tensor a_transposed = make_tensor<float>({3, 2}, {1, 4, 2, 5, 3, 6});
  const Tensor b_transposed = make_tensor<float>({2, 3}, {1, 0, 1, 0, 1, 1});
  const std::vector<float> expected = {4, 5, 10, 11};
  expect_near(values_of<float>(run_op1(matmul(true), {a_transposed, b})), expected);
  expect_near(values_of<float>(run_op1(matmul(false, true), {a(), b_transposed})), expected);
  expect_near(values_of<float>(run_op1(matmul(true, true), {a_transposed, b_transposed})), expected);
}

TEST(MatMul, TakesVectors) {
  const Tensor v2 = Tensor::of<float>({1, 10}), v3 = Tensor::of<float>({1, 0, -1});
  const Tensor row = run_op1(matmul(), {v2, a()}), column = run_op1(matmul(), {a(), v3});
  EXPECT_EQ(row.shape(), Shape({3}));
  expect_near(values_of<float>(row), {41, 52, 63});
  EXPECT_EQ(column.shape(), Shape({2}));
  expect_near(values_of<float>(column), {-2, -2});
  EXPECT_EQ(run_op1(matmul(), {v3, v3}).shape(), Shape());
}

TEST(MatMul, BroadcastsBatches) {
  const Tensor lhs = make_tensor<int32_t>({2, 1, 1, 2}, {1, 2, 3, 4});
  const Tensor rhs = make_tensor<int32_t>({3, 2, 1}, {1, 0, 0, 1, 1, 1});
  const Tensor dst = run_op1(matmul(), {lhs, rhs});
  EXPECT_EQ(dst.shape(), Shape({2, 3, 1, 1}));
  EXPECT_EQ(values_of<int32_t>(dst), (std::vector<int32_t>{1, 2, 3, 3, 4, 7}));
}

TEST(MatMul, OfNothingIsZero) {
  const Tensor dst = run_op1(matmul(), {Tensor(DType::f32, {2, 0}), Tensor(DType::f32, {0, 3})});
  expect_near(values_of<float>(dst), std::vector<float>(6, 0.0f));
}

TEST(MatMul, CountsMacs) {
  const TensorType lhs{DType::f32, {5, 2, 3}}, rhs{DType::f32, {3, 4}};
  const InputTypes types = {&lhs, &rhs};
  EXPECT_EQ(matmul().macs(types, matmul().infer(types)), 5 * 2 * 3 * 4);
}

TEST(MatMul, RefusesWhatDoesNotFit) {
  const TensorType lhs{DType::f32, {2, 3}}, rhs{DType::f32, {2, 3}}, scalar{DType::f32, {}}, v{DType::f32, {2}},
      i8{DType::i8, {3, 2}}, batch2{DType::f32, {2, 3, 3}}, batch3{DType::f32, {3, 3, 3}};
  expect_invalid("a 2x3 has k=3, but b 2x3 has k=2", [&] { matmul().infer({&lhs, &rhs}); });
  expect_invalid("a 2x3 transposed has k=2, but b 2x3 transposed has k=3", [&] {
    matmul(true, true).infer({&lhs, &rhs});
  });
  expect_invalid("expected rank 1 or more", [&] { matmul().infer({&lhs, &scalar}); });
  expect_invalid("a vector cannot be transposed", [&] { matmul(true).infer({&v, &rhs}); });
  expect_invalid("a and b are f32[2x3] and i8[3x2]", [&] { matmul().infer({&lhs, &i8}); });
  expect_invalid("shapes 2 and 3 do not broadcast", [&] { matmul().infer({&batch2, &batch3}); });
}

TEST(MatMul, NeedsRowsAndColumns) {
  const Tensor lhs = make_tensor<float>({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  const Tensor rhs = make_tensor<float>({1, 2, 2}, {1, 2, 3, 4});
  const Region output{{1, 0, 1}, {2, 1, 2}};
  const InputTypes types = {&lhs.type(), &rhs.type()};
  EXPECT_EQ(matmul().input_region(0, output, types), (Region{{1, 0, 0}, {2, 1, 2}}));
  EXPECT_EQ(matmul().input_region(1, output, types), (Region{{0, 0, 1}, {1, 2, 2}}));
  for (bool trans_a : {false, true}) {
    for (bool trans_b : {false, true}) {
      for (int index : {0, 1}) expect_region_suffices(matmul(trans_a, trans_b), {lhs, rhs}, index, output);
    }
  }
  const Tensor vector = Tensor::of<float>({1, 2});
  for (int index : {0, 1}) {
    expect_region_suffices(matmul(), {vector, lhs}, index, {{1, 0}, {2, 1}});
    expect_region_suffices(matmul(), {lhs, vector}, index, {{1, 0}, {2, 1}});
  }
}

}  // namespace
}  // namespace convoy
