#include <cpuinfo.h>

#include <algorithm>
#include <set>

#include "codegen/isa.h"

namespace convoy {

namespace {

/// Cores, not hardware threads, that share a cache.
int64_t cores_sharing(const cpuinfo_cache& cache) {
  std::set<const cpuinfo_core*> cores;
  const uint32_t end = std::min(cache.processor_start + cache.processor_count, cpuinfo_get_processors_count());
  for (uint32_t i = cache.processor_start; i < end; ++i) cores.insert(cpuinfo_get_processor(i)->core);
  return std::max<int64_t>(1, static_cast<int64_t>(cores.size()));
}

/// One core's part of a cache that neighbours share, as level 2 is on many ARM cores. Virtual machines report
/// odd sharing, hence the floor.
int64_t share_of_one_core(const cpuinfo_cache& cache) {
  constexpr int64_t kLeast = 256 << 10;
  const int64_t size = cache.size;
  return std::max(size / cores_sharing(cache), std::min(size, kLeast));
}

}  // namespace

Caches host_caches() {
  Caches caches;
  if (!cpuinfo_initialize()) return caches;
  if (cpuinfo_get_l1d_caches_count() > 0) caches.l1 = cpuinfo_get_l1d_cache(0)->size;
  if (cpuinfo_get_l2_caches_count() > 0) caches.l2 = share_of_one_core(*cpuinfo_get_l2_cache(0));
  caches.l3 = caches.l2;  // without a level 3, the last level is 2
  if (cpuinfo_get_l3_caches_count() > 0) {
    caches.l3 = cpuinfo_get_l3_cache(0)->size;
    caches.l3_cores = static_cast<int>(cores_sharing(*cpuinfo_get_l3_cache(0)));
  }
  if (caches.l1 <= 0) caches.l1 = Caches().l1;
  if (caches.l2 < caches.l1) caches.l2 = std::max(caches.l1, Caches().l2);
  caches.l3 = std::max(caches.l3, caches.l2);
  return caches;
}

}  // namespace convoy
