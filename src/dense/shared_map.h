// How the maps of neighbouring patches share one map of the whole image.
//
// A patch network is applied every `step` pixels of an image, and the patches overlap. What a convolution makes of
// patch i is found, element y of it, in a map that is computed once for all patches:
//
//   patch_map[i][y] = map[i * patch_step + y * element_step + offset]        (rows; columns alike)
//
// For the image itself the patch step is the network's step and the element step is 1. A stride divides both, by what
// they have in common with it; what it skips beyond that lies between the elements of a patch (the fragments of Giusti
// et al., "Fast image scanning with deep max-pooling convolutional neural networks", 2013, or dilation).
#pragma once

#include "graph/graph.h"

namespace convoy {

/// Where the elements of patches lie along one axis of a map.
struct Spacing {
  int64_t patch_step = 1, element_step = 1, offset = 0;
  bool operator==(const Spacing&) const = default;
};

/// Rows and columns of patches.
struct PatchGrid {
  int64_t rows = 1, cols = 1;
  int64_t patches() const { return rows * cols; }
  bool operator==(const PatchGrid&) const = default;
};

/// Extents of a value of the patch network: its elements in row-major order are channels of maps of h x w.
struct MapShape {
  int64_t channels = 1, h = 1, w = 1;
  bool operator==(const MapShape&) const = default;
};

/// A value of the patch network for all patches at once.
struct SharedMap {
  ValueId id = kAbsent;  ///< in the dense graph: 1 x channels x rows x columns
  MapShape patch;
  Spacing h, w;
};

/// Elements along an axis from the first patch's first to the last patch's last.
inline int64_t covered(const Spacing& spacing, int64_t patches, int64_t elements) {
  return (patches - 1) * spacing.patch_step + (elements - 1) * spacing.element_step + 1;
}

}  // namespace convoy
