#include "cli/rates.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <numeric>
#include <thread>
#include <vector>

namespace convoy::cli {
namespace {

using Clock = std::chrono::steady_clock;

/// Of a thread that was to begin at `start`: what it waited for a core counts, for several threads may share one.
double calls_per_second(Clock::time_point start, const std::function<void()>& call) {
  constexpr double kSeconds = 0.002;  // shorter than the time for which another program gets the core
  int calls = 0;
  double seconds = 0;
  while (seconds < kSeconds) {
    call();
    ++calls;
    seconds = std::chrono::duration<double>(Clock::now() - start).count();
  }
  return calls / seconds;
}

double all_threads_rate(int threads, const std::function<void(int)>& call) {
  std::vector<double> rates(threads);
  std::atomic<int> ready = 0;
  std::atomic<bool> started = false;
  Clock::time_point start;
  std::vector<std::thread> workers;
  for (int i = 0; i < threads; ++i) {
    workers.emplace_back([&, i] {
      if (++ready == threads) {
        start = Clock::now();
        started = true;
      }
      while (!started) std::this_thread::yield();
      rates[i] = calls_per_second(start, [&] { call(i); });
    });
  }
  for (std::thread& worker : workers) worker.join();
  return std::accumulate(rates.begin(), rates.end(), 0.0);
}

}  // namespace

double best_calls_per_second(int threads, const std::function<void(int thread)>& call) {
  constexpr int kWithoutProgress = 20, kAttempts = 60;
  double best = 0;
  for (int attempt = 0, last_progress = 0; attempt < kAttempts && attempt - last_progress < kWithoutProgress;
       ++attempt) {
    const double rate = all_threads_rate(threads, call);
    if (rate > best * 1.01) last_progress = attempt;
    best = std::max(best, rate);
  }
  return best;
}

}  // namespace convoy::cli
