#include "runtime/thread_pool.h"

#include <chrono>
#include <system_error>

#include "runtime/cpu.h"
#include "support/error.h"

namespace convoy {

namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

/// How long a thread that waits stays awake. Most waits are over in this time. Were it longer, or did it end in
/// yielding, other programs would get the core when it is needed; a thread that sleeps gets it back at once when it is
/// woken.
constexpr nanoseconds kWatch = std::chrono::microseconds(500);

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

/// Tells the core that this is a loop that waits.
void pause_core() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
  asm volatile("yield");
#endif
}

/// True as soon as over() is, false when it is not within kWatch.
template <class Over>
bool watch_for(Over over) {
  const auto end = steady_clock::now() + kWatch;
  do {
    for (int i = 0; i < 16; ++i) {
      if (over()) return true;
      pause_core();
    }
  } while (steady_clock::now() < end);
  return false;
}

uint64_t share_word(uint32_t number, uint64_t count) {
  return uint64_t{number} << 32 | count;
}

}  // namespace

ThreadPool::ThreadPool(int threads)
    : threads_(threads), cpus_(static_cast<int>(allowed_cpus().size())), shares_(std::make_unique<Share[]>(threads)) {
  workers_.reserve(threads - 1);
  try {
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this, i] { work(i); });
  } catch (const std::system_error& error) {
    const size_t started = workers_.size();
    stop();
    usage_error("{} threads asked for, the system allows {}: {}", threads, started + 1, error.what());
  }
}

ThreadPool::~ThreadPool() {
  stop();
}

void ThreadPool::stop() {
  stop_ = true;
  ++number_;
  number_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::run(const Call& call, Afterwards afterwards) {
  if (call.tasks == 0) return;
  const std::lock_guard one_at_a_time(callers_);
  const BusyThreads busy(threads_);
  if (threads_ == 1) {
    for (int64_t i = 0; i < call.tasks; ++i) call.run(0, i);
    return;
  }
  // With more threads than CPUs, one that waits awake keeps one that has work from running.
  const bool crowded = busy.all() > cpus_;
  watch_.store(afterwards == Afterwards::watch && !crowded, std::memory_order_relaxed);
  const uint32_t number = number_.load(std::memory_order_relaxed) + 1;
  publish(call, number);
  do_tasks(0, number);
  wait_for_tasks(!crowded);
}

void ThreadPool::publish(const Call& call, uint32_t number) {
  call_ = call;
  unfinished_.store(static_cast<uint32_t>(call.tasks), std::memory_order_relaxed);
  for (int i = 0; i < threads_; ++i)
    shares_[i].left.store(share_word(number, share_begin(i + 1) - share_begin(i)), std::memory_order_release);
  number_.store(number);
  number_.notify_all();
}

/// Takes the first task of a thread's share that is left; false when there is none or the call is over.
bool ThreadPool::take_one(int owner, uint32_t number, int64_t& index) {
  std::atomic<uint64_t>& left = shares_[owner].left;
  uint64_t seen = left.load(std::memory_order_relaxed);
  do {
    if (seen >> 32 != number || static_cast<uint32_t>(seen) == 0) return false;
  } while (!left.compare_exchange_weak(seen, seen - 1, std::memory_order_acquire, std::memory_order_relaxed));
  index = share_begin(owner + 1) - static_cast<uint32_t>(seen);
  return true;
}

void ThreadPool::do_tasks(int thread, uint32_t number) {
  uint32_t done = 0;
  int64_t index;
  for (int i = 0; i < threads_; ++i) {
    const int owner = (thread + i) % threads_;
    for (; take_one(owner, number, index); ++done) call_.run(thread, index);
  }
  if (done > 0 && unfinished_.fetch_sub(done, std::memory_order_acq_rel) == done) unfinished_.notify_one();
}

void ThreadPool::wait_for_tasks(bool awake) {
  const auto left = [this] { return unfinished_.load(std::memory_order_acquire); };
  if (awake && watch_for([&] { return left() == 0; })) return;
  while (const uint32_t unfinished = left()) unfinished_.wait(unfinished);
}

void ThreadPool::work(int thread) {
  uint32_t seen = 0;
  while (true) {
    const auto called = [this, seen] { return number_.load(std::memory_order_acquire) != seen; };
    if (!watch_.load(std::memory_order_relaxed) || !watch_for(called)) number_.wait(seen);
    if (stop_.load(std::memory_order_relaxed)) return;
    seen = number_.load(std::memory_order_acquire);
    do_tasks(thread, seen);
  }
}

}  // namespace convoy
