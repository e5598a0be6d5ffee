// What a quantised network still computes on floats, for `convoy info` and `convoy explain`: nothing falls back
// silently.
#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"

namespace convoy {

struct FloatNode {
  std::string name;
  std::string op;
  std::string why;
};

/// The operators that compute on floats in an imported network, in order, with the reason that fold_quantization has.
/// None for a network without quantised values. Conversions between floats and numbers are not among them.
std::vector<FloatNode> float_nodes(const Graph& imported);

}  // namespace convoy
