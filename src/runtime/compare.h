// Finds where a compiled network departs from the meaning of its operators: every layer's result is compared
// with the reference loops, and the network's outputs with those of the graph as it was imported.
#pragma once

#include <convoy/program.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "plan/plan.h"

namespace convoy {

/// How far `got` is from `expected`.
struct Difference {
  double max_abs = 0;       ///< largest difference of two elements; infinite where only one is a number
  double max_expected = 0;  ///< largest magnitude of the finite expected values
  int64_t at = 0;           ///< index of the element that differs most

  /// Relative to the largest value, so that small elements between large ones do not count.
  double relative() const { return max_abs == 0 ? 0 : max_abs / std::max(max_expected, 1e-30); }
};

/// Both of the same shape; element types may differ.
Difference difference(const Tensor& got, const Tensor& expected);

struct ComparedLayer {
  std::string name;  ///< of the group; of the network output in Comparison::outputs
  std::string op;
  std::string impl;   ///< kernels, joined by " + "; empty when nothing is computed (a view)
  std::string value;  ///< the compared tensor
  TensorType type;
  Difference difference;
};

struct Comparison {
  /// In order of execution. Each layer gets what the layers before it computed, so differences add up. In a bf16
  /// network the reference does, too, and they do not.
  std::vector<ComparedLayer> layers;
  /// The network as it is normally compiled, with buffers reused and passes run, against the imported graph.
  std::vector<ComparedLayer> outputs;
};

struct CompareOptions {
  CompileOptions compile;
  /// For tests: changes both plans before they run. A step whose kernel it sets to -1 runs `host` instead.
  std::function<void(Plan&)> plan_hook;
};

/// Compiles `imported` twice, once with every layer's result as a network output. Throws Error.
Comparison compare_layers(const Graph& imported, const std::vector<Tensor>& inputs, const CompareOptions& options);

/// The first layer, or else the first output, whose relative difference is above `tolerance`; null when none.
const ComparedLayer* first_difference(const Comparison& comparison, double tolerance);

}  // namespace convoy
