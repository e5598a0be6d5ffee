#include "quantize/source_model.h"

#include <array>

#include "frontends/format.h"
#include "frontends/mapped_file.h"
#include "frontends/onnx/model_proto.h"
#include "frontends/onnx/node_order.h"
#include "frontends/onnx/tensors.h"
#include "quantize/graph_index.h"
#include "quantize/lift_opset.h"
#include "support/error.h"

namespace convoy::quantizer {
namespace {

using onnx_frontend::describe;

bool is_quantised(const std::string& op_type) {
  return op_type.starts_with("QLinear") || op_type.starts_with("QGemm") || op_type.ends_with("QuantizeLinear") ||
         op_type.ends_with("DequantizeLinear") || op_type.ends_with("Integer");
}

void refuse_quantised(const onnx::GraphProto& graph) {
  for (int i = 0; i < graph.node_size(); ++i) {
    if (!is_quantised(graph.node(i).op_type())) continue;
    invalid_input("{}: the network is quantised already; quantise the float network that it was made of",
                  describe(graph.node(i), i));
  }
}

/// Nodes come and go; those without a name keep the one that their place gave them.
void name_nodes(onnx::GraphProto& graph) {
  for (int i = 0; i < graph.node_size(); ++i) {
    graph.mutable_node(i)->set_name(onnx_frontend::node_name(graph.node(i), i));
  }
}

void sort_nodes(onnx::GraphProto& graph) {
  std::set<std::string> given;
  for (const auto& input : graph.input()) given.insert(input.name());
  for (const auto& tensor : graph.initializer()) given.insert(tensor.name());
  google::protobuf::RepeatedPtrField<onnx::NodeProto> sorted;
  for (int index : onnx_frontend::node_order(graph, [&](const std::string& name) { return given.contains(name); })) {
    *sorted.Add() = std::move(*graph.mutable_node(index));
  }
  graph.mutable_node()->Swap(&sorted);
}

bool is_external(const onnx::TensorProto& tensor) {
  return tensor.data_location() == onnx::TensorProto::EXTERNAL;
}

/// The result is one file.
void take_in_external_data(const std::shared_ptr<onnx::ModelProto>& model, const std::string& path) {
  const onnx_frontend::TensorReader reader(model, path);
  const auto take_in = [&](onnx::TensorProto& tensor) {
    if (is_external(tensor)) tensor = proto_of(tensor.name(), reader.read(tensor, tensor.name()));
  };
  for (onnx::TensorProto& tensor : *model->mutable_graph()->mutable_initializer()) take_in(tensor);
  for (onnx::NodeProto& node : *model->mutable_graph()->mutable_node()) {
    for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
      if (attribute.has_t()) take_in(*attribute.mutable_t());
    }
  }
}

struct OnnxType {
  DType dtype;
  onnx::TensorProto::DataType onnx;
};

constexpr std::array kTypes = {
    OnnxType{DType::f32, onnx::TensorProto::FLOAT},   OnnxType{DType::f64, onnx::TensorProto::DOUBLE},
    OnnxType{DType::f16, onnx::TensorProto::FLOAT16}, OnnxType{DType::bf16, onnx::TensorProto::BFLOAT16},
    OnnxType{DType::i8, onnx::TensorProto::INT8},     OnnxType{DType::u8, onnx::TensorProto::UINT8},
    OnnxType{DType::i16, onnx::TensorProto::INT16},   OnnxType{DType::u16, onnx::TensorProto::UINT16},
    OnnxType{DType::i32, onnx::TensorProto::INT32},   OnnxType{DType::u32, onnx::TensorProto::UINT32},
    OnnxType{DType::i64, onnx::TensorProto::INT64},   OnnxType{DType::u64, onnx::TensorProto::UINT64},
    OnnxType{DType::boolean, onnx::TensorProto::BOOL}};

onnx::TensorProto::DataType onnx_type(DType dtype) {
  for (const OnnxType& type : kTypes) {
    if (type.dtype == dtype) return type.onnx;
  }
  internal_error("dtype {}", static_cast<int>(dtype));
}

}  // namespace

std::shared_ptr<onnx::ModelProto> read_source_model(const std::string& path) {
  const auto file = MappedFile::open(path);
  if (is_tflite_file(path, *file)) {
    unsupported("is a TFLite network; only ONNX networks are quantised, TFLite's own converter quantises this one");
  }
  const std::shared_ptr<onnx::ModelProto> model = onnx_frontend::parse_model(*file);
  onnx::GraphProto& graph = *model->mutable_graph();
  refuse_quantised(graph);
  name_nodes(graph);
  sort_nodes(graph);
  take_in_external_data(model, path);
  lift_opset(*model);
  return model;
}

Tensor tensor_of(const onnx::TensorProto& proto, std::shared_ptr<const void> owner) {
  return onnx_frontend::TensorReader(std::move(owner), "").read(proto, proto.name());
}

onnx::TensorProto proto_of(const std::string& name, const Tensor& tensor) {
  onnx::TensorProto proto;
  proto.set_name(name);
  proto.set_data_type(onnx_type(tensor.dtype()));
  for (int64_t extent : tensor.shape()) proto.add_dims(extent);
  proto.set_raw_data(tensor.data(), tensor.bytes());
  return proto;
}

}  // namespace convoy::quantizer
