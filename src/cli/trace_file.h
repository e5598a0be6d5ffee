// Layer times in the trace event format of Chrome and Perfetto.
#pragma once

#include <string>
#include <vector>

#include "cli/layers.h"

namespace convoy::cli {

/// One run, made of every layer's median time, one after the other.
void write_trace(const std::string& path, const std::string& model, const std::vector<LayerTime>& layers);

}  // namespace convoy::cli
