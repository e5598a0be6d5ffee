// CONVOY_ASAN and CONVOY_TSAN say that AddressSanitizer and ThreadSanitizer are built in; GCC and clang tell in
// different ways.
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CONVOY_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define CONVOY_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define CONVOY_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define CONVOY_TSAN 1
#endif
