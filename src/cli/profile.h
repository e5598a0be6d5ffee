// What convoy profile measures and the report shows.
#pragma once

#include <vector>

#include "cli/bandwidth.h"
#include "cli/layers.h"

namespace convoy::cli {

struct Profile {
  Latency run_ms;  ///< of whole runs, without the profiler
  std::vector<LayerTime> layers;
  double peak_gflops = 0;
  std::vector<Bandwidth> bandwidths;  ///< for the report only
};

}  // namespace convoy::cli
