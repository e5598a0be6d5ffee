// What `bench` says of networks that are run as a whole and of those that are run strip by strip.
#pragma once

#include <string>
#include <vector>

#include "cli/layers.h"

namespace convoy::cli {

/// "median 5.21   min 5.11   p90 5.30   mean 5.22 ms   (200 runs)".
std::string latency_text(const Latency& ms);
/// "700 GFLOP/s: 253% of the FMA peak measured now, 277 GFLOP/s".
std::string speed_text(double gflops, double peak_gflops);
/// A table of the layers that take most of the time, under `title`.
void print_slowest(const std::vector<LayerTime>& layers, const std::string& title);
void warn_of_spread(const Latency& latency);

/// The "latency_ms" of `bench --json`.
nlohmann::ordered_json latency_json(const Latency& ms);

}  // namespace convoy::cli
