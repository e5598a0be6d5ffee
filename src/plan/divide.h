// How a step is divided among threads.
#pragma once

#include <cstdint>
#include <utility>

#include "impls/impl.h"

namespace convoy {

/// Numbers of row and column tasks. One task when the step is too short to be worth waking a thread.
std::pair<int64_t, int64_t> divide_step(const StepSpec& step, int threads);

}  // namespace convoy
