// Sound graphs whose attributes would make a plan of gigabytes, or take hours to make: the implementations whose tables
// or kernels would grow so large refuse them.
#include <gtest/gtest.h>

#include "graph/text.h"
#include "passes/passes.h"
#include "plan/plan.h"
#include "runtime/compile.h"

namespace convoy {
namespace {

struct HostileGraph {
  const char* op;
  const char* text;
};

class HostileGraphs : public testing::TestWithParam<HostileGraph> {};

TEST_P(HostileGraphs, AreLeftToTheReference) {
  const Graph graph = graph_from_text(GetParam().text);
  const Plan plan = make_plan(make_groups(run_passes(graph)), make_target({.threads = 1}));
  ASSERT_EQ(plan.choices.size(), 1u);
  EXPECT_EQ(plan.choices[0].op, GetParam().op);
  EXPECT_EQ(plan.choices[0].picked, "reference");
}

constexpr HostileGraph kGraphs[] = {
    {"pad", R"(graph g
input %x f32[1x1x1x1]
%y f32[1x1x1x1000000001] = pad(%x) begin=[0,0,0,0] end=[0,0,0,1000000000]
output %y
)"},
    {"conv_transpose2d", R"(graph g
input %x f32[1x1x1x1]
constant %w f32[1x1x2x2] 1 2 3 4
%y f32[1x1x16385x16385] = conv_transpose2d(%x, %w, _) strides=[20000,20000] dilations=[16384,16384]
output %y
)"},
    {"max_pool2d", R"(graph g
input %x f32[1x1x1x4]
%y f32[1x1x1x1000000003] = max_pool2d(%x) kernel=[1,1000000000] pads=[0,999999999,0,999999999]
output %y
)"},
    {"avg_pool2d", R"(graph g
input %x f32[1x1x4x1]
%y f32[1x1x1000000003x1] = avg_pool2d(%x) kernel=[1000000000,1] pads=[999999999,0,999999999,0]
output %y
)"},
};

INSTANTIATE_TEST_SUITE_P(, HostileGraphs, testing::ValuesIn(kGraphs),
                         [](const auto& info) { return std::string(info.param.op); });

}  // namespace
}  // namespace convoy
