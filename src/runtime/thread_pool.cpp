#include "runtime/thread_pool.h"

#include <pthreadpool.h>

#include <latch>
#include <system_error>
#include <thread>
#include <vector>

#include "runtime/cpu.h"
#include "runtime/tsan.h"
#include "support/error.h"

namespace convoy {

namespace {

/// Index of this thread in the pool it works for; -1 for a worker that has not run a task yet. pthreadpool's
/// workers serve one pool all their life. A thread that calls a pool has index 0 during the call.
thread_local int index_in_pool = -1;

class CallerIndex {
 public:
  CallerIndex() : before_(index_in_pool) { index_in_pool = 0; }
  ~CallerIndex() { index_in_pool = before_; }
  CallerIndex(const CallerIndex&) = delete;

 private:
  int before_;
};

/// Threads of all pools that are in a call now.
std::atomic<int> busy_threads = 0;

class BusyThreads {
 public:
  explicit BusyThreads(int threads) : threads_(threads), all_(busy_threads += threads) {}
  ~BusyThreads() { busy_threads -= threads_; }
  BusyThreads(const BusyThreads&) = delete;

  /// Those of all pools when this call began.
  int all() const { return all_; }

 private:
  int threads_, all_;
};

/// pthreadpool does not look at what pthread_create returns and would wait for a thread that never started, so
/// it is tried out here first.
void check_startable(int threads) {
  std::vector<std::thread> started;
  started.reserve(threads);
  std::latch all_tried(1);
  std::string failure;
  try {
    for (int i = 0; i < threads; ++i) started.emplace_back([&] { all_tried.wait(); });
  } catch (const std::system_error& error) {
    failure = error.what();
  }
  all_tried.count_down();
  for (std::thread& thread : started) thread.join();
  if (failure.empty()) return;
  usage_error("{} threads asked for, the system allows {}: {}", threads + 1, started.size() + 1, failure);
}

}  // namespace

struct ThreadPool::Call {
  ThreadPool* pool;
  TaskFn task;
  void* context;
};

ThreadPool::ThreadPool(int threads) : threads_(threads), cpus_(static_cast<int>(allowed_cpus().size())) {
  if (threads <= 1) return;
  check_startable(threads - 1);
  pool_ = pthreadpool_create(threads);
  if (!pool_) throw std::bad_alloc();
}

ThreadPool::~ThreadPool() {
  if (pool_) pthreadpool_destroy(pool_);
}

int ThreadPool::thread_index() {
  if (index_in_pool < 0) index_in_pool = ++workers_seen_;
  return index_in_pool;
}

void ThreadPool::run_task(void* data, size_t i, size_t j) {
  auto* call = static_cast<Call*>(data);
  tsan_acquire(call);
  call->task(call->context, call->pool->thread_index(), static_cast<int64_t>(i), static_cast<int64_t>(j));
  tsan_release(call);
}

void ThreadPool::run(int64_t rows, int64_t cols, TaskFn task, void* context, Afterwards afterwards) {
  if (rows == 0 || cols == 0) return;  // pthreadpool would not
  const CallerIndex caller;
  const BusyThreads busy(threads_);
  // With more threads than CPUs, one that spins keeps one that has work from running: sleeping is several times
  // faster then, in spite of the waking.
  const bool sleep = afterwards == Afterwards::sleep || busy.all() > cpus_;
  Call call{this, task, context};
  tsan_release(&call);
  // Without a pool this is a plain loop.
  pthreadpool_parallelize_2d(pool_, &ThreadPool::run_task, &call, rows, cols,
                             sleep ? PTHREADPOOL_FLAG_YIELD_WORKERS : 0);
  tsan_acquire(&call);
}

}  // namespace convoy
