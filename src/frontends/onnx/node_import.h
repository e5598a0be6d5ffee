// What an operator's importer sees: one ONNX node with its attributes checked as they are read, and the
// graph being built.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <string_view>
#include <vector>

#include "frontends/imported_node.h"
#include "frontends/onnx/tensors.h"

namespace convoy::onnx_frontend {

class NodeImport : public ImportedNode {
 public:
  NodeImport(const onnx::NodeProto& proto, int64_t opset, GraphBuilder& builder, const TensorReader& tensors,
             std::vector<ValueId> inputs, std::string name)
      : ImportedNode(builder, std::move(inputs), std::move(name)), proto_(proto), opset_(opset), tensors_(tensors) {}

  const std::string& op_type() const { return proto_.op_type(); }
  /// Version of the operator set that the node's domain is imported with.
  int64_t opset() const { return opset_; }
  int output_count() const { return proto_.output_size(); }
  /// "" when the output is not wanted.
  std::string output_name(int index) const;

  /// Attributes; reading one of the wrong type throws Error. Those never read are ignored: exporters add many.
  bool has(const char* name) const;
  int64_t attr_int(const char* name, int64_t fallback) const;
  double attr_float(const char* name, double fallback) const;
  std::string attr_string(const char* name, const std::string& fallback) const;
  std::vector<int64_t> attr_ints(const char* name, const std::vector<int64_t>& fallback = {}) const;
  std::vector<double> attr_floats(const char* name, const std::vector<double>& fallback = {}) const;
  /// The data is not copied where that can be avoided. Throws Error when the attribute is not given.
  Tensor attr_tensor(const char* name) const;
  /// Null when not given.
  const onnx::AttributeProto* find(const char* name) const;

  /// Adds `op`, named after this node, whose outputs are this node's outputs.
  template <class T>
  std::vector<ValueId> emit(T op, const std::vector<ValueId>& inputs) {
    std::vector<std::string> names;
    for (int i = 0; i < output_count(); ++i) names.push_back(output_name(i));
    return builder().add(std::make_shared<T>(std::move(op)), inputs, name(), names);
  }

 private:
  const onnx::AttributeProto* find(const char* name, onnx::AttributeProto::AttributeType type) const;

  const onnx::NodeProto& proto_;
  int64_t opset_;
  const TensorReader& tensors_;
};

/// Imports one node and returns the values of its outputs (as many as the node lists, at least).
using ImportFn = std::vector<ValueId> (*)(NodeImport&);

/// The importer of an ONNX operator, or null. The table is in operators.cpp.
ImportFn find_importer(std::string_view domain, std::string_view op_type);

}  // namespace convoy::onnx_frontend
