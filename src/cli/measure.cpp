#include "cli/measure.h"

#include <algorithm>
#include <fstream>
#include <numeric>

namespace convoy::cli {
namespace {

/// Calls `fn` as often as the options say, at least once.
void repeat(const MeasureOptions& options, const std::function<void()>& fn) {
  const Stopwatch watch;
  for (int run = 0;; ++run) {
    if (options.runs > 0 ? run >= options.runs : run > 0 && watch.seconds() >= options.seconds) return;
    fn();
  }
}

double quantile(const std::vector<double>& sorted, double q) {
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(at);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

Latency summarise(std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  Latency latency;
  latency.min = samples.front();
  latency.p10 = quantile(samples, 0.1);
  latency.median = quantile(samples, 0.5);
  latency.p90 = quantile(samples, 0.9);
  latency.mean = std::accumulate(samples.begin(), samples.end(), 0.0) / static_cast<double>(samples.size());
  latency.runs = static_cast<int>(samples.size());
  return latency;
}

void add_measure_options(CLI::App& command, MeasureOptions& options) {
  command.add_option("--seconds", options.seconds, "how long to measure (default 3)")
      ->check(CLI::Range(0.001, 86400.0));
  command.add_option("--runs", options.runs, "measure this many runs, however long they take")
      ->check(CLI::Range(1, 1000000000));
}

void warm_up(const std::function<void()>& run, const MeasureOptions& options) {
  constexpr int kRuns = 3;
  const double seconds = options.runs > 0 ? 0 : options.seconds / 10;
  const Stopwatch watch;
  for (int i = 0; i < kRuns || watch.seconds() < seconds; ++i) {
    run();
    // A network slower than the whole budget: one run has to do.
    if (options.runs == 0 && watch.seconds() > options.seconds) return;
  }
}

std::vector<double> time_runs(const std::function<void()>& run, const MeasureOptions& options) {
  std::vector<double> times;
  repeat(options, [&] {
    const Stopwatch watch;
    run();
    times.push_back(watch.seconds() * 1e3);
  });
  return times;
}

std::vector<Latency> time_steps(Context& context, size_t steps, const MeasureOptions& options) {
  std::vector<std::vector<double>> samples(steps);
  std::vector<double> run_ns;
  repeat(options, [&] {
    run_ns.assign(steps, 0.0);
    context.run_profiled(run_ns);
    for (size_t i = 0; i < steps; ++i) samples[i].push_back(run_ns[i]);
  });
  std::vector<Latency> latencies;
  for (std::vector<double>& step : samples) latencies.push_back(summarise(std::move(step)));
  return latencies;
}

/// VmHWM: unlike getrusage's ru_maxrss it does not begin with the memory of the process that started this one.
int64_t peak_rss_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoll(line.substr(6)) * 1024;
  }
  return 0;
}

}  // namespace convoy::cli
