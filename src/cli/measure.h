// Timing a Context: whole runs, and the steps of the plan.
#pragma once

#include <convoy/program.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <functional>
#include <vector>

namespace convoy::cli {

/// From its construction on.
class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin_ = Clock::now();
};

struct Latency {
  double min = 0, p10 = 0, median = 0, p90 = 0, mean = 0;  ///< in the unit of the samples
  int runs = 0;

  /// (p90 - p10) / median.
  double spread() const { return median > 0 ? (p90 - p10) / median : 0; }
};

/// A spread above this deserves a warning.
constexpr double kWideSpread = 0.05;

/// Statistics of a nonempty set of samples.
Latency summarise(std::vector<double> samples);

struct MeasureOptions {
  double seconds = 3;
  int runs = 0;  ///< 0: as many as fit in `seconds`
};

/// --seconds and --runs.
void add_measure_options(CLI::App& command, MeasureOptions& options);

/// Runs until caches, branch predictors and clocks have settled: three runs or a tenth of the time.
void warm_up(const std::function<void()>& run, const MeasureOptions& options);
inline void warm_up(Context& context, const MeasureOptions& options) {
  warm_up([&] { context.run(); }, options);
}

/// Milliseconds of each run.
std::vector<double> time_runs(const std::function<void()>& run, const MeasureOptions& options);
inline std::vector<double> time_runs(Context& context, const MeasureOptions& options) {
  return time_runs([&] { context.run(); }, options);
}

/// Nanoseconds of each step: one Latency a step, over the same runs.
std::vector<Latency> time_steps(Context& context, size_t steps, const MeasureOptions& options);

/// Of this process, so far.
int64_t peak_rss_bytes();

}  // namespace convoy::cli
