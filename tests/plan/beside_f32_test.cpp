// Layers of a quantised network beside those in f32: which belong together, their times, and why.
#include "plan/beside_f32.h"

#include <gtest/gtest.h>

#include "passes/pass_test.h"
#include "passes/passes.h"
#include "passes/without_quantization.h"
#include "runtime/compile.h"

namespace convoy {
namespace {

/// A network, planned with what was measured.
struct Planned {
  GroupedGraph grouped;
  Plan plan;

  const GroupChoice& choice(const std::string& group) const {
    return *std::ranges::find(plan.choices, group, &GroupChoice::group);
  }
};

Planned planned(const Graph& graph, const ChoiceOptions& options) {
  Planned result{make_groups(run_passes(graph)), {}};
  result.plan = draft_plan(result.grouped, make_target({.threads = 1}), options);
  return result;
}

/// Says how long an implementation of a group takes.
void set_time(ChoiceOptions& options, const Planned& network, const std::string& group, const std::string& impl,
              double ns) {
  const GroupChoice& choice = network.choice(group);
  const auto found = std::ranges::find(choice.candidates, impl, &Considered::impl);
  ASSERT_TRUE(found != choice.candidates.end() && found->refusal.empty()) << impl;
  options.measured.set(choice.signature, found->candidate, {ns, 0, 5});
}

std::vector<BesideF32> beside(const Graph& quantised, const Graph& floats, const ChoiceOptions& options,
                              const ForcedImpls& forced = {}) {
  ChoiceOptions with_forced = options;
  with_forced.forced = forced;
  const Planned numbers = planned(quantised, with_forced), other = planned(floats, options);
  return beside_f32({numbers.grouped, numbers.plan}, {other.grouped, other.plan}, options.measured);
}

BesideF32 layer(const std::vector<BesideF32>& layers, const std::string& name) {
  const auto found = std::ranges::find(layers, name, &BesideF32::name);
  if (found == layers.end()) throw std::out_of_range(name);
  return *found;
}

/// Two convolutions, 3x3 and depthwise, and a softmax, which stays in floats.
class BesideF32Test : public testing::Test {
 protected:
  BesideF32Test() {
    const std::string window = "strides=[1,1] dilations=[1,1] pads=[1,1,1,1] ";
    quantised_ = random_graph_from_text(R"(graph g
input %x f32[1x32x28x28]
constant %s f32[] 0.5
constant %z i8[] 3
constant %w i8[32x32x3x3] ...
constant %k i8[32x1x3x3] ...
%qx i8[1x32x28x28] = quantize(%x, %s, %z) to=i8 low=-128 high=127 @to_numbers
%a f32[1x32x28x28] = dequantize(%qx, %s, %z)
%v f32[32x32x3x3] = dequantize(%w, %s)
%c f32[1x32x28x28] = conv2d(%a, %v, _) )" +
                                        window +
                                        R"(group=1 @conv
%qc i8[1x32x28x28] = quantize(%c, %s, %z) to=i8 low=-128 high=127 @conv_to_numbers
%d f32[1x32x28x28] = dequantize(%qc, %s, %z)
%l f32[32x1x3x3] = dequantize(%k, %s)
%e f32[1x32x28x28] = conv2d(%d, %l, _) )" +
                                        window +
                                        R"(group=32 @depthwise
%qe i8[1x32x28x28] = quantize(%e, %s, %z) to=i8 low=-128 high=127
%f f32[1x32x28x28] = dequantize(%qe, %s, %z) @to_floats
%y f32[1x32x28x28] = softmax(%f) axis=1 @softmax
output %y
)");
    floats_ = without_quantization(quantised_);
  }

  std::vector<BesideF32> beside_with(const ChoiceOptions& options, const ForcedImpls& forced = {}) const {
    return beside(quantised_, floats_, options, forced);
  }
  void set_number_time(ChoiceOptions& options, const std::string& group, const std::string& impl, double ns) const {
    set_time(options, planned(quantised_, {}), group, impl, ns);
  }
  void set_float_time(ChoiceOptions& options, const std::string& group, const std::string& impl, double ns) const {
    set_time(options, planned(floats_, {}), group, impl, ns);
  }

  Graph quantised_, floats_;
};

