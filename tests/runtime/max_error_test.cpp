// The rounding errors of Winograd convolutions, and what --max-error makes of them.
#include <gtest/gtest.h>

#include <random>

#include "impls/conv2d/winograd_error.h"
#include "passes/pass_test.h"
#include "passes/passes.h"
#include "plan/plan.h"
#include "runtime/compare.h"
#include "runtime/compile.h"

namespace convoy {
namespace {

constexpr const char* kNetwork = R"(graph g
input %x f32[1x32x36x36]
constant %w f32[32x32x3x3] ...
%y f32[1x32x36x36] = conv2d(%x, %w, _) strides=[1,1] dilations=[1,1] pads=[1,1,1,1] group=1 @conv
output %y
)";

/// Of the largest result, over a whole layer.
double error_of(const std::string& impl) {
  CompareOptions options;
  options.compile.use_cache = false;
  options.compile.set_impl = {{"conv2d", impl}};
  Tensor input(DType::f32, Shape{1, 32, 36, 36});
  std::minstd_rand random(1);
  std::uniform_real_distribution<float> values(-1, 1);
  for (int64_t i = 0; i < input.elems(); ++i) input.as<float>()[i] = values(random);
  const Comparison comparison = compare_layers(random_graph_from_text(kNetwork), {input}, options);
  return comparison.layers.at(0).difference.relative();
}

TEST(WinogradError, IsThatOfTheKernels) {
  for (int m : {2, 3, 4, 5, 6}) {
    for (const bool lean : {false, true}) {
      const double expected = winograd_error({m, 3}, {m, 3}, lean);
      const double found = error_of(fmt::format("conv2d_winograd{0}x{0}{1}", m, lean ? "_lean" : ""));
      EXPECT_LT(found, 8 * expected) << "F(" << m << ") " << lean;
      EXPECT_GT(found, expected / 4) << "F(" << m << ") " << lean;
    }
  }
}

TEST(WinogradError, GrowsWithTheTile) {
  EXPECT_LT(winograd_error({2, 3}, {2, 3}, false), winograd_error({4, 3}, {4, 3}, false));
  EXPECT_LT(winograd_error({4, 3}, {4, 3}, false), winograd_error({6, 3}, {6, 3}, false));
  EXPECT_LT(winograd_error({1, 1}, {4, 3}, false), winograd_error({4, 3}, {4, 3}, false));
}

const GroupChoice& conv_choice(const Plan& plan) {
  return plan.choices.at(0);
}

std::string refusal(const Plan& plan, const std::string& impl) {
  for (const Considered& candidate : conv_choice(plan).candidates) {
    if (candidate.impl == impl) return candidate.refusal;
  }
  return "unknown";
}

TEST(MaxError, KeepsInexactTilesOut) {
  const GroupedGraph grouped = make_groups(random_graph_from_text(kNetwork));
  const Plan usual = make_plan(grouped, make_target({}));
  EXPECT_EQ(refusal(usual, "conv2d_winograd6x6"), "");
  const Plan strict = make_plan(grouped, make_target({.max_error = 1e-6}));
  EXPECT_TRUE(refusal(strict, "conv2d_winograd6x6").starts_with("rounding errors of ")) << "F(6x6) accepts";
  EXPECT_EQ(refusal(strict, "conv2d_winograd2x2"), "");
  EXPECT_EQ(conv_choice(make_plan(grouped, make_target({.max_error = 0}))).picked, "conv2d_direct");
}

TEST(MaxError, OfTransposedConvolutions) {
  const GroupedGraph grouped = make_groups(random_graph_from_text(R"(graph g
input %x f32[1x32x16x16]
constant %w f32[32x32x4x4] ...
%y f32[1x32x32x32] = conv_transpose2d(%x, %w, _) strides=[2,2] dilations=[1,1] pads=[1,1,1,1] output_padding=[0,0] group=1 @up
output %y
)"));
  const Plan usual = make_plan(grouped, make_target({}));
  EXPECT_EQ(refusal(usual, "conv_transpose2d_winograd6x6"), "");
  EXPECT_TRUE(conv_choice(usual).picked.starts_with("conv_transpose2d_winograd")) << conv_choice(usual).picked;
  const Plan strict = make_plan(grouped, make_target({.max_error = 1e-6}));
  EXPECT_TRUE(refusal(strict, "conv_transpose2d_winograd6x6").starts_with("rounding errors of ")) << "F(6x6) accepts";
  EXPECT_EQ(refusal(strict, "conv_transpose2d_winograd2x2"), "");
  EXPECT_EQ(conv_choice(make_plan(grouped, make_target({.max_error = 0}))).picked, "conv_transpose2d_phases");
}

}  // namespace
}  // namespace convoy
