// The threads of a Context. Each begins with tasks of its own and then takes over those of slower ones, and a call
// waits for its tasks, not for its threads: where other programs hold the cores, a thread that the system does not let
// run has nothing that the others wait for.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace convoy {

/// What the other threads do when a call is over.
enum class Afterwards {
  watch,  ///< watch for the next call for half a millisecond, then sleep
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

  /// Calls task(thread, i, j) once for each 0 <= i < rows, 0 <= j < cols, rows * cols < 2^32, neighbouring (i, j) on
  /// the same thread where possible, and returns when all are done. 0 <= thread < threads() says which thread it is; at
  /// any time at most one task runs on each. Tasks must not throw. Calls from several threads run one after the other.
  template <class Task>
  void parallelize(int64_t rows, int64_t cols, Task&& task, Afterwards afterwards = Afterwards::watch) {
    auto function = [](void* context, int thread, int64_t i, int64_t j) {
      (*static_cast<std::remove_reference_t<Task>*>(context))(thread, i, j);
    };
    run({function, const_cast<void*>(static_cast<const void*>(&task)), rows * cols, cols}, afterwards);
  }

 private:
  struct Call {
    void (*function)(void* context, int thread, int64_t i, int64_t j);
    void* context;
    int64_t tasks, cols;

    void run(int thread, int64_t index) const { function(context, thread, index / cols, index % cols); }
  };

  /// Tasks that a thread began with and that nobody has taken yet: their count in the lower half, the number of their
  /// call in the upper, so that a thread that comes late takes none of the next call.
  struct alignas(64) Share {
    std::atomic<uint64_t> left = 0;
  };

  void run(const Call& call, Afterwards afterwards);
  void publish(const Call& call, uint32_t number);
  bool take_one(int owner, uint32_t number, int64_t& index);
  void do_tasks(int thread, uint32_t number);
  void wait_for_tasks(bool awake);
  void work(int thread);
  void stop();

  /// Of the tasks of the call, where those of a thread's share begin.
  int64_t share_begin(int thread) const { return call_.tasks * thread / threads_; }

  const int threads_;
  const int cpus_;  ///< that this process may use
  std::mutex callers_;
  Call call_{};  ///< to be read only by who has taken a task of it
  std::unique_ptr<Share[]> shares_;
  alignas(64) std::atomic<uint32_t> number_ = 0;  ///< of the call
  std::atomic<bool> watch_ = true, stop_ = false;
  alignas(64) std::atomic<uint32_t> unfinished_ = 0;  ///< tasks of the call
  std::vector<std::thread> workers_;
};

}  // namespace convoy
