// A segmentation drawn over the picture it was computed from.
#pragma once

#include <convoy/program.h>

#include <string>
#include <vector>

#include "io/preprocess.h"

namespace convoy::cli {

/// The first output that is a map: 1xCxHxW, 1xHxWxC, or labels 1xHxW. Throws a usage Error when there is none.
size_t overlay_output(const std::vector<PortInfo>& ports);

/// One channel: a heat map of probabilities. Several: the largest one's colour, the first being background.
/// Drawn over the part of the original that the network saw; the rest is darkened. Returns a line about it.
std::string write_overlay(const std::string& path, const Tensor& map, const PreparedImage& picture);

}  // namespace convoy::cli
