// How many threads are worth starting on this machine.
#pragma once

#include <vector>

namespace convoy {

/// The physical cores this process may use: those of its affinity mask, but no more than its cgroup's quota of
/// CPU time. At least 1.
int default_thread_count();

/// Numbers of the logical CPUs in the affinity mask of the calling thread.
std::vector<int> allowed_cpus();
/// Number of different cores among logical CPUs.
int count_cores(const std::vector<int>& cpus);

}  // namespace convoy
