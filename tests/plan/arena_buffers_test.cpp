// The arena's buffers and lifetimes as the plan records them.
#include <gtest/gtest.h>

#include <algorithm>

#include "passes/pass_test.h"
#include "passes/passes.h"
#include "plan/plan.h"
#include "runtime/compile.h"

namespace convoy {
namespace {

/// A U of two levels: a shortcut that lives long, a concatenation, and a convolution that may need temporary memory.
constexpr const char* kNetwork = R"(graph g
input %x f32[1x16x24x24]
constant %wa f32[16x16x3x3] ...
constant %wb f32[16x32x3x3] ...
%a f32[1x16x24x24] = conv2d(%x, %wa, _) strides=[1,1] dilations=[1,1] pads=[1,1,1,1] group=1 @conv_a
%b f32[1x16x12x12] = max_pool2d(%a) kernel=[2,2] strides=[2,2] pads=[0,0,0,0] @pool
%c f32[1x16x12x12] = conv2d(%b, %wa, _) strides=[1,1] dilations=[1,1] pads=[1,1,1,1] group=1 @conv_b
%d f32[1x16x24x24] = resize(%c) mode=nearest coordinates=asymmetric nearest=floor shape=[1,16,24,24] @enlarge
%e f32[1x32x24x24] = concat(%a, %d) axis=1 @join
%y f32[1x16x24x24] = conv2d(%e, %wb, _) strides=[1,1] dilations=[1,1] pads=[1,1,1,1] group=1 @conv_c
output %y
)";

Plan plan_with(const std::string& impl) {
  ChoiceOptions choice;
  choice.forced = {{"conv2d", impl}};
  return make_plan(make_groups(random_graph_from_text(kNetwork)), make_target({.threads = 1, .use_tuning = false}),
                   choice);
}

bool live_at(const ArenaBuffer& buffer, int32_t step) {
  return buffer.first_step <= step && step <= buffer.last_step;
}

TEST(ArenaBuffers, TheirSumPeaksWhereThePlanSays) {
  for (const char* impl : {"conv2d_direct", "conv2d_winograd4x4", "reference"}) {
    const Plan plan = plan_with(impl);
    int64_t peak = 0;
    for (int32_t step = 0; step < static_cast<int32_t>(plan.steps.size()); ++step) {
      int64_t live = 0;
      for (const ArenaBuffer& buffer : plan.arena_buffers) live += live_at(buffer, step) ? buffer.bytes : 0;
      peak = std::max(peak, live);
    }
    EXPECT_GT(peak, 0) << impl;
    EXPECT_EQ(peak, plan.peak_live_bytes) << impl;
  }
}

TEST(ArenaBuffers, ThoseThatLiveTogetherLieApart) {
  const Plan plan = plan_with("conv2d_direct");
  for (const ArenaBuffer& a : plan.arena_buffers) {
    EXPECT_LE(a.offset + a.bytes, plan.arena_bytes) << a.name;
    for (const ArenaBuffer& b : plan.arena_buffers) {
      if (&a == &b || a.last_step < b.first_step || b.last_step < a.first_step) continue;
      EXPECT_TRUE(a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset) << a.name << ", " << b.name;
    }
  }
}

TEST(ArenaBuffers, AreCalledByTheirValues) {
  const Plan plan = plan_with("conv2d_direct");
  const auto named_b = std::ranges::find(plan.arena_buffers, "b", &ArenaBuffer::name);
  ASSERT_NE(named_b, plan.arena_buffers.end());
  EXPECT_EQ(plan.steps[named_b->first_step].name, "pool");
  EXPECT_EQ(plan.steps[named_b->last_step].name, "conv_b");
}

}  // namespace
}  // namespace convoy
