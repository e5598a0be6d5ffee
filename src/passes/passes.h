// The passes from the imported graph to groups. pipeline.cpp lists them in order.
#pragma once

#include <convoy/program.h>

#include <functional>
#include <string>

#include "graph/graph.h"
#include "passes/group.h"

namespace convoy {

/// Called after each pass with its name and result, for printing.
using PassObserver = std::function<void(const std::string& pass, const Graph& graph)>;

/// Runs all passes in order and verifies the graph after each.
Graph run_passes(Graph graph, const PassObserver& observer = nullptr);

/// Partitions the nodes into groups, and decides how the values between them are stored.
GroupedGraph make_groups(Graph graph, Precision precision = Precision::f32);

}  // namespace convoy
