// What dense inference is compared with: the reference loops of the patch network, for each patch by itself.
#pragma once

#include "dense/patch_geometry.h"
#include "dense/shared_map.h"

namespace convoy {

/// `image`: 1 x channels x all rows and columns that the grid's patches cover. The result has a block for each patch.
Tensor patch_by_patch(const Graph& patch, const PatchGeometry& geometry, const Tensor& image, PatchGrid grid);

}  // namespace convoy
