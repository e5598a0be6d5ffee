// What `convoy quantize` shows and writes about its result.
#pragma once

#include <convoy/quantize.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cli/agreement.h"

namespace convoy::cli {

/// A table of all layers: operators, range, scale, zero point, noise.
std::string quantized_layers_text(const std::vector<QuantizedLayer>& layers);
nlohmann::ordered_json quantized_layers_json(const std::vector<QuantizedLayer>& layers);

/// "top-1 agreement with float  97.3%  (292 of 300)" and more lines.
std::string agreement_text(const Agreement& agreement);
nlohmann::ordered_json agreement_json(const Agreement& agreement);

}  // namespace convoy::cli
