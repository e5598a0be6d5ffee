// Counts the memory allocations of the whole process, by any thread and by any means.
#pragma once

#include <cstdint>

namespace convoy::test {

/// Allocations since the process began.
int64_t allocation_count();

}  // namespace convoy::test
