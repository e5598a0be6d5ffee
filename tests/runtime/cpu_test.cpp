#include "runtime/cpu.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <thread>

#include "codegen/isa.h"

namespace convoy {
namespace {

TEST(Cpu, CountsAreSane) {
  const auto cpus = allowed_cpus();
  ASSERT_FALSE(cpus.empty());
  EXPECT_GE(default_thread_count(), 1);
  EXPECT_LE(default_thread_count(), static_cast<int>(cpus.size()));
  EXPECT_LE(count_cores(cpus), static_cast<int>(cpus.size()));
  EXPECT_EQ(count_cores({cpus[0]}), 1);
  EXPECT_EQ(count_cores({100000}), 1) << "a CPU that is not known counts";
}

TEST(Cpu, AffinityCounts) {
  // In a thread of its own, which takes its mask with it.
  std::thread([] {
    const int first = allowed_cpus().front();
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
    EXPECT_EQ(allowed_cpus(), std::vector<int>{first});
    EXPECT_EQ(default_thread_count(), 1);
  }).join();
}

TEST(Cpu, CachesAreSane) {
  const Caches caches = host_caches();
  EXPECT_GE(caches.l1, 8 << 10);
  EXPECT_LE(caches.l1, caches.l2);
  EXPECT_LE(caches.l2, caches.l3);
}

}  // namespace
}  // namespace convoy
