// Who computes and who reads each value of an ONNX graph. Made anew after the graph was changed.
#pragma once

#include <onnx/onnx_pb.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace convoy::quantizer {

/// A node's input that reads a value.
struct Use {
  int node, input;
};

class GraphIndex {
 public:
  explicit GraphIndex(const onnx::GraphProto& graph);

  /// Index of the node that computes the value; -1 for inputs and constants.
  int producer(const std::string& value) const;
  const std::vector<Use>& uses(const std::string& value) const;
  /// The node that reads the value when nothing else does, the network's caller included; -1 otherwise.
  int only_reader(const std::string& value) const;
  /// True for network outputs and what the branches of an If read.
  bool leaves(const std::string& value) const { return leaving_.contains(value); }
  /// An initializer, or the tensor of a Constant node, Identities between left aside; null for any other value.
  const onnx::TensorProto* constant(const std::string& value) const;

 private:
  const onnx::GraphProto& graph_;
  std::map<std::string, int> producers_;
  std::map<std::string, std::vector<Use>> uses_;
  std::map<std::string, const onnx::TensorProto*> constants_;
  std::set<std::string> leaving_;
};

/// Gives out names that nothing in the graph, subgraphs included, has.
class FreshNames {
 public:
  explicit FreshNames(const onnx::GraphProto& graph);
  /// `wanted`, or wanted_2, wanted_3, ...
  std::string operator()(const std::string& wanted);

 private:
  std::set<std::string> taken_;
};

/// Null when the node has no such attribute.
const onnx::AttributeProto* find_attribute(const onnx::NodeProto& node, const std::string& name);
int64_t int_attribute(const onnx::NodeProto& node, const std::string& name, int64_t fallback);
float float_attribute(const onnx::NodeProto& node, const std::string& name, float fallback);
void remove_attribute(onnx::NodeProto& node, const std::string& name);

}  // namespace convoy::quantizer
