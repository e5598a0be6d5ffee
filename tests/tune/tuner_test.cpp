#include "tune/tuner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "graph/text.h"
#include "plan/beside_f32.h"
#include "runtime/compile.h"
#include "runtime/program_data.h"
#include "support/killed_process.h"
#include "support/temp_folder.h"

namespace convoy {
namespace {

class Tuning : public TempFolder {
 protected:
  CompileOptions options() {
    CompileOptions options;
    options.threads = 1;
    options.cache_dir = path("cache");
    options.tuning_log = path("log.db");
    return options;
  }
  Graph network() { return load_model(CONVOY_TEST_DATA "/cifar10_cnn.onnx", options()); }
  MeasurementLog log(MeasurementLog::Open open = MeasurementLog::Open::create) {
    const Target target = make_target(options());
    return MeasurementLog(path("log.db"), measured_on(target.isa, target.threads), open);
  }
};

/// The pick is the fastest of what was measured; nothing that was not measured is picked.
TEST_F(Tuning, PicksWhatMeasuredFastest) {
  MeasurementLog measured = log();
  const TuneResult result = tune(network(), options(), measured, {});
  EXPECT_TRUE(result.finished);
  EXPECT_GT(result.measured, result.groups);
  const Program program = compile_graph(network(), options());
  for (const GroupChoice& choice : program.data().plan.choices) {
    double best = 1e300;
    std::string fastest;
    for (const Considered& candidate : choice.candidates) {
      if (candidate.measured && candidate.known_ns() < best) best = candidate.known_ns(), fastest = candidate.impl;
    }
    EXPECT_EQ(choice.picked, fastest) << choice.group;
  }
}

TEST_F(Tuning, ASecondRunFindsEverythingMeasured) {
  MeasurementLog measured = log();
  const TuneResult first = tune(network(), options(), measured, {});
  const TuneResult second = tune(network(), options(), measured, {});
  EXPECT_EQ(second.measured, 0);
  EXPECT_EQ(second.known, first.measured);
}

/// A quantised network and the one that it stands for share a log; explain's table then holds nothing estimated.
TEST_F(Tuning, AlsoInF32) {
  const std::string path = CONVOY_TEST_DATA "/keyword_spotting_int8.tflite";
  MeasurementLog measured = log();
  const Graph quantised = load_model(path, options()), floats = load_in_floats(path, options());
  EXPECT_TRUE(tune(quantised, options(), measured, {.budget_s = 600}).finished);
  EXPECT_TRUE(tune(floats, options_in_floats(options()), measured, {.budget_s = 600}).finished);

  const Target target = make_target(options());
  const ChoiceOptions choice = choice_options(options(), target);
  const GroupedGraph numbers = make_groups(run_passes(quantised)), others = make_groups(run_passes(floats));
  const Plan plan = draft_plan(numbers, target, choice), other = draft_plan(others, target, choice);
  const std::vector<BesideF32> layers = beside_f32({numbers, plan}, {others, other}, choice.measured);
  EXPECT_GE(layers.size(), 11u);
  for (const BesideF32& layer : layers) {
    EXPECT_TRUE(layer.numbers.measured) << layer.name;
    EXPECT_TRUE(layer.floats.measured) << layer.name;
    EXPECT_GT(layer.numbers.ns, 0) << layer.name;
  }
}

/// The sums are equal, but one reads what the network is given and the other what the convolution left in another
/// layout. What can compute the first cannot compute the second.
TEST_F(Tuning, CandidatesMayRefuseASecondGroup) {
  const Graph sums = graph_from_text(R"(graph sums
input %x f32[1x16x9x9]
constant %w f32[16x1x1x1] 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
%a f32[1x16x9x9] = conv2d(%x, %w, _) group=16
%s f32[1x1x9x9] = reduce(%x) kind=sum axes=[1]
%t f32[1x1x9x9] = reduce(%a) kind=sum axes=[1]
output %s
output %t
)");
  MeasurementLog measured = log();
  EXPECT_TRUE(tune(sums, options(), measured, {}).finished);
  const Program program = compile_graph(sums, options());
  for (const GroupChoice& choice : program.data().plan.choices) {
    if (choice.op != "reduce") continue;
    EXPECT_EQ(choice.picked, choice.group == "s" ? "reduce_lanes" : "reduce_innermost");
    EXPECT_TRUE(std::ranges::find(choice.candidates, choice.picked, &Considered::impl)->measured) << choice.group;
  }
}

TEST_F(Tuning, TheBudgetEndsIt) {
  MeasurementLog measured = log();
  const TuneResult result = tune(network(), options(), measured, {.budget_s = 0.5, .progress = {}});
  EXPECT_FALSE(result.finished);
  EXPECT_LT(result.seconds, 3);
}

TEST_F(Tuning, StoppingKeepsWhatWasMeasured) {
  MeasurementLog measured = log();
  std::atomic<bool> stop = false;
  int reported = 0;
  const auto progress = [&](const TuneProgress& p) {
    reported = p.measured;
    stop = p.round == 2;
  };
  const TuneResult result = tune(network(), options(), measured, {.progress = progress, .stop = &stop});
  EXPECT_FALSE(result.finished);
  EXPECT_GT(reported, 0);
  EXPECT_GE(static_cast<int>(measured.load().size()), reported);
}

/// A process that tunes is killed at a random moment.
TEST_F(Tuning, KillingLosesNothingThatWasReported) {
  std::minstd_rand random(7);
  log().load();  // the log exists, and the kernels below are compiled before the clock runs
  compile_graph(network(), options());
  int reported = 0;
  for (int kill_number = 0; kill_number < 20; ++kill_number) {
    const std::chrono::milliseconds delay(random() % 700);
    const int last = run_and_kill(delay, [&](auto report) {
      MeasurementLog measured = log();
      const auto progress = [&](const TuneProgress&) { report(static_cast<int>(measured.load().size())); };
      tune(network(), options(), measured, {.progress = progress});
    });
    reported = std::max(reported, last);
    EXPECT_GE(static_cast<int>(log(MeasurementLog::Open::existing).load().size()), reported);
  }
  EXPECT_GT(reported, 0);
  MeasurementLog measured = log();
  const TuneResult rest = tune(network(), options(), measured, {});
  EXPECT_TRUE(rest.finished);
}

}  // namespace
}  // namespace convoy
