#include "frontends/onnx/summary.h"

#include <set>

#include "frontends/onnx/element_types.h"
#include "frontends/onnx/model_proto.h"
#include "frontends/onnx/node_import.h"
#include "frontends/onnx/supported.h"
#include "support/error.h"

namespace convoy::onnx_frontend {
namespace {

std::string format_of(const onnx::ModelProto& model) {
  std::string text = "ONNX";
  for (const auto& opset : model.opset_import()) {
    const bool standard = is_standard_domain(opset.domain());
    text += fmt::format(", {}opset {}", standard ? "" : opset.domain() + " ", opset.version());
  }
  return text;
}

std::string element_type_text(int onnx_type) {
  try {
    return std::string(to_string(element_type(onnx_type)));
  } catch (const Error&) {
    return element_type_name(onnx_type);
  }
}

SummaryPort declared_input(const onnx::ValueInfoProto& proto) {
  SummaryPort input{proto.name(), "no tensor", std::nullopt};
  if (!proto.type().has_tensor_type()) return input;
  const auto& tensor = proto.type().tensor_type();
  std::string dims_text = "...";
  if (tensor.has_shape()) {
    dims_text.clear();
    input.dims.emplace();
    for (const auto& dim : tensor.shape().dim()) {
      const bool known = dim.has_dim_value() && dim.dim_value() > 0;
      input.dims->push_back(known ? dim.dim_value() : -1);
      const std::string open = dim.dim_param().empty() ? "?" : dim.dim_param();
      dims_text += (dims_text.empty() ? "" : "x") + (known ? std::to_string(dim.dim_value()) : open);
    }
  }
  input.type = fmt::format("{}[{}]", element_type_text(tensor.elem_type()), dims_text);
  return input;
}

void add_inputs(const onnx::GraphProto& graph, ModelSummary& summary) {
  std::set<std::string> initializers;  // old models list their weights as inputs, too
  for (const auto& initializer : graph.initializer()) initializers.insert(initializer.name());
  for (const auto& input : graph.input()) {
    if (!initializers.contains(input.name())) summary.inputs.push_back(declared_input(input));
  }
}

void add_operators(const onnx::GraphProto& graph, ModelSummary& summary) {
  for (const auto& node : graph.node()) {
    const std::string name = is_standard_domain(node.domain()) ? node.op_type() : node.domain() + "." + node.op_type();
    ++summary.operators[name];
    if (!is_if(node) && !find_importer(node.domain(), node.op_type())) ++summary.unsupported[name];
  }
}

}  // namespace

ModelSummary summarise(const MappedFile& file) {
  const auto model = parse_model(file);
  ModelSummary summary;
  summary.format = format_of(*model);
  summary.producer = model->producer_name();
  if (!model->producer_version().empty()) summary.producer += " " + model->producer_version();
  add_inputs(model->graph(), summary);
  add_operators(model->graph(), summary);
  return summary;
}

}  // namespace convoy::onnx_frontend
