#include "runtime/aligned_memory.h"

#include <sys/mman.h>

#include <new>

#include "support/int_math.h"

namespace convoy {

namespace {

constexpr int64_t kCacheLine = 64;
constexpr int64_t kHugePage = 2 << 20;

}  // namespace

AlignedMemory allocate_aligned(int64_t bytes) {
  const int64_t alignment = bytes >= kHugePage ? kHugePage : kCacheLine;
  const int64_t rounded = round_up(bytes, alignment);
  AlignedMemory memory(static_cast<std::byte*>(std::aligned_alloc(alignment, rounded > 0 ? rounded : alignment)));
  if (!memory) throw std::bad_alloc();
  // Advice: where the system has no huge pages, nothing changes.
  if (alignment == kHugePage) madvise(memory.get(), rounded, MADV_HUGEPAGE);
  return memory;
}

}  // namespace convoy
