// What decides between implementations: --set, what was decided for the network, the estimates.
#include "choose/choose.h"

#include <gtest/gtest.h>

#include "choose/signature.h"
#include "graph/text.h"
#include "passes/pass_test.h"
#include "passes/passes.h"
#include "runtime/compile.h"
#include "support/expect_error.h"

namespace convoy {
namespace {

/// A sum over channels: which kernels can compute it depends on where the channels lie in memory.
class Choosing : public testing::Test {
 protected:
  Choice choose(Layout input, const ChoiceOptions& options, const std::string& decided = "") const {
    Problem problem{grouped_, grouped_.groups.at(0), target_, {}};
    for (ValueId id : problem.group.inputs) problem.views[id] = TensorView::contiguous(problem.type(id), input);
    return choose_impl(problem, signature(), options, decided);
  }
  std::string signature() const { return group_signature(grouped_, grouped_.groups.at(0)); }

  GroupedGraph grouped_ = make_groups(graph_from_text(R"(graph g
input %x f32[1x32x5x5]
%y f32[1x1x5x5] = reduce(%x) kind=sum axes=[1] keepdims=1 @total
output %y
)"));
  Target target_ = make_target({.threads = 1});
};

TEST_F(Choosing, TakesTheCheapest) {
  EXPECT_EQ(choose(Layout::row_major, {}).impl->name(), "reduce_lanes");
  EXPECT_EQ(choose(Layout::channels_last, {}).impl->name(), "reduce_innermost");
}

TEST_F(Choosing, WhatIsDecidedIsTaken) {
  EXPECT_EQ(choose(Layout::row_major, {}, "reference").impl->name(), "reference");
  EXPECT_EQ(choose(Layout::row_major, {}, "reduce_lanes").impl->name(), "reduce_lanes");
}

TEST_F(Choosing, ADecisionThatRefusesLeavesTheCheapest) {
  const Choice choice = choose(Layout::channels_last, {}, "reduce_lanes");
  EXPECT_EQ(choice.impl->name(), "reduce_innermost");
  EXPECT_EQ(choice.considered[choice.picked].impl, "reduce_innermost");
  EXPECT_EQ(choose(Layout::row_major, {}, "no_such_kernel").impl->name(), "reduce_lanes");
}

TEST_F(Choosing, SetGoesBeforeTheDecision) {
  const ChoiceOptions options{.forced = {{"total", "reference"}}};
  EXPECT_EQ(choose(Layout::row_major, options, "reduce_lanes").impl->name(), "reference");
}

TEST_F(Choosing, WhatIsSetMustCompute) {
  ChoiceOptions options;
  options.forced = {{"reduce", "reduce_lanes"}};
  expect_error(ErrorKind::usage, "--set: reduce_lanes cannot compute 'total': the innermost axis is not kept",
               [&] { choose(Layout::channels_last, options); });
  options.forced = {{"reduce", "softmax_tiles"}};
  expect_error(ErrorKind::usage, "--set: 'total' (reduce) has no implementation 'softmax_tiles', only reduce_",
               [&] { choose(Layout::row_major, options); });
}

/// A convolution whose implementations pack between 2.4 and 17 MB of weights.
class ChoosingAmongEquals : public testing::Test {
 protected:
  /// The pick when F(4x4) takes `packed_ns` and, without stored transforms, `lean_ns`.
  std::string pick(double packed_ns, double lean_ns) const {
    Problem problem{grouped_, grouped_.groups.at(0), target_, {}};
    const ValueId x = problem.anchor_input(0);
    problem.views[x] = TensorView::contiguous(problem.type(x), Layout::channels_last);
    const std::string signature = group_signature(grouped_, problem.group);
    ChoiceOptions options;
    for (const Considered& considered : choose_impl(problem, signature, {}).considered) {
      if (considered.impl == "conv2d_winograd4x4")
        options.measured.set(signature, considered.candidate, {packed_ns, 0, 5});
      if (considered.impl == "conv2d_winograd4x4_lean")
        options.measured.set(signature, considered.candidate, {lean_ns, 0, 5});
    }
    return choose_impl(problem, signature, options).impl->name();
  }

  GroupedGraph grouped_ = make_groups(random_graph_from_text(R"(graph g
input %x f32[1x256x14x14]
constant %w f32[256x256x3x3] ...
%y f32[1x256x14x14] = conv2d(%x, %w, _) strides=[1,1] dilations=[1,1] pads=[1,1,1,1] group=1 @conv
output %y
)"));
  Target target_ = make_target({.threads = 1});
};

TEST_F(ChoosingAmongEquals, TakesTheOneWithFewerWeights) {
  EXPECT_EQ(pick(1000, 1010), "conv2d_winograd4x4_lean");
  EXPECT_EQ(pick(1000, 1100), "conv2d_winograd4x4");
  EXPECT_EQ(pick(1000, 900), "conv2d_winograd4x4_lean");
}

}  // namespace
}  // namespace convoy
