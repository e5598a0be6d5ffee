#include "codegen/executable_memory.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "support/error.h"

namespace convoy {

namespace {

constexpr size_t kAlignment = 64;  // of loops and constants in the images

size_t round_up(size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace

ExecutableMemory::ExecutableMemory(const std::vector<std::string>& images) {
  for (const std::string& image : images) bytes_ += round_up(image.size());
  if (bytes_ == 0) return;
  void* memory = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  memory_ = static_cast<std::byte*>(memory);
  std::byte* next = memory_;
  for (const std::string& image : images) {
    std::memcpy(next, image.data(), image.size());
    addresses_.push_back(next);
    next += round_up(image.size());
  }
  if (mprotect(memory_, bytes_, PROT_READ | PROT_EXEC) == 0) return;
  const int reason = errno;
  munmap(memory_, bytes_);
  unsupported("this system does not let programs make code executable: {}", std::strerror(reason));
}

ExecutableMemory::~ExecutableMemory() {
  if (memory_) munmap(memory_, bytes_);
}

void describe_to_perf(const std::byte* address, size_t bytes, std::string_view name) {
  static const bool wanted = std::getenv("CONVOY_PERF_MAP") != nullptr;
  if (!wanted) return;
  std::ofstream map(fmt::format("/tmp/perf-{}.map", getpid()), std::ios::app);
  map << fmt::format("{:x} {:x} {}\n", reinterpret_cast<uintptr_t>(address), bytes, name);
}

}  // namespace convoy
