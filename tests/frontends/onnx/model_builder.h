// Small ONNX models, built in the tests that import them.
#pragma once

#include <onnx/onnx_pb.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "frontends/onnx/import.h"

namespace convoy::onnx_frontend {

/// A dimension of an input: an extent, a symbol, or (an empty symbol) neither.
struct TestDim {
  TestDim(int64_t extent) : extent(extent) {}
  TestDim(const char* symbol) : symbol(symbol) {}
  int64_t extent = -1;
  std::string symbol;
};

class TestModel {
 public:
  explicit TestModel(int64_t opset = 17);

  onnx::ModelProto& proto() { return proto_; }
  onnx::GraphProto& graph() { return *proto_.mutable_graph(); }
  onnx::NodeProto& node(int index) { return *graph().mutable_node(index); }

  TestModel& input(const std::string& name, std::initializer_list<TestDim> dims,
                   int element_type = onnx::TensorProto::FLOAT);
  TestModel& output(const std::string& name);
  TestModel& floats(const std::string& name, std::initializer_list<int64_t> dims, const std::vector<float>& values);
  TestModel& ints(const std::string& name, std::initializer_list<int64_t> dims, const std::vector<int64_t>& values);
  /// Integers of at most 32 bits: element_type INT8, UINT8, INT32.
  TestModel& numbers(const std::string& name, int element_type, std::initializer_list<int64_t> dims,
                     const std::vector<int32_t>& values);
  /// "" stands for an absent input.
  TestModel& add(const std::string& op_type, const std::vector<std::string>& inputs,
                 const std::vector<std::string>& outputs, const std::string& name = "");
  /// The domain of the node added last.
  TestModel& domain(const std::string& name);
  /// Attributes of the node added last.
  TestModel& attr(const std::string& name, int64_t value);
  TestModel& attr(const std::string& name, float value);
  TestModel& attr(const std::string& name, const std::string& value);
  TestModel& attr(const std::string& name, const onnx::GraphProto& value);
  TestModel& attr_ints(const std::string& name, const std::vector<int64_t>& values);

  std::string bytes() const { return proto_.SerializeAsString(); }
  /// Imports it as "test.onnx".
  Graph import(const ImportOptions& options = {}) const;
  /// Imports and evaluates it; returns the first output.
  Tensor run(const std::vector<Tensor>& inputs = {}) const;

 private:
  onnx::AttributeProto& add_attribute(const std::string& name, onnx::AttributeProto::AttributeType type);

  onnx::ModelProto proto_;
};

/// x [1,4] -> Relu -> y, the smallest sound model.
TestModel relu_model();

}  // namespace convoy::onnx_frontend
