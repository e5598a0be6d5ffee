#include "runtime/allocation_counter.h"

#include <atomic>
#include <cerrno>
#include <cstddef>

#include "support/sanitizers.h"

#if defined(CONVOY_ASAN) || defined(CONVOY_TSAN)
#define CONVOY_SANITIZER_ALLOCATOR 1
// From sanitizer/allocator_interface.h, which gcc does not install.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void*, size_t),
                                                         void (*free_hook)(const volatile void*));
#endif

namespace {
std::atomic<int64_t> allocations = 0;
}

#ifdef CONVOY_SANITIZER_ALLOCATOR

// The sanitizers bring an allocator of their own, and hooks into it.
namespace {
void count_allocation(const volatile void*, size_t) {
  ++allocations;
}
void ignore_free(const volatile void*) {}
const int installed = __sanitizer_install_malloc_and_free_hooks(count_allocation, ignore_free);
}  // namespace

#else

// The C library's functions, replaced for the whole process: operator new calls them too.
extern "C" {
void* __libc_malloc(size_t bytes);
void* __libc_calloc(size_t count, size_t bytes);
void* __libc_realloc(void* memory, size_t bytes);
void* __libc_memalign(size_t alignment, size_t bytes);

void* malloc(size_t bytes) {
  ++allocations;
  return __libc_malloc(bytes);
}

void* calloc(size_t count, size_t bytes) {
  ++allocations;
  return __libc_calloc(count, bytes);
}

void* realloc(void* memory, size_t bytes) {
  ++allocations;
  return __libc_realloc(memory, bytes);
}

void* memalign(size_t alignment, size_t bytes) {
  ++allocations;
  return __libc_memalign(alignment, bytes);
}

void* aligned_alloc(size_t alignment, size_t bytes) {
  return memalign(alignment, bytes);
}

int posix_memalign(void** memory, size_t alignment, size_t bytes) {
  *memory = memalign(alignment, bytes);
  return *memory ? 0 : ENOMEM;
}
}

#endif

namespace convoy::test {

int64_t allocation_count() {
  return allocations;
}

}  // namespace convoy::test
