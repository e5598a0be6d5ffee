// ThreadSanitizer cannot see into libraries that were built without it, such as pthreadpool. These tell it that
// what a thread did before tsan_release(x) is visible to one that has called tsan_acquire(x) since.
#pragma once

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CONVOY_TSAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define CONVOY_TSAN 1
#endif

#ifdef CONVOY_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace convoy {

inline void tsan_acquire([[maybe_unused]] void* what) {
#ifdef CONVOY_TSAN
  __tsan_acquire(what);
#endif
}

inline void tsan_release([[maybe_unused]] void* what) {
#ifdef CONVOY_TSAN
  __tsan_release(what);
#endif
}

}  // namespace convoy
