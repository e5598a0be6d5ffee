// Compiles a patch network for whole images: chooses the tile, and whether tiles go down strips.
#pragma once

#include "dense/dense_data.h"
#include "graph/graph.h"

namespace convoy {

/// `patch`: a network as it was imported. Throws Error.
DenseProgram compile_dense_graph(Graph patch, const DenseOptions& options);

}  // namespace convoy
