// The order in which nodes are imported: every value is computed before it is read. Models should be in such
// an order, but not all are.
#pragma once

#include <onnx/onnx_pb.h>

#include <functional>
#include <string>
#include <vector>

namespace convoy::onnx_frontend {

/// The node's name; its operator and place when it has none: "Conv_12".
std::string node_name(const onnx::NodeProto& node, int index);
/// "node 'block3/conv' (Conv)".
std::string describe(const onnx::NodeProto& node, int index);

/// Indices of all nodes of `graph`, in the model's order as far as that is possible. `is_given` says which
/// names have a value before any node is computed. Throws Error naming a node that reads what nothing
/// computes, two nodes that compute the same value, and a node on a cycle.
std::vector<int> node_order(const onnx::GraphProto& graph, const std::function<bool(const std::string&)>& is_given);

}  // namespace convoy::onnx_frontend
