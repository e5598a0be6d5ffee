// --max-memory.
#include <gtest/gtest.h>

#include "passes/pass_test.h"
#include "passes/passes.h"
#include "plan/plan.h"
#include "runtime/compile.h"
#include "support/expect_error.h"

namespace convoy {
namespace {

/// Two convolutions whose transformed weights are much larger than their weights.
GroupedGraph network() {
  return make_groups(random_graph_from_text(R"(graph g
input %x f32[1x64x28x28]
constant %v f32[128x64x3x3] ...
constant %w f32[64x128x3x3] ...
%a f32[1x128x28x28] = conv2d(%x, %v, _) strides=[1,1] dilations=[1,1] pads=[1,1,1,1] group=1 @first
%b f32[1x128x28x28] = relu(%a) @relu
%y f32[1x64x28x28] = conv2d(%b, %w, _) strides=[1,1] dilations=[1,1] pads=[1,1,1,1] group=1 @second
output %y
)"));
}

const Target kTarget = make_target({.threads = 1});

TEST(WithinMemory, DraftsHaveTheSizesOfPlans) {
  for (const char* impl : {"conv2d_direct", "conv2d_winograd4x4", "conv2d_winograd6x6_lean", "reference"}) {
    const ChoiceOptions options{.forced = {{"conv2d", impl}}};
    const Plan plan = make_plan(network(), kTarget, options), draft = draft_plan(network(), kTarget, options);
    EXPECT_EQ(draft.weights_bytes, plan.weights_bytes) << impl;
    EXPECT_EQ(draft.arena_bytes, plan.arena_bytes) << impl;
    EXPECT_EQ(draft.memory_bytes(), plan.memory_bytes()) << impl;
    EXPECT_EQ(to_text(draft), to_text(plan)) << impl;
  }
}

TEST(WithinMemory, CountsWeightsThatNobodyPacks) {
  const Plan plan = make_plan(network(), kTarget, {.forced = {{"conv2d", "reference"}}});
  EXPECT_EQ(plan.weights_bytes, 2 * 4 * 64 * 128 * 3 * 3);
}

TEST(WithinMemory, EveryLimitIsKept) {
  const int64_t most = make_plan(network(), kTarget).memory_bytes();
  int64_t before = most;
  int limits = 0;
  for (int percent = 100; percent > 0; percent -= 5) {
    const int64_t limit = most * percent / 100;
    try {
      const Plan plan = make_plan_within(network(), kTarget, {}, limit);
      EXPECT_LE(plan.memory_bytes(), limit);
      EXPECT_LE(plan.memory_bytes(), before) << "less is allowed, and more is taken";
      EXPECT_GE(plan.limit->slower, 0);
      for (const GroupChoice& choice : plan.choices) EXPECT_NE(choice.picked, "reference");
      before = plan.memory_bytes();
      ++limits;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::unsupported);
      EXPECT_GT(draft_plan(network(), kTarget, {.forced = {{"conv2d", "conv2d_direct"}}}).memory_bytes(), limit)
          << "direct convolutions would fit";
    }
  }
  EXPECT_GT(limits, 3);
}

TEST(WithinMemory, SaysWhatWouldBeEnough) {
  expect_error(ErrorKind::unsupported, "the network needs 1.", [] { make_plan_within(network(), kTarget, {}, 1000); });
}

TEST(WithinMemory, ChangesNothingWhereThereIsEnough) {
  const Plan plan = make_plan(network(), kTarget);
  const Plan limited = make_plan_within(network(), kTarget, {}, plan.memory_bytes());
  EXPECT_EQ(to_text(limited), to_text(plan));
  EXPECT_EQ(limited.limit->slower, 0);
}

}  // namespace
}  // namespace convoy
