// How fast a machine reads memory: the sloping roofs of a roofline plot.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "codegen/isa.h"

namespace convoy::cli {

struct Bandwidth {
  std::string level;         ///< "L1", "L2", "L3" or "DRAM"
  int64_t thread_bytes = 0;  ///< what each thread reads over and over
  double gbytes_per_s = 0;   ///< of all threads together
};

/// Reads by vector loads on `threads` threads at once, nearest memory first, in less than a second as a rule. L3 is
/// left out where a thread's part of it is hardly larger than L2.
std::vector<Bandwidth> measure_bandwidths(const Isa& isa, int threads);

}  // namespace convoy::cli
