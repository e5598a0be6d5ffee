// The table of `convoy explain` that sets the layers of a quantised network beside the same layers in f32.
#pragma once

#include <string>
#include <vector>

#include "plan/beside_f32.h"

namespace convoy::cli {

/// Layers and totals; nothing where there are no layers. `whole`: these are all layers of the network.
std::string beside_f32_text(const std::vector<BesideF32>& layers, const std::string& model, bool whole);

}  // namespace convoy::cli
