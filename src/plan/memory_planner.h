// Places the buffers of a plan in one arena: buffers that are never live at the same step may share memory.
// Runs in make_plan, once the steps and their order are known.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace convoy {

/// A buffer that is written first at one step and needed up to and including another.
struct BufferLifetime {
  int64_t bytes = 0;
  int64_t first_step = 0, last_step = 0;
};

struct MemoryPlan {
  std::vector<int64_t> offsets;  ///< of each buffer in the arena, multiples of kArenaAlignment
  int64_t arena_bytes = 0;
  /// Largest sum of simultaneously live buffers, each rounded up to the alignment: no arena can be smaller.
  int64_t lower_bound = 0;
};

constexpr int64_t kArenaAlignment = 64;

/// The same buffers always get the same offsets. Throws an internal Error for a buffer of negative size or one
/// that ends before it begins.
MemoryPlan plan_memory(std::span<const BufferLifetime> buffers);

}  // namespace convoy
