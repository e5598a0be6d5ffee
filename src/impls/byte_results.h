// Finds the last nodes of an epilogue that makes bytes of wider numbers: they round, add a zero point, clamp and
// narrow. Kernels do that for several vectors of results at a time (KernelBuilder::narrow), with instructions whose
// saturation is the clamp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "codegen/llvm/kernel_builder.h"
#include "graph/graph.h"

namespace convoy {

struct ByteResults {
  size_t first;   ///< of the nodes that it stands for; they are the last ones
  Narrowing how;  ///< the rounded numbers' way to bytes

  std::string key() const;
};

/// `nodes` in order of evaluation; the last one's result is the only one that is visible outside. Either
///   requantize, or round [+ add] [+ clip] + cast
/// where the numbers that are rounded fit into 32 bits, which constant factors have to tell.
std::optional<ByteResults> find_byte_results(const Graph& graph, const std::vector<Node>& nodes);

}  // namespace convoy
