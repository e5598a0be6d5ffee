// CONVOY_TSAN says that ThreadSanitizer is built in; GCC and clang tell in different ways.
#pragma once

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CONVOY_TSAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define CONVOY_TSAN 1
#endif
