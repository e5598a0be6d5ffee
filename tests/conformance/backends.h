// What computes the networks of the conformance tests. The tests themselves do not know which one runs.
#pragma once

#include <span>
#include <vector>

#include "graph/graph.h"

namespace convoy::conformance {

struct Backend {
  const char* name;
  /// Computes the network's outputs. Throws Error.
  std::vector<Tensor> (*run)(const Graph& graph, const std::vector<Tensor>& inputs);
  /// File of the cases that it cannot compute, each with the reason.
  const char* skips;
};

std::span<const Backend> backends();

}  // namespace convoy::conformance
