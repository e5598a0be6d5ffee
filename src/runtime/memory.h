// How much memory is worth planning for on this machine.
#pragma once

#include <cstdint>

namespace convoy {

/// Bytes: the machine's, but no more than the cgroups of this process allow.
int64_t usable_memory_bytes();

}  // namespace convoy
