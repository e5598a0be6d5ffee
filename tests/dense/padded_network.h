// Networks with padding made up at random, for one patch and, with the same layers, for an image around it: there the
// padding of the patch lies where the image has pixels.
#pragma once

#include <array>

#include "graph/graph.h"

namespace convoy {

struct PaddedNetwork {
  Graph graph;
  /// Rows and columns of the output that are the patch's: where they begin, and their number.
  std::array<int64_t, 2> origin = {0, 0}, extents = {0, 0};
};

/// `around`: pixels of the image on each side of the patch, a multiple of 16; 0: the network for the patch alone.
/// Without `slices`, no layer leaves out parts of the patch.
PaddedNetwork padded_network(unsigned seed, int64_t around, bool slices = true);

}  // namespace convoy
