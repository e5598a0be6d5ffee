#include "runtime/thread_pool.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <ctime>
#include <thread>
#include <vector>

#include "support/error.h"
#include "support/sanitizers.h"

namespace convoy {
namespace {

constexpr int kThreadCounts[] = {1, 2, 3, 7};

TEST(ThreadPool, EveryTaskOnce) {
  for (int threads : kThreadCounts) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.threads(), threads);
    for (auto [rows, cols] : {std::pair{0, 3}, {1, 1}, {1, 5}, {5, 1}, {2, 3}, {40, 25}}) {
      std::vector<int> done(rows * cols);  // not atomic: a task is nobody else's
      pool.parallelize(rows, cols, [&](int, int64_t i, int64_t j) { ++done[i * cols + j]; });
      EXPECT_EQ(done, std::vector<int>(rows * cols, 1)) << threads << " threads, " << rows << " x " << cols;
    }
  }
}

TEST(ThreadPool, ThreadIndexIsExclusive) {
  for (int threads : kThreadCounts) {
    ThreadPool pool(threads);
    std::vector<std::atomic<int>> running(threads);
    std::atomic<int> clashes = 0;
    for (int round = 0; round < 50; ++round) {
      pool.parallelize(8, 8, [&](int thread, int64_t, int64_t) {
        if (thread < 0 || thread >= threads || running.at(thread)++ != 0) ++clashes;
        if (round % 10 == 0) std::this_thread::yield();
        --running.at(thread);
      });
    }
    EXPECT_EQ(clashes, 0) << threads << " threads";
  }
}

TEST(ThreadPool, ThreadsThatComeLateTakeNothingOfTheNextCall) {
  ThreadPool pool(5);  // more than there are cores, so that some are always late
  for (int round = 0; round < 20'000; ++round) {
    const int rows = round % 7, cols = 1 + round % 3;
    std::vector<int> done(rows * cols);
    pool.parallelize(rows, cols, [&](int, int64_t i, int64_t j) { done.at(i * cols + j) += round; });
    ASSERT_EQ(done, std::vector<int>(rows * cols, round));
  }
}

TEST(ThreadPool, CallsFromSeveralThreads) {
  ThreadPool pool(3);
  std::vector<std::atomic<int>> running(3);
  std::atomic<int> clashes = 0, done = 0;
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        pool.parallelize(3, 3, [&](int thread, int64_t, int64_t) {
          if (running.at(thread)++ != 0) ++clashes;
          ++done;
          --running.at(thread);
        });
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(done, 4 * 50 * 9);
  EXPECT_EQ(clashes, 0);
}

TEST(ThreadPool, TasksMayUseAnotherPool) {
  ThreadPool outer(3);
  std::vector<int> sums(6);
  outer.parallelize(6, 1, [&](int, int64_t i, int64_t) {
    ThreadPool inner(2);
    std::vector<int> done(10);
    inner.parallelize(10, 1, [&](int thread, int64_t j, int64_t) { done[j] = thread < 2; });
    for (int value : done) sums[i] += value;
  });
  EXPECT_EQ(sums, std::vector<int>(6, 10));
}

double process_cpu_ms() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

/// CPU time of all threads while this one sleeps.
double cpu_ms_during(int ms) {
  const double before = process_cpu_ms();
  std::this_thread::sleep_for(std::chrono::milliseconds(ms));
  return process_cpu_ms() - before;
}

TEST(ThreadPool, IdleThreadsUseNoTime) {
  ThreadPool pool(2);
  auto nothing = [](int, int64_t, int64_t) {};
  pool.parallelize(2, 1, nothing, Afterwards::sleep);
  EXPECT_LT(cpu_ms_during(200), 10);
  pool.parallelize(2, 1, nothing, Afterwards::watch);
  cpu_ms_during(1000);
  EXPECT_LT(cpu_ms_during(200), 10);
}

#if !defined(CONVOY_ASAN) && !defined(CONVOY_TSAN)
/// In a process that may not have memory for so many stacks.
[[noreturn]] void ask_for_too_many_threads() {
  const rlimit limit{1 << 30, 1 << 30};
  setrlimit(RLIMIT_AS, &limit);
  try {
    ThreadPool pool(1024);
  } catch (const Error& error) {
    fprintf(stderr, "%s\n", error.what());
    std::_Exit(error.kind() == ErrorKind::usage ? 2 : 3);
  }
  std::_Exit(0);
}

TEST(ThreadPoolDeathTest, RefusedThreadsAreAnError) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_EXIT(ask_for_too_many_threads(), testing::ExitedWithCode(2), "1024 threads asked for, the system allows");
}
#endif

}  // namespace
}  // namespace convoy
