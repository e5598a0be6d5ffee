// The one block of memory that a Context works in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace convoy {

struct FreeMemory {
  void operator()(std::byte* memory) const { std::free(memory); }
};
using AlignedMemory = std::unique_ptr<std::byte, FreeMemory>;

/// Memory aligned to 64 bytes, its content undefined. Large blocks ask for huge pages. Throws std::bad_alloc.
AlignedMemory allocate_aligned(int64_t bytes);

}  // namespace convoy
