// The threads of a Context: a thin layer over pthreadpool, which does the scheduling (each thread begins with
// tasks of its own and then takes over those of slower ones).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

struct pthreadpool;

namespace convoy {

/// What the other threads do when a call is over.
enum class Afterwards {
  spin,   ///< watch for the next call for some 15 to 50 ms (10^6 pause instructions), then sleep
  sleep,  ///< sleep at once; waking them costs the next call tens of microseconds
};

class ThreadPool {
 public:
  /// `threads` counts the calling thread; with 1 there is no other. Throws Error when the system refuses threads.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return threads_; }

  /// Calls task(thread, i, j) once for each 0 <= i < rows, 0 <= j < cols, neighbouring (i, j) on the same thread
  /// where possible, and returns when all are done. 0 <= thread < threads() says which thread it is; at any time
  /// at most one task runs on each. Tasks must not throw. Calls from several threads run one after the other.
  template <class Task>
  void parallelize(int64_t rows, int64_t cols, Task&& task, Afterwards afterwards = Afterwards::spin) {
    auto call = [](void* context, int thread, int64_t i, int64_t j) {
      (*static_cast<std::remove_reference_t<Task>*>(context))(thread, i, j);
    };
    run(rows, cols, call, const_cast<void*>(static_cast<const void*>(&task)), afterwards);
  }

 private:
  using TaskFn = void (*)(void* context, int thread, int64_t i, int64_t j);
  struct Call;

  void run(int64_t rows, int64_t cols, TaskFn task, void* context, Afterwards afterwards);
  static void run_task(void* call, size_t i, size_t j);
  int thread_index();

  int threads_;
  int cpus_;  ///< that this process may use
  pthreadpool* pool_ = nullptr;
  std::atomic<int> workers_seen_ = 0;
};

}  // namespace convoy
