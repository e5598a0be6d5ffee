#include "model_builder.h"

namespace convoy::onnx_frontend {

TestModel::TestModel(int64_t opset) {
  proto_.set_ir_version(8);
  proto_.add_opset_import()->set_version(opset);
  proto_.mutable_graph()->set_name("test");
}

TestModel& TestModel::input(const std::string& name, std::initializer_list<TestDim> dims, int element_type) {
  onnx::ValueInfoProto& input = *graph().add_input();
  input.set_name(name);
  onnx::TypeProto::Tensor& type = *input.mutable_type()->mutable_tensor_type();
  type.set_elem_type(element_type);
  type.mutable_shape();
  for (const TestDim& dim : dims) {
    auto& proto = *type.mutable_shape()->add_dim();
    if (dim.extent >= 0) proto.set_dim_value(dim.extent);
    if (!dim.symbol.empty()) proto.set_dim_param(dim.symbol);
  }
  return *this;
}

TestModel& TestModel::output(const std::string& name) {
  graph().add_output()->set_name(name);
  return *this;
}

TestModel& TestModel::floats(const std::string& name, std::initializer_list<int64_t> dims,
                             const std::vector<float>& values) {
  onnx::TensorProto& tensor = *graph().add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  tensor.mutable_dims()->Add(dims.begin(), dims.end());
  tensor.set_raw_data(values.data(), values.size() * sizeof(float));
  return *this;
}

TestModel& TestModel::ints(const std::string& name, std::initializer_list<int64_t> dims,
                           const std::vector<int64_t>& values) {
  onnx::TensorProto& tensor = *graph().add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.mutable_dims()->Add(dims.begin(), dims.end());
  tensor.mutable_int64_data()->Add(values.begin(), values.end());
  return *this;
}

TestModel& TestModel::numbers(const std::string& name, int element_type, std::initializer_list<int64_t> dims,
                              const std::vector<int32_t>& values) {
  onnx::TensorProto& tensor = *graph().add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(element_type);
  tensor.mutable_dims()->Add(dims.begin(), dims.end());
  tensor.mutable_int32_data()->Add(values.begin(), values.end());
  return *this;
}

TestModel& TestModel::domain(const std::string& name) {
  onnx::OperatorSetIdProto& opset = *proto_.add_opset_import();
  opset.set_domain(name);
  opset.set_version(1);
  graph().mutable_node()->rbegin()->set_domain(name);
  return *this;
}

TestModel& TestModel::add(const std::string& op_type, const std::vector<std::string>& inputs,
                          const std::vector<std::string>& outputs, const std::string& name) {
  onnx::NodeProto& node = *graph().add_node();
  node.set_op_type(op_type);
  node.set_name(name);
  for (const std::string& input : inputs) node.add_input(input);
  for (const std::string& output : outputs) node.add_output(output);
  return *this;
}

onnx::AttributeProto& TestModel::add_attribute(const std::string& name, onnx::AttributeProto::AttributeType type) {
  onnx::AttributeProto& attribute = *node(graph().node_size() - 1).add_attribute();
  attribute.set_name(name);
  attribute.set_type(type);
  return attribute;
}

TestModel& TestModel::attr(const std::string& name, int64_t value) {
  add_attribute(name, onnx::AttributeProto::INT).set_i(value);
  return *this;
}

TestModel& TestModel::attr(const std::string& name, float value) {
  add_attribute(name, onnx::AttributeProto::FLOAT).set_f(value);
  return *this;
}

TestModel& TestModel::attr(const std::string& name, const std::string& value) {
  add_attribute(name, onnx::AttributeProto::STRING).set_s(value);
  return *this;
}

TestModel& TestModel::attr(const std::string& name, const onnx::GraphProto& value) {
  *add_attribute(name, onnx::AttributeProto::GRAPH).mutable_g() = value;
  return *this;
}

TestModel& TestModel::attr_ints(const std::string& name, const std::vector<int64_t>& values) {
  add_attribute(name, onnx::AttributeProto::INTS).mutable_ints()->Add(values.begin(), values.end());
  return *this;
}

Graph TestModel::import(const ImportOptions& options) const {
  const std::string data = bytes();
  return import_bytes(data.data(), data.size(), "test.onnx", options);
}

Tensor TestModel::run(const std::vector<Tensor>& inputs) const {
  const Graph graph = import();
  return evaluate(graph, inputs)[graph.outputs.at(0)];
}

TestModel relu_model() {
  TestModel model;
  model.input("x", {1, 4}).add("Relu", {"x"}, {"y"}, "relu").output("y");
  return model;
}

}  // namespace convoy::onnx_frontend
