// Machine code made executable in this process.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace convoy {

/// One mapping that holds position-independent code images, each at a multiple of 64 bytes. It is never writable
/// and executable at the same time.
class ExecutableMemory {
 public:
  /// Throws Error when the system refuses executable memory.
  explicit ExecutableMemory(const std::vector<std::string>& images);
  ~ExecutableMemory();
  ExecutableMemory(const ExecutableMemory&) = delete;
  ExecutableMemory& operator=(const ExecutableMemory&) = delete;

  /// Where each image begins.
  const std::vector<std::byte*>& addresses() const { return addresses_; }

 private:
  std::byte* memory_ = nullptr;
  size_t bytes_ = 0;
  std::vector<std::byte*> addresses_;
};

/// Tells `perf report` which name the code at `address` has, when CONVOY_PERF_MAP is set in the environment:
/// appends to /tmp/perf-<pid>.map, the format of linux/tools/perf/Documentation/jit-interface.txt.
void describe_to_perf(const std::byte* address, size_t bytes, std::string_view name);

}  // namespace convoy
