#include "choose/saved_plan.h"

#include <gtest/gtest.h>

#include "passes/pass_test.h"
#include "passes/passes.h"
#include "plan/plan.h"
#include "runtime/compile.h"
#include "support/expect_error.h"
#include "support/temp_folder.h"

namespace convoy {
namespace {

/// A convolution that reads through an enlargement and a concatenation, and one in front of it.
constexpr const char* kNetwork = R"(graph g
input %a f32[1x16x24x36]
input %b f32[1x16x12x18]
constant %v f32[16x16x3x3] ...
constant %w f32[16x32x3x3] ...
%a1 f32[1x16x24x36] = conv2d(%a, %v, _) strides=[1,1] dilations=[1,1] pads=[1,1,1,1] group=1 @first
%b1 f32[1x16x12x18] = relu(%b) @b1
%b2 f32[1x16x24x36] = resize(%b1) mode=nearest coordinates=asymmetric nearest=floor shape=[1,16,24,36] @up
%joined f32[1x32x24x36] = concat(%a1, %b2) axis=1 @join
%y f32[1x16x24x36] = conv2d(%joined, %w, _) strides=[1,1] dilations=[1,1] pads=[1,1,1,1] group=1 @second
output %y
)";

class SavedPlans : public testing::Test {
 protected:
  SavedPlan read(const std::string& text) const { return read_saved_plan(folder_.write("plan.json", text)); }

  static Plan plan(const ChoiceOptions& options) {
    return make_plan(make_groups(random_graph_from_text(kNetwork)), make_target({.threads = 1}), options);
  }
  static Plan replayed(const SavedPlan& saved) { return plan({.saved = saved}); }

  TempDir folder_;
};

TEST_F(SavedPlans, GiveTheSamePlan) {
  for (const ForcedImpls& forced : {ForcedImpls{}, ForcedImpls{{"first", "conv2d_winograd2x2"}},
                                    ForcedImpls{{"second", "conv2d_direct"}}, ForcedImpls{{"up", "resize_taps"}}}) {
    const Plan made = plan({.forced = forced});
    const SavedPlan saved = read(to_json_text(saved_plan(made)));
    EXPECT_EQ(to_text(replayed(saved)), to_text(made));
    EXPECT_EQ(to_json_text(saved_plan(replayed(saved))), to_json_text(saved_plan(made)));
  }
}

TEST_F(SavedPlans, SetGoesFirst) {
  const SavedPlan saved = saved_plan(plan({.forced = {{"first", "conv2d_winograd2x2"}}}));
  const Plan made = plan({.forced = {{"first", "conv2d_direct"}}, .saved = saved});
  EXPECT_EQ(made.choices.front().picked, "conv2d_direct");
  EXPECT_EQ(replayed(saved).choices.front().picked, "conv2d_winograd2x2");
}

TEST_F(SavedPlans, LayersThatAreNotListedAreChosen) {
  SavedPlan saved = saved_plan(plan({.forced = {{"conv2d", "conv2d_direct"}}}));
  std::erase_if(saved.layers, [](const SavedLayer& layer) { return layer.name != "first"; });
  const Plan made = replayed(saved);
  EXPECT_EQ(made.choices.front().picked, "conv2d_direct");
  EXPECT_EQ(made.choices.back().picked, plan({}).choices.back().picked);
  EXPECT_EQ(made.choices.back().reads, plan({}).choices.back().reads);
}

TEST_F(SavedPlans, OfOtherNetworksAreRefused) {
  SavedPlan saved = saved_plan(plan({}));
  saved.layers.push_back({.name = "elsewhere", .op = "conv2d", .impl = "conv2d_direct"});
  expect_error(ErrorKind::usage, "the plan is one of 'g': this network has no layer 'elsewhere'",
               [&] { replayed(saved); });
  saved.layers.back() = {.name = "first", .op = "conv2d", .impl = "conv2d_direct", .reads = {"nothing"}};
  saved.layers.erase(saved.layers.begin());
  expect_error(ErrorKind::usage, "the plan: 'first' cannot read through nothing", [&] { replayed(saved); });
}

TEST_F(SavedPlans, FilesThatAreNoPlans) {
  const std::string head = R"({"version": 1, "network": "g", "isa": "avx2", "threads": 1, "layers": )";
  const std::pair<std::string, const char*> bad[] = {
      {"", "is not JSON"},
      {"{", "is not JSON"},
      {"[1, 2]", "is not a plan of convoy"},
      {R"({"version": 1})", "is not a plan of convoy"},
      {R"({"version": 9, "layers": []})", "is a plan of version 9, this program reads version 1"},
      {R"({"version": "x", "layers": []})", "'version' is \"x\", which is not what belongs there"},
      {R"({"version": 1, "network": "g", "threads": 1, "layers": []})", "'isa' is missing"},
      {head + "7}", "'layers' is not a list"},
      {head + "[7]}", "a layer is 7, not an object"},
      {head + R"([{"name": "a"}]})", "layer 'a': 'implementation' is missing"},
      {head + R"([{"name": "a", "implementation": "b", "reads": 1}]})", "layer 'a': 'reads' is 1"},
      {head + R"([{"name": "a", "implementation": "b"}, {"name": "a", "implementation": "c"}]})",
       "layer 'a' is there twice"},
      {head + std::string(100000, '['), "is not JSON"},
  };
  for (const auto& [text, message] : bad) {
    SCOPED_TRACE(text.substr(0, 200));
    expect_error(ErrorKind::invalid_input, "plan.json: " + std::string(message), [&] { read(text); });
  }
  expect_error(ErrorKind::invalid_input, "no/such/plan.json: the file cannot be read",
               [] { read_saved_plan("no/such/plan.json"); });
}

}  // namespace
}  // namespace convoy
