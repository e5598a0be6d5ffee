#include "passes/recognise_channel_shuffle.h"

#include "ops/channel_shuffle.h"
#include "passes/pass_test.h"
#include "support/expect_error.h"
#include "support/run_op.h"

namespace convoy {
namespace {

TEST(RecogniseChannelShuffle, ReplacesReshapeTransposeReshape) {
  expect_pass(recognise_channel_shuffle, R"(graph g
input %x f32[2x6x2x3]
%a f32[2x3x2x2x3] = reshape(%x) shape=[2,3,2,2,3]
%b f32[2x2x3x2x3] = transpose(%a) perm=[0,2,1,3,4]
%y f32[2x6x2x3] = reshape(%b) shape=[2,6,2,3]
output %y
)",
              "%y = channel_shuffle(%x) group=3\n", 0);
}

TEST(RecogniseChannelShuffle, KeepsOtherRearrangements) {
  // Swaps channels with rows.
  expect_unchanged(recognise_channel_shuffle, R"(graph g
input %x f32[1x4x4x4]
%a f32[1x4x2x2x4] = reshape(%x) shape=[1,4,2,2,4]
%b f32[1x2x4x2x4] = transpose(%a) perm=[0,2,1,3,4]
%y f32[1x4x4x4] = reshape(%b) shape=[1,4,4,4]
output %y
)");
  // Pixel shuffle.
  expect_unchanged(recognise_channel_shuffle, R"(graph g
input %x f32[1x4x2x2]
%a f32[1x2x2x2x2] = reshape(%x) shape=[1,2,2,2,2]
%b f32[1x2x2x2x2] = transpose(%a) perm=[0,3,1,4,2]
%y f32[1x1x4x4] = reshape(%b) shape=[1,1,4,4]
output %y
)");
}

TEST(ChannelShuffle, DealsGroupsOutInTurn) {
  ChannelShuffle op;
  op.group = 2;
  const Tensor src = make_tensor<float>({1, 6, 1, 1}, {0, 1, 2, 3, 4, 5});
  EXPECT_EQ(values_of<float>(run_op1(op, {src})), (std::vector<float>{0, 3, 1, 4, 2, 5}));
  for (int64_t channel = 0; channel < 6; ++channel) {
    EXPECT_EQ(run_op1(op, {src}).as<float>()[channel], op.source(channel, 6));
  }
}

TEST(ChannelShuffle, NeedsTheChannelsItCopies) {
  ChannelShuffle op;
  op.group = 2;
  const Tensor src = make_tensor<float>({1, 6, 1, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  expect_region_suffices(op, {src}, 0, {{0, 0, 0, 1}, {1, 1, 1, 2}});
  expect_region_suffices(op, {src}, 0, {{0, 1, 0, 0}, {1, 4, 1, 2}});
  const InputTypes types = {&src.type()};
  EXPECT_EQ(op.input_region(0, {{0, 2, 0, 1}, {1, 3, 1, 2}}, types), (Region{{0, 1, 0, 1}, {1, 2, 1, 2}}));
}

TEST(ChannelShuffle, RefusesChannelsThatDoNotDivide) {
  ChannelShuffle op;
  op.group = 4;
  const TensorType src{DType::f32, {1, 6, 1, 1}};
  expect_invalid("src f32[1x6x1x1] has 6 channels, expected a multiple of 4", [&] { op.infer({&src}); });
}

}  // namespace
}  // namespace convoy
