#include "cli/assert_choices.h"

#include <fmt/format.h>

#include "cli/compiled_model.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/units.h"
#include "runtime/compile.h"
#include "support/error.h"
#include "tune/tuner.h"

namespace convoy::cli {
namespace {

/// A layer's pick and its fastest candidate, as measured now.
struct Verdict {
  const GroupChoice* choice;
  std::optional<double> pick_ns;  ///< nothing: it was not measured
  std::string best;
  double best_ns = 0;

  double slower_percent() const { return 100 * (*pick_ns / best_ns - 1); }
};

/// Nothing for a layer of which no candidate was measured: it has only one, or none that a kernel computes.
std::optional<Verdict> judge(const GroupChoice& choice, const MeasuredCosts& measured) {
  Verdict verdict{.choice = &choice};
  for (const Considered& candidate : choice.candidates) {
    const auto now = measured.find(choice.signature, candidate.candidate);
    if (!candidate.refusal.empty() || !now) continue;
    const double ns = now->ns + candidate.conversions_ns;
    if (candidate.impl == choice.picked) verdict.pick_ns = ns;
    if (verdict.best.empty() || ns < verdict.best_ns) {
      verdict.best = candidate.impl;
      verdict.best_ns = ns;
    }
  }
  if (verdict.best.empty()) return std::nullopt;
  return verdict;
}

MeasuredCosts measure_now(const Graph& imported, const std::string& name, const CompileOptions& compile,
                          double budget_s) {
  const Target target = make_target(compile);
  MeasurementLog log(":memory:", measured_on(target.isa, target.threads), MeasurementLog::Open::create);
  ProgressLine line("measuring " + name);
  const auto progress = [&](const TuneProgress& p) {
    line.show(fmt::format("{} candidates measured, {:.0f} s left", p.measured, std::max(p.left_s, 0.0)));
  };
  const TuneResult result =
      tune(imported, compile, log, {.budget_s = budget_s, .progress = progress, .free_choice = true});
  if (!result.finished) usage_error("--budget {} is not enough to measure every candidate", budget_s);
  return log.load();
}

}  // namespace

int assert_choices(const ModelOptions& model, const AssertOptions& options) {
  const CompileOptions compile = compile_options(model);
  const Graph imported = load_model(model.model, compile);
  const Plan plan = plan_network(make_groups(run_passes(imported), compile.precision), make_target(compile), compile);
  const MeasuredCosts measured = measure_now(imported, file_name(model.model), compile, options.budget_s);
  int judged = 0, slow = 0;
  Table table({{"layer"}, {"pick"}, {"", Align::right}, {"best"}, {"", Align::right}, {"slower", Align::right}});
  for (const GroupChoice& choice : plan.choices) {
    const auto verdict = judge(choice, measured);
    if (!verdict) continue;
    ++judged;
    // What was not worth measuring is far from the best.
    if (verdict->pick_ns && verdict->slower_percent() <= options.tolerance) continue;
    ++slow;
    table.add({choice.group, choice.picked, verdict->pick_ns ? time_text(*verdict->pick_ns) : "hopeless", verdict->best,
               time_text(verdict->best_ns), verdict->pick_ns ? fmt::format("{:.0f}%", verdict->slower_percent()) : ""});
  }
  if (slow > 0) fmt::print("{}\n", table.str());
  fmt::print("{} of {} layers have a pick that is more than {}% slower than their best candidate\n", slow, judged,
             options.tolerance);
  return slow > 0 ? 1 : 0;
}

}  // namespace convoy::cli
