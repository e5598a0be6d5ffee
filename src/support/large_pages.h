// Memory that is read from end to end is read faster from large pages: fewer translations, and the processor's
// prefetchers stop at the end of a page.
#pragma once

#include <sys/mman.h>

#include <cstdint>

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25  // Linux 6.1
#endif

namespace convoy {

/// Moves memory that holds data already to large pages where the system can, without ever holding it twice. Data do not
/// change, so that others may read them meanwhile.
inline void collapse_into_large_pages(const void* data, int64_t bytes) {
  constexpr uintptr_t kLargePage = 2 << 20;
  const uintptr_t begin = (reinterpret_cast<uintptr_t>(data) + kLargePage - 1) / kLargePage * kLargePage;
  const uintptr_t end = (reinterpret_cast<uintptr_t>(data) + bytes) / kLargePage * kLargePage;
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_COLLAPSE);
}

}  // namespace convoy
