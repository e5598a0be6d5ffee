#include "impls/copy/memory_cost.h"

namespace convoy {

double memory_ns(double bytes, const Target& target) {
  constexpr double kL1 = 120, kL2 = 80, kL3 = 60, kDram = 10;  // bytes per ns
  const Caches& caches = target.caches;
  const double bandwidth = bytes <= static_cast<double>(caches.l1)   ? kL1
                           : bytes <= static_cast<double>(caches.l2) ? kL2
                           : bytes <= static_cast<double>(caches.l3) ? kL3
                                                                     : kDram;
  return bytes / bandwidth;
}

double weights_ns(double bytes, const Target& target) {
  constexpr double kL3BytesPerNs = 60, kMemoryBytesPerNs = 20;
  return bytes / (bytes <= target.caches.l3 ? kL3BytesPerNs : kMemoryBytesPerNs);
}

double vector_ops_ns(double ops) {
  return ops / 3.0;
}

double parallel_ns(double one_thread_ns, const Target& target) {
  constexpr double kStepNs = 50, kWakeNs = 2000;
  const double alone = one_thread_ns + kStepNs;
  if (target.threads == 1) return alone;
  return std::min(alone, one_thread_ns / target.threads + kWakeNs + kStepNs);
}

}  // namespace convoy
