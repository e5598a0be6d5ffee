// The part of a patch network that cannot be shared between patches: it runs on all of them as one batch.
#pragma once

#include <vector>

#include "dense/shared_map.h"
#include "graph/graph.h"

namespace convoy {

/// Cuts the patches out of a shared map: patches x the extents of `patch_type` behind its first.
ValueId cut_patches(GraphBuilder& dense, const SharedMap& map, PatchGrid grid, const TensorType& patch_type);

/// Nodes that only say how elements are to be read.
ValueId reshaped(GraphBuilder& builder, ValueId id, Shape shape, const std::string& name);
ValueId transposed(GraphBuilder& builder, ValueId id, std::vector<int64_t> perm, const std::string& name);

/// Adds `node` of the patch network with operands that have `patches` images instead of one (constants as they are).
/// Throws Error when the operator does not keep images apart.
std::vector<ValueId> apply_to_batch(const Graph& patch, const Node& node, GraphBuilder& dense,
                                    const std::vector<ValueId>& operands, int64_t patches);

}  // namespace convoy
