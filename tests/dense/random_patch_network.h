// Patch networks made up at random, for tests of dense inference: all kinds of layers with all kinds of windows, as
// long as something is left of the patch.
#pragma once

#include <random>

#include "graph/graph.h"

namespace convoy {

struct RandomPatchNetwork {
  Graph graph;
  int64_t step = 1, block = 1;  ///< that its output fits
};

RandomPatchNetwork random_patch_network(unsigned seed);

}  // namespace convoy
