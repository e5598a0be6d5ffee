#include "frontends/tflite/model_builder.h"

#include <algorithm>
#include <cstring>

#include "frontends/tflite/import.h"

namespace convoy::tflite_frontend {
namespace {

template <class T>
std::vector<uint8_t> bytes_of(const std::vector<T>& values) {
  std::vector<uint8_t> data(values.size() * sizeof(T));
  if (!values.empty()) std::memcpy(data.data(), values.data(), data.size());
  return data;
}

}  // namespace

TestModel::TestModel() {
  model_.version = 3;
  model_.subgraphs.push_back(std::make_unique<tflite::SubGraphT>());
  graph().name = "test";
  model_.buffers.push_back(std::make_unique<tflite::BufferT>());
}

int TestModel::index_of(const std::string& name) {
  for (size_t i = 0; i < graph().tensors.size(); ++i) {
    if (graph().tensors[i]->name == name) return static_cast<int>(i);
  }
  return -1;
}

tflite::TensorT& TestModel::tensor(const std::string& name) {
  return *graph().tensors.at(static_cast<size_t>(index_of(name)));
}

tflite::TensorT& TestModel::add_tensor(const std::string& name, const std::vector<int32_t>& shape, Type type) {
  auto tensor = std::make_unique<tflite::TensorT>();
  tensor->name = name;
  tensor->shape = shape;
  tensor->type = type;
  graph().tensors.push_back(std::move(tensor));
  return *graph().tensors.back();
}

TestModel& TestModel::input(const std::string& name, const std::vector<int32_t>& shape, Type type) {
  add_tensor(name, shape, type);
  graph().inputs.push_back(index_of(name));
  return *this;
}

TestModel& TestModel::output(const std::string& name) {
  graph().outputs.push_back(index_of(name));
  return *this;
}

TestModel& TestModel::bytes(const std::string& name, const std::vector<int32_t>& shape, Type type,
                            const std::vector<uint8_t>& data) {
  auto buffer = std::make_unique<tflite::BufferT>();
  buffer->data = data;
  model_.buffers.push_back(std::move(buffer));
  add_tensor(name, shape, type).buffer = static_cast<uint32_t>(model_.buffers.size() - 1);
  return *this;
}

TestModel& TestModel::floats(const std::string& name, const std::vector<int32_t>& shape,
                             const std::vector<float>& values) {
  return bytes(name, shape, Type::FLOAT32, bytes_of(values));
}

TestModel& TestModel::ints(const std::string& name, const std::vector<int32_t>& shape,
                           const std::vector<int32_t>& values) {
  return bytes(name, shape, Type::INT32, bytes_of(values));
}

TestModel& TestModel::result(const std::string& name, Type type) {
  add_tensor(name, {}, type);
  return *this;
}

TestModel& TestModel::quantise(const std::string& name, const std::vector<float>& scale,
                               const std::vector<int64_t>& zero, int32_t axis) {
  auto quantisation = std::make_unique<tflite::QuantizationParametersT>();
  quantisation->scale = scale;
  quantisation->zero_point = zero;
  quantisation->quantized_dimension = axis;
  tensor(name).quantization = std::move(quantisation);
  return *this;
}

TestModel& TestModel::add(Code code, const std::vector<std::string>& inputs, const std::vector<std::string>& outputs) {
  auto operator_code = std::make_unique<tflite::OperatorCodeT>();
  operator_code->builtin_code = code;
  operator_code->deprecated_builtin_code = static_cast<int8_t>(std::min(static_cast<int>(code), 127));
  model_.operator_codes.push_back(std::move(operator_code));
  auto op = std::make_unique<tflite::OperatorT>();
  op->opcode_index = static_cast<uint32_t>(model_.operator_codes.size() - 1);
  for (const std::string& name : inputs) op->inputs.push_back(name.empty() ? -1 : index_of(name));
  for (const std::string& name : outputs) {
    if (index_of(name) < 0) add_tensor(name, {}, Type::FLOAT32);
    op->outputs.push_back(index_of(name));
  }
  graph().operators.push_back(std::move(op));
  return *this;
}

std::string TestModel::bytes() const {
  flatbuffers::FlatBufferBuilder builder;
  tflite::FinishModelBuffer(builder, tflite::Model::Pack(builder, &model_));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

Graph TestModel::import(const ImportOptions& options) const {
  const std::string data = bytes();
  return import_bytes(data.data(), data.size(), "test.tflite", options);
}

std::vector<Tensor> TestModel::run_all(const std::vector<Tensor>& inputs) const {
  const Graph graph = import();
  const std::vector<Tensor> values = evaluate(graph, inputs);
  std::vector<Tensor> outputs;
  for (ValueId id : graph.outputs) outputs.push_back(values[id]);
  return outputs;
}

Tensor TestModel::run(const std::vector<Tensor>& inputs) const {
  return run_all(inputs).at(0);
}

TestModel relu_model() {
  TestModel model;
  model.input("x", {1, 4}).add(Code::RELU, {"x"}, {"y"}).output("y");
  return model;
}

}  // namespace convoy::tflite_frontend
