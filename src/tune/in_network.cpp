#include "tune/in_network.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <set>

#include "choose/prologues.h"
#include "passes/passes.h"
#include "runtime/compile.h"
#include "runtime/program_data.h"

namespace convoy {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kWarmUps = 2, kLeastRuns = 5, kMostRuns = 1000;

/// Values that no operator minds: floats in [0, 1); integers, which may be indices, are 0.
void fill_inputs(Context& context, const std::vector<PortInfo>& inputs) {
  std::minstd_rand random(1);
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].type.dtype != DType::f32) continue;
    float* values = context.input(static_cast<int>(i)).as<float>();
    const int64_t count = inputs[i].type.shape.elems();
    for (int64_t k = 0; k < count; ++k) values[k] = static_cast<float>(random() % 65536) / 65536;
  }
}

/// Nanoseconds of each step, a vector a run.
std::vector<std::vector<double>> run_often(Context& context, size_t steps, double seconds,
                                           const std::atomic<bool>* stop) {
  const auto stopped = [&] { return stop && *stop; };
  for (int i = 0; i < kWarmUps && !stopped(); ++i) context.run();
  std::vector<std::vector<double>> runs;
  const auto start = Clock::now();
  const auto spent = [&] { return std::chrono::duration<double>(Clock::now() - start).count() >= seconds; };
  while (!stopped() && runs.size() < kMostRuns && (runs.size() < kLeastRuns || !spent())) {
    runs.emplace_back(steps, 0.0);
    context.run_profiled(runs.back());
  }
  return runs;
}

Measurement summarise(std::vector<double> samples) {
  std::ranges::sort(samples);
  const size_t n = samples.size();
  const double median = samples[n / 2];
  return {median, median > 0 ? (samples[n * 9 / 10] - samples[n / 10]) / median : 0, static_cast<int>(n)};
}

}  // namespace

NetworkRuns::NetworkRuns(const Graph& imported, const CompileOptions& options, bool free_choice)
    : options_(options),
      target_(make_target(options)),
      fixed_(fixed_choices(options, target_)),
      grouped_(make_groups(run_passes(imported), options.precision)) {
  if (!free_choice) return;
  fixed_.forced.clear();
  if (fixed_.saved) {
    for (SavedLayer& layer : fixed_.saved->layers) layer.impl.clear();
  }
}

NetworkAlternatives NetworkRuns::alternatives(const MeasuredCosts& known) const {
  return list_alternatives(fuse_prologues(grouped_, target_, fixed_), target_, known);
}

std::vector<MeasuredCandidate> NetworkRuns::measure(const ChoiceOptions& choice, double seconds,
                                                    const std::atomic<bool>* stop) const {
  ChoiceOptions with_fixed = choice;
  with_fixed.forced = fixed_.forced;
  with_fixed.saved = fixed_.saved;
  const Program program = compile_plan(make_plan(grouped_, target_, with_fixed), options_);
  Context context(program);
  fill_inputs(context, program.inputs());
  const std::vector<PlanStep>& steps = program.data().plan.steps;
  const auto runs = run_often(context, steps.size(), seconds, stop);
  if (runs.empty()) return {};

  // Steps of one group add up; equal groups are averaged.
  using Name = std::pair<std::string, std::string>;
  std::map<Name, std::vector<double>> samples;
  std::map<Name, std::set<int32_t>> places;
  for (size_t s = 0; s < steps.size(); ++s) {
    const Name name = {steps[s].signature, steps[s].candidate};
    auto& of_name = samples.try_emplace(name, runs.size(), 0.0).first->second;
    for (size_t r = 0; r < runs.size(); ++r) of_name[r] += runs[r][s];
    places[name].insert(steps[s].choice >= 0 ? steps[s].choice : -1 - static_cast<int32_t>(s));
  }
  std::vector<MeasuredCandidate> measured;
  for (auto& [name, times] : samples) {
    for (double& ns : times) ns /= static_cast<double>(places[name].size());
    measured.push_back({name.first, name.second, summarise(std::move(times))});
  }
  return measured;
}

}  // namespace convoy
