#include "ops/reshape.h"

#include "ops/region_exact.h"
#include "support/expect_error.h"

namespace convoy {
namespace {

Reshape reshape(Shape shape) {
  Reshape op;
  op.shape = std::move(shape);
  return op;
}

TEST(Reshape, KeepsTheElements) {
  const Tensor src = make_tensor<int32_t>({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor dst = run_op1(reshape({3, 1, 2}), {src});
  EXPECT_EQ(dst.shape(), (Shape{3, 1, 2}));
  EXPECT_EQ(values_of<int32_t>(dst), values_of<int32_t>(src));
  EXPECT_EQ(run_op1(reshape({}), {make_tensor<float>({1, 1}, {1})}).shape(), Shape{});
  EXPECT_EQ(run_op1(reshape({5, 0}), {Tensor(DType::f32, {0, 3})}).shape(), (Shape{5, 0}));
}

TEST(Reshape, RegionsAreExactWhereAxesStayTogether) {
  expect_region_exact(reshape({2, 1, 3, 1, 4}), {scattered({2, 3, 4})});
  expect_region_exact(reshape({3, 4}), {scattered({1, 3, 1, 4, 1})});
  expect_region_exact(reshape({12}), {scattered({3, 4})}, 0, true);
}

TEST(Reshape, RegionsSufficeWhereAxesAreMergedAndSplit) {
  expect_region_exact(reshape({2, 6, 5}), {scattered({2, 2, 3, 5})}, 0, false);
  expect_region_exact(reshape({2, 2, 3, 5}), {scattered({2, 6, 5})}, 0, false);
  expect_region_exact(reshape({6, 4}), {scattered({4, 6})}, 0, false);
}

TEST(Reshape, RefusesAnotherNumberOfElements) {
  const TensorType src{DType::f32, {2, 3}};
  expect_invalid("src f32[2x3] has 6 elements, but shape 4x2 has 8", [&] { reshape({4, 2}).infer({&src}); });
  expect_invalid("shape -2x-3 has a negative extent", [&] { reshape({-2, -3}).infer({&src}); });
}

}  // namespace
}  // namespace convoy
