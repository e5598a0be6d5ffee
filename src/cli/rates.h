// How often something can be done in a second, on several threads at once: what a machine is measured by.
#pragma once

#include <functional>

namespace convoy::cli {

/// Calls of `call(thread)` a second, of all threads together: the best of many short measurements, since another
/// program may take part of the time. A call should take about a millisecond at most; all of them take 40 to 120.
double best_calls_per_second(int threads, const std::function<void(int thread)>& call);

}  // namespace convoy::cli
