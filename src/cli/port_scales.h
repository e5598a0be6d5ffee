// What the integers of a quantised network's inputs and outputs stand for, as its file says.
#pragma once

#include <convoy/program.h>

#include <map>
#include <string>
#include <vector>

#include "support/quantisation.h"

namespace convoy::cli {

/// By the names of inputs and outputs; nothing for floats and plain integers.
using PortScales = std::map<std::string, Quantisation>;

/// Throws Error when the file is no model.
PortScales port_scales(const std::string& model);

/// The outputs, those that stand for real numbers as f32.
std::vector<Tensor> real_numbers(const std::vector<PortInfo>& ports, const std::vector<Tensor>& outputs,
                                 const PortScales& scales);

}  // namespace convoy::cli
