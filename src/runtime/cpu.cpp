#include "runtime/cpu.h"

#include <cpuinfo.h>
#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <memory>
#include <set>
#include <thread>

#include "runtime/cgroup.h"

namespace convoy {

namespace {

struct FreeCpuSet {
  void operator()(cpu_set_t* set) const { CPU_FREE(set); }
};

}  // namespace

std::vector<int> allowed_cpus() {
  // The kernel refuses masks that are shorter than its own, whose length cannot be asked for.
  for (int count = 1024; count <= 1 << 20; count *= 2) {
    std::unique_ptr<cpu_set_t, FreeCpuSet> set(CPU_ALLOC(count));
    const size_t bytes = CPU_ALLOC_SIZE(count);
    if (!set) break;
    if (sched_getaffinity(0, bytes, set.get()) != 0) {
      if (errno == EINVAL) continue;
      break;
    }
    std::vector<int> cpus;
    for (int cpu = 0; cpu < count; ++cpu) {
      if (CPU_ISSET_S(cpu, bytes, set.get())) cpus.push_back(cpu);
    }
    return cpus;
  }
  std::vector<int> all(std::max(1u, std::thread::hardware_concurrency()));
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int>(i);
  return all;
}

int count_cores(const std::vector<int>& cpus) {
  if (!cpuinfo_initialize()) return static_cast<int>(cpus.size());
  std::set<const cpuinfo_core*> cores;
  int unknown = 0;  // CPUs that cpuinfo does not list count as cores of their own
  const cpuinfo_processor* begin = cpuinfo_get_processors();
  const cpuinfo_processor* end = begin + cpuinfo_get_processors_count();
  for (int cpu : cpus) {
    const auto* found = std::find_if(begin, end, [&](const cpuinfo_processor& p) { return p.linux_id == cpu; });
    if (found != end) {
      cores.insert(found->core);
    } else {
      ++unknown;
    }
  }
  return static_cast<int>(cores.size()) + unknown;
}

int default_thread_count() {
  double cores = count_cores(allowed_cpus());
  // Rounded down: with more threads than CPU time, the whole process is stopped for the rest of each period.
  if (const auto quota = cgroup_cpu_quota()) cores = std::min(cores, std::floor(*quota));
  return std::max(1, static_cast<int>(cores));
}

}  // namespace convoy
