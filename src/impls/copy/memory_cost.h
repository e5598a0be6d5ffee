// The cost model of kernels that do little arithmetic: the time is that of moving bytes, or of the arithmetic
// where that takes longer. Bandwidths are typical of one core of a server CPU; they order alternatives, measured
// times replace them when a network is tuned.
#pragma once

#include "impls/impl.h"

namespace convoy {

/// Time to read and write `bytes` in total, on one thread, when they were touched recently and stay in the
/// smallest cache that holds them.
double memory_ns(double bytes, const Target& target);

/// Time to read weights, which each run does once and from front to back, on one thread.
double weights_ns(double bytes, const Target& target);

/// Time of `ops` vector instructions on one thread: one a cycle at 3 GHz.
double vector_ops_ns(double ops);

/// What `threads` threads take for work of `one_thread_ns`: a share each, and the start of a parallel step.
double parallel_ns(double one_thread_ns, const Target& target);

}  // namespace convoy
