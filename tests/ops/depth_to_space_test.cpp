// depth_to_space and space_to_depth.
#include "ops/depth_to_space.h"

#include "ops/region_exact.h"
#include "ops/space_to_depth.h"
#include "support/expect_error.h"

namespace convoy {
namespace {

DepthToSpace depth_to_space(int64_t block_size, DepthToSpaceMode mode) {
  DepthToSpace op;
  op.block_size = block_size;
  op.mode = mode;
  return op;
}

SpaceToDepth space_to_depth(int64_t block_size, DepthToSpaceMode mode = DepthToSpaceMode::dcr) {
  SpaceToDepth op;
  op.block_size = block_size;
  op.mode = mode;
  return op;
}

TEST(DepthToSpace, SplitsTheChannelAxis) {
  const Tensor src = make_tensor<uint8_t>({1, 8, 1, 1}, {0, 1, 2, 3, 4, 5, 6, 7});
  const Tensor dcr = run_op1(depth_to_space(2, DepthToSpaceMode::dcr), {src});
  EXPECT_EQ(dcr.shape(), (Shape{1, 2, 2, 2}));
  EXPECT_EQ(values_of<uint8_t>(dcr), (std::vector<uint8_t>{0, 2, 4, 6, 1, 3, 5, 7}));
  const Tensor crd = run_op1(depth_to_space(2, DepthToSpaceMode::crd), {src});
  EXPECT_EQ(values_of<uint8_t>(crd), (std::vector<uint8_t>{0, 1, 2, 3, 4, 5, 6, 7}));
}

TEST(DepthToSpace, Regions) {
  for (DepthToSpaceMode mode : {DepthToSpaceMode::dcr, DepthToSpaceMode::crd}) {
    expect_region_exact(depth_to_space(2, mode), {scattered({2, 8, 2, 3})});
    expect_region_exact(depth_to_space(3, mode), {scattered({1, 18, 2, 2})});
  }
}

TEST(DepthToSpace, RefusesChannelsThatDoNotSplit) {
  const TensorType src{DType::f32, {1, 6, 2, 2}};
  expect_invalid("src f32[1x6x2x2] has 6 channels, expected a multiple of 4 for block_size 2",
                 [&] { depth_to_space(2, DepthToSpaceMode::dcr).infer({&src}); });
  expect_invalid("block_size 0 is out of range", [&] { depth_to_space(0, DepthToSpaceMode::dcr).infer({&src}); });
}

TEST(SpaceToDepth, IsTheInverse) {
  const Tensor src = scattered({2, 3, 4, 6});
  for (DepthToSpaceMode mode : {DepthToSpaceMode::dcr, DepthToSpaceMode::crd}) {
    const Tensor dst = run_op1(space_to_depth(2, mode), {src});
    EXPECT_EQ(dst.shape(), (Shape{2, 12, 2, 3}));
    EXPECT_EQ(values_of<float>(run_op1(depth_to_space(2, mode), {dst})), values_of<float>(src));
  }
}

TEST(SpaceToDepth, MovesBlocksToChannels) {
  const Tensor src = make_tensor<float>({1, 1, 2, 4}, {0, 1, 2, 3, 4, 5, 6, 7});
  EXPECT_EQ(values_of<float>(run_op1(space_to_depth(2), {src})), (std::vector<float>{0, 2, 1, 3, 4, 6, 5, 7}));
}

TEST(SpaceToDepth, Regions) {
  for (DepthToSpaceMode mode : {DepthToSpaceMode::dcr, DepthToSpaceMode::crd}) {
    expect_region_exact(space_to_depth(2, mode), {scattered({2, 3, 4, 4})});
    expect_region_exact(space_to_depth(3, mode), {scattered({1, 2, 6, 3})});
  }
}

TEST(SpaceToDepth, RefusesExtentsThatDoNotDivide) {
  const TensorType src{DType::f32, {1, 6, 2, 3}};
  expect_invalid("src f32[1x6x2x3] has 3 columns, expected a multiple of block_size 2",
                 [&] { space_to_depth(2).infer({&src}); });
}

}  // namespace
}  // namespace convoy
