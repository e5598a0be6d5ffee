// From a network for one patch to a network for an image full of overlapping patches, with the same results: what the
// patches have in common is computed once. A stage of its own before the passes: Graph in, Graph out.
#pragma once

#include <string>

#include "dense/patch_geometry.h"
#include "dense/shared_map.h"

namespace convoy {

struct DenseNetwork {
  /// Input: 1 x channels x covered rows x covered columns. Output: 1 x out_channels x rows * block x columns * block.
  Graph graph;
  PatchGrid grid;
  /// The first node that had to be computed for each patch by itself, and why; empty when all is shared.
  std::string not_shared;

  /// Pixels of the image that `patches` patches cover along an axis.
  static int64_t covered_pixels(int64_t patches, int64_t step, int64_t patch) { return (patches - 1) * step + patch; }
};

/// The network for a grid of patches. Every output element is what the patch network computes for its patch, up to
/// rounding. Throws Error when an operator can be applied neither to shared maps nor to a batch of patches.
DenseNetwork densify(const Graph& patch, const PatchGeometry& geometry, PatchGrid grid);

}  // namespace convoy
