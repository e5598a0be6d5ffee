// What an operator's importer sees: one ONNX node with its attributes checked as they are read, and the
// graph being built.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <string_view>
#include <vector>

#include "frontends/onnx/tensors.h"
#include "graph/graph.h"

namespace convoy::onnx_frontend {

class NodeImport {
 public:
  NodeImport(const onnx::NodeProto& proto, int64_t opset, GraphBuilder& builder, const TensorReader& tensors,
             std::vector<ValueId> inputs, std::string name)
      : proto_(proto),
        opset_(opset),
        builder_(builder),
        tensors_(tensors),
        inputs_(std::move(inputs)),
        name_(std::move(name)) {}

  const std::string& op_type() const { return proto_.op_type(); }
  /// Version of the operator set that the node's domain is imported with.
  int64_t opset() const { return opset_; }
  const std::string& name() const { return name_; }
  GraphBuilder& builder() { return builder_; }

  int input_count() const { return static_cast<int>(inputs_.size()); }
  /// kAbsent when not given.
  ValueId optional_input(int index) const;
  /// Throws Error when not given.
  ValueId input(int index) const;
  const TensorType& type(int index) const { return builder_.type(input(index)); }
  const Shape& shape(int index) const { return type(index).shape; }
  int rank(int index) const { return shape(index).rank(); }
  int output_count() const { return proto_.output_size(); }
  /// "" when the output is not wanted.
  std::string output_name(int index) const;

  /// The integers (any integer type) of a constant input; throws Error when it is not constant.
  std::vector<int64_t> constant_ints(int index) const;
  std::vector<double> constant_floats(int index) const;
  double constant_scalar(int index) const;

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

  /// `axis` in [-rank, rank) as a non-negative index; throws Error otherwise.
  static int64_t normalize_axis(int64_t axis, int64_t rank);

  /// Adds `op`, named after this node, whose outputs are this node's outputs.
  template <class T>
  std::vector<ValueId> emit(T op, const std::vector<ValueId>& inputs) {
    std::vector<std::string> names;
    for (int i = 0; i < output_count(); ++i) names.push_back(output_name(i));
    return builder_.add(std::make_shared<T>(std::move(op)), inputs, name_, names);
  }
  /// Adds a helper node in front of or behind the main one: `suffix` is appended to the node's name.
  template <class T>
  ValueId helper(T op, const std::vector<ValueId>& inputs, const char* suffix) {
    return builder_.make(std::move(op), inputs, name_ + suffix);
  }
  ValueId constant(Tensor tensor, const char* suffix) { return builder_.constant(name_ + suffix, std::move(tensor)); }
  /// A scalar constant of the type, `value` rounded to it.
  ValueId scalar(DType dtype, double value, const char* suffix);

 private:
  const onnx::AttributeProto* find(const char* name, onnx::AttributeProto::AttributeType type) const;
  const Tensor& constant_input(int index) const;

  const onnx::NodeProto& proto_;
  int64_t opset_;
  GraphBuilder& builder_;
  const TensorReader& tensors_;
  std::vector<ValueId> inputs_;
  std::string name_;
};

/// Imports one node and returns the values of its outputs (as many as the node lists, at least).
using ImportFn = std::vector<ValueId> (*)(NodeImport&);

/// The importer of an ONNX operator, or null. The table is in operators.cpp.
ImportFn find_importer(std::string_view domain, std::string_view op_type);

}  // namespace convoy::onnx_frontend