TEST_F(BesideF32Test, EachLayerStandsBesideItself) {
  const std::vector<BesideF32> layers = beside_with({});
  for (const char* name : {"conv", "depthwise", "softmax"}) {
    const BesideF32& found = layer(layers, name);
    EXPECT_GT(found.numbers.ns, 0) << name;
    EXPECT_GT(found.floats.ns, 0) << name;
    EXPECT_EQ(found.floats.groups, std::vector<std::string>{name});
    EXPECT_FALSE(found.numbers.measured);
  }
  EXPECT_EQ(layer(layers, "conv").detail, "conv2d 3x3");
  EXPECT_EQ(layer(layers, "softmax").why, "computed alike in both");
  const BesideF32& conversion = layers.front();
  EXPECT_EQ(conversion.floats.ns, 0);
  EXPECT_EQ(conversion.why, "conversion of numbers, nothing in f32");
  EXPECT_EQ(layers.size(), 4u + (layers[3].name == "to_floats/float" ? 1 : 0));
}

TEST_F(BesideF32Test, MeasuredTimesGoBeforeEstimates) {
  ChoiceOptions options;
  set_number_time(options, "conv", "conv2d_int8", 2000);
  set_float_time(options, "conv", "conv2d_direct", 3000);
  const BesideF32& conv = layer(beside_with(options), "conv");
  EXPECT_NEAR(conv.numbers.ns, 2000, 1e-6);
  EXPECT_TRUE(conv.numbers.measured);
  EXPECT_EQ(conv.why, "") << "int8 gains";
  const double copies = conv.floats.ns - 3000;  // of the network's input to another layout, estimated
  EXPECT_GE(copies, 0);
  EXPECT_EQ(conv.floats.measured, copies == 0);
}

TEST_F(BesideF32Test, LossesAreExplained) {
  ChoiceOptions options;
  set_number_time(options, "conv", "conv2d_int8", 1e7);
  set_number_time(options, "depthwise", "conv2d_int8_depthwise", 1e7);
  set_float_time(options, "conv", "conv2d_winograd4x4", 1e4);
  set_float_time(options, "depthwise", "conv2d_depthwise", 1e4);
  EXPECT_EQ(layer(beside_with(options), "conv").why, "Winograd in f32 only");
  EXPECT_EQ(layer(beside_with(options), "depthwise").why, "bound by requantisation: 9 products a result");
  EXPECT_EQ(layer(beside_with(options, {{"conv2d", "reference"}}), "conv").why, "no int8 kernel for conv2d");
}

TEST_F(BesideF32Test, WinogradInBothIsNoReason) {
  ChoiceOptions options;
  set_number_time(options, "conv", "conv2d_int8_winograd4x4", 1e7);
  set_float_time(options, "conv", "conv2d_winograd6x6", 1e4);
  const ForcedImpls winograd = {{"conv", "conv2d_int8_winograd4x4"}};
  EXPECT_EQ(layer(beside_with(options, winograd), "conv").why, "larger Winograd tiles in f32: 6x6, not 4x4");
  set_float_time(options, "conv", "conv2d_winograd4x4", 1e3);
  EXPECT_EQ(layer(beside_with(options, winograd), "conv").why, "");
}

/// A sum that is one loop with its convolution in f32, and three loops on numbers, which are named after it.
TEST(BesideF32, WhatIsOneLoopInF32IsOneLayer) {
  const Graph quantised = random_graph_from_text(R"(graph g
input %x i8[1x8x9x9]
input %r i8[1x8x9x9]
constant %w i8[8x8x1x1] ...
constant %m i32[] 1300000000
constant %s i32[] -3
constant %p i32[] 1024
%a i32[1x8x9x9] = conv2d(%x, %w, _) @conv
%b i8[1x8x9x9] = requantize(%a, %m, %s) to=i8 rounding=once zero=0 low=-128 high=127 @conv/requantize
%c i32[1x8x9x9] = cast(%r) to=i32 @sum/0/i32
%d i32[1x8x9x9] = mul(%c, %p) @sum/0/shifted
%e i32[1x8x9x9] = cast(%b) to=i32 @sum/1/i32
%f i32[1x8x9x9] = add(%d, %e) @sum
output %b
output %d
output %f
)");
  const Graph floats = random_graph_from_text(R"(graph g
input %x f32[1x8x9x9]
input %r f32[1x8x9x9]
constant %w f32[8x8x1x1] ...
%a f32[1x8x9x9] = conv2d(%x, %w, _) @conv
%y f32[1x8x9x9] = add(%a, %r) @sum
output %y
)");
  const std::vector<BesideF32> layers = beside(quantised, floats, {});
  ASSERT_EQ(layers.size(), 1u);
  EXPECT_EQ(layers[0].name, "conv");
  EXPECT_EQ(layers[0].numbers.groups.size(), 3u);
  EXPECT_EQ(layers[0].floats.groups, std::vector<std::string>{"conv"});
}

}  // namespace
}  // namespace convoy
