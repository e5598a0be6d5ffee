// Which values of a network are to be quantised, and which of them have one quantisation.
#pragma once

#include <onnx/onnx_pb.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "quantize/node_kind.h"

namespace convoy::quantizer {

/// Values that movement connects; they have one scale and zero point.
struct ValueGroup {
  std::vector<std::string> values;   ///< in the order in which they are computed
  std::vector<std::string> sources;  ///< those that give the group its range: not moved from another of them
};

/// A node and what is computed in its loop, on numbers or sums.
struct Layer {
  std::vector<int> nodes;  ///< in order
  std::string value;       ///< the last one's result
};

struct ChosenValues {
  std::vector<ValueGroup> groups;
  std::map<std::string, size_t> group_of;  ///< index of a value's group
  std::vector<int> products;               ///< nodes that become products of integers
  std::vector<Layer> layers;               ///< in order, movement aside
};

struct ChooseOptions {
  std::set<std::string> keep_float;  ///< names of nodes
  /// Sums are quantised before something is added to them, for hardware that adds bytes.
  bool quantise_summands = false;
};

/// Chooses what products, averages and what leads to them read. Not quantised are values that the loop which computes
/// them goes on with: between product and Relu, between product and residual sum, and inside of functions of one value.
/// What only floats and the network's caller read stays float.
ChosenValues choose_values(const onnx::GraphProto& graph, const ChooseOptions& options);

}  // namespace convoy::quantizer
