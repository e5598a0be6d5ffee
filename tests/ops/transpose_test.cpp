#include "ops/transpose.h"

#include "ops/region_exact.h"
#include "support/expect_error.h"

namespace convoy {
namespace {

Transpose transpose(std::vector<int64_t> perm) {
  Transpose op;
  op.perm = std::move(perm);
  return op;
}

TEST(Transpose, ReordersAxes) {
  const Tensor src = make_tensor<int8_t>({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor dst = run_op1(transpose({1, 0}), {src});
  EXPECT_EQ(dst.shape(), (Shape{3, 2}));
  EXPECT_EQ(values_of<int8_t>(dst), (std::vector<int8_t>{1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(run_op1(transpose({2, 0, 1}), {Tensor(DType::f32, {2, 3, 4})}).shape(), (Shape{4, 2, 3}));
}

TEST(Transpose, Regions) {
  expect_region_exact(transpose({2, 0, 1}), {scattered({2, 3, 4})});
}

TEST(Transpose, RefusesWhatIsNoPermutation) {
  const TensorType src{DType::f32, {2, 3}};
  expect_invalid("perm [1,1] names axis 1 twice", [&] { transpose({1, 1}).infer({&src}); });
  expect_invalid("axis 2 is out of range for rank 2", [&] { transpose({0, 2}).infer({&src}); });
  expect_invalid("perm has 1 values, expected 2", [&] { transpose({0}).infer({&src}); });
}

}  // namespace
}  // namespace convoy
