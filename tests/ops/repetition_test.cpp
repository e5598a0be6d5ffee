// expand and tile.
#include "ops/expand.h"
#include "ops/region_exact.h"
#include "ops/tile.h"
#include "support/expect_error.h"

namespace convoy {
namespace {

Expand expand(Shape shape) {
  Expand op;
  op.shape = std::move(shape);
  return op;
}

Tile tile(std::vector<int64_t> repeats) {
  Tile op;
  op.repeats = std::move(repeats);
  return op;
}

TEST(Expand, RepeatsAxesOfExtentOne) {
  const Tensor src = make_tensor<int16_t>({2, 1}, {1, 2});
  EXPECT_EQ(values_of<int16_t>(run_op1(expand({2, 2, 2}), {src})), (std::vector<int16_t>{1, 1, 2, 2, 1, 1, 2, 2}));
  EXPECT_EQ(run_op1(expand({2, 0}), {src}).elems(), 0);
}

TEST(Expand, Regions) {
  expect_region_exact(expand({2, 3, 4}), {scattered({3, 1})});
}

TEST(Expand, RefusesOtherExtents) {
  const TensorType src{DType::f32, {2, 1}};
  expect_invalid("src f32[2x1] does not broadcast to shape 3x4", [&] { expand({3, 4}).infer({&src}); });
  expect_invalid("does not broadcast to shape 2", [&] { expand({2}).infer({&src}); });
}

TEST(Tile, RepeatsTheWholeTensor) {
  const Tensor src = make_tensor<uint64_t>({2, 1}, {1, 2});
  EXPECT_EQ(values_of<uint64_t>(run_op1(tile({2, 2}), {src})), (std::vector<uint64_t>{1, 1, 2, 2, 1, 1, 2, 2}));
  EXPECT_EQ(run_op1(tile({0, 3}), {src}).shape(), (Shape{0, 3}));
}

TEST(Tile, Regions) {
  expect_region_exact(tile({3, 1, 2}), {scattered({4, 2, 3})});
}

TEST(Tile, RefusesNegativeAndHugeRepeats) {
  const TensorType src{DType::f32, {4, 1}};
  expect_invalid("repeat -1 is out of range", [&] { tile({-1, 1}).infer({&src}); });
  expect_invalid("repeat 4611686018427387904 is out of range", [&] { tile({int64_t{1} << 62, 1}).infer({&src}); });
  expect_invalid("repeats has 1 values, expected 2", [&] { tile({1}).infer({&src}); });
}

}  // namespace
}  // namespace convoy
