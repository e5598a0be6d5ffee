#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <thread>

#include "runtime/allocation_counter.h"
#include "runtime/toy_program.h"

namespace convoy {
namespace {

TEST(Allocation, CounterCounts) {
  const int64_t before = test::allocation_count();
  const auto memory = std::make_unique<int>(1);
  EXPECT_EQ(test::allocation_count(), before + 1);
}

TEST(Allocation, RunAllocatesNothing) {
  for (int threads : {1, 3}) {
    Context context(test::toy_program(threads));
    std::vector<double> step_ns(4);
    // A thread allocates while it begins, with AddressSanitizer, and the Context does not wait for that.
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const int64_t before = test::allocation_count();
    for (int i = 0; i < 20; ++i) {
      context.run();
      // Once in a while the threads have gone to sleep in between.
      if (i % 5 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
      context.run_profiled(step_ns);
    }
    EXPECT_EQ(test::allocation_count(), before) << threads << " threads";
  }
}

}  // namespace
}  // namespace convoy
