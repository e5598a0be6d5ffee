// The choice for the network as a whole.
#include "choose/assign.h"

#include <gtest/gtest.h>

#include "choose/alternatives.h"
#include "choose/signature.h"
#include "graph/text.h"
#include "passes/pass_test.h"
#include "passes/passes.h"
#include "plan/plan.h"
#include "runtime/compile.h"

namespace convoy {
namespace {

/// A pool, whose result lies with channels innermost, and a sum over channels, which has kernels for either layout.
class Assigning : public testing::Test {
 protected:
  Assigned of(const std::string& name, const ChoiceOptions& options) const {
    for (const Group& group : grouped_.groups) {
      if (group.name == name) return assign(grouped_, target_, options).at(group.anchor);
    }
    throw std::out_of_range(name);
  }

  /// Sets what `total` and the copy of its input to row-major take.
  ChoiceOptions measured(double innermost_ns, double lanes_ns, double copy_ns) const {
    ChoiceOptions options;
    for (const GroupAlternatives& group : list_alternatives(grouped_, target_, {}).groups) {
      for (const Alternative& alternative : group.all) {
        double ns = alternative.candidate.starts_with("max_pool2d") ? 1000 : 1e6;
        if (alternative.candidate.starts_with("reduce_innermost cl")) ns = innermost_ns;
        if (alternative.candidate.starts_with("reduce_lanes rm")) ns = lanes_ns;
        options.measured.set(group.signature, alternative.candidate, {ns, 0, 5});
      }
    }
    const TensorType& type = grouped_.graph.type(grouped_.groups.at(0).output);
    options.measured.set(copy_signature(type),
                         copy_candidate(TensorView::contiguous(type, Layout::channels_last),
                                        TensorView::contiguous(type, Layout::row_major)),
                         {copy_ns, 0, 5});
    return options;
  }

  GroupedGraph grouped_ = make_groups(graph_from_text(R"(graph g
input %x f32[1x32x10x10]
%p f32[1x32x5x5] = max_pool2d(%x) kernel=[2,2] strides=[2,2] dilations=[1,1] pads=[0,0,0,0] ceil_mode=0 @pool
%y f32[1x1x5x5] = reduce(%p) kind=sum axes=[1] keepdims=1 @total
output %y
)"));
  Target target_ = make_target({.threads = 1});
  ValueId pooled_ = grouped_.groups.at(0).output;
};

TEST_F(Assigning, ACopyIsMadeWhereItPays) {
  const Assigned in_place = of("total", measured(500, 300, 300));
  EXPECT_EQ(in_place.impl, "reduce_innermost");
  EXPECT_TRUE(in_place.copied.empty());

  const Assigned copied = of("total", measured(500, 300, 100));
  EXPECT_EQ(copied.impl, "reduce_lanes");
  EXPECT_EQ(copied.copied, (std::map<ValueId, Layout>{{pooled_, Layout::row_major}}));
}

TEST_F(Assigning, ThePlanMakesTheCopies) {
  const Plan plan = make_plan(grouped_, target_, measured(500, 300, 100));
  std::vector<std::string> names;
  for (const PlanStep& step : plan.steps) names.push_back(step.name);
  EXPECT_EQ(names, (std::vector<std::string>{"pool.channels_last", "pool", "total.row_major", "total"}));
  EXPECT_EQ(plan.choices.back().picked, "reduce_lanes");
}

TEST_F(Assigning, TheTunersWishIsGrantedInItsLayout) {
  const std::string signature = group_signature(grouped_, grouped_.groups.at(1));
  const ChoiceOptions rows{.wanted = {{signature, "reduce_lanes rm->rm"}}};
  EXPECT_EQ(of("total", rows).impl, "reduce_lanes");
  EXPECT_EQ(of("total", rows).copied.count(pooled_), 1);
  const ChoiceOptions pixels{.wanted = {{signature, "reduce_innermost cl->rm"}}};
  EXPECT_EQ(of("total", pixels).impl, "reduce_innermost");
  EXPECT_TRUE(of("total", pixels).copied.empty());
}

TEST_F(Assigning, AWishThatCannotBeGrantedLeavesTheBest) {
  const std::string signature = group_signature(grouped_, grouped_.groups.at(1));
  EXPECT_EQ(of("total", {.wanted = {{signature, "no_such_kernel"}}}).impl, of("total", {}).impl);
}

TEST_F(Assigning, SetGoesBeforeTheWishAndGetsItsLayout) {
  const std::string signature = group_signature(grouped_, grouped_.groups.at(1));
  ChoiceOptions options{.wanted = {{signature, "reduce_innermost cl->rm"}}};
  options.forced = {{"total", "reduce_lanes"}};
  EXPECT_EQ(of("total", options).impl, "reduce_lanes");
  EXPECT_EQ(make_plan(grouped_, target_, options).choices.back().picked, "reduce_lanes");
}

/// A copy that two groups read is paid once.
TEST(Assign, CopiesAreShared) {
  const GroupedGraph grouped = make_groups(graph_from_text(R"(graph g
input %x f32[1x32x10x10]
%p f32[1x32x5x5] = max_pool2d(%x) kernel=[2,2] strides=[2,2] dilations=[1,1] pads=[0,0,0,0] ceil_mode=0 @pool
%s f32[1x1x5x5] = reduce(%p) kind=sum axes=[1] keepdims=1 @sum
%m f32[1x1x5x5] = reduce(%p) kind=max axes=[1] keepdims=1 @most
output %s
output %m
)"));
  const Target target = make_target({.threads = 1});
  ChoiceOptions options;
  for (const GroupAlternatives& group : list_alternatives(grouped, target, {}).groups) {
    for (const Alternative& alternative : group.all) {
      const bool rows = alternative.candidate.starts_with("reduce_lanes rm");
      options.measured.set(group.signature, alternative.candidate, {rows ? 300.0 : 500.0, 0, 5});
    }
  }
  const TensorType& type = grouped.graph.type(grouped.groups.at(0).output);
  options.measured.set(copy_signature(type), "cl->rm", {300, 0, 5});  // pays for two, not for one
  for (const auto& [anchor, assigned] : assign(grouped, target, options)) {
    if (grouped.graph.nodes[anchor].op->name() != "reduce") continue;
    EXPECT_EQ(assigned.impl, "reduce_lanes");
  }
}

}  // namespace
}  // namespace convoy
