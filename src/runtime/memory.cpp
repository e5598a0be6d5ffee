#include "runtime/memory.h"

#include <unistd.h>

#include <algorithm>

#include "runtime/cgroup.h"

namespace convoy {

int64_t usable_memory_bytes() {
  const int64_t machine = int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
  return std::min(machine, cgroup_memory_limit().value_or(machine));
}

}  // namespace convoy
