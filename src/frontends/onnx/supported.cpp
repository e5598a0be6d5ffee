#include "frontends/onnx/supported.h"

#include <algorithm>

#include "frontends/onnx/model_proto.h"
#include "frontends/onnx/node_import.h"
#include "frontends/onnx/node_order.h"
#include "frontends/refused_operators.h"

namespace convoy::onnx_frontend {
namespace {

bool is_function(const onnx::ModelProto& model, const onnx::NodeProto& node) {
  return std::any_of(model.functions().begin(), model.functions().end(), [&](const onnx::FunctionProto& function) {
    return function.name() == node.op_type() && function.domain() == node.domain();
  });
}

std::string qualified_name(const onnx::ModelProto& model, const onnx::NodeProto& node) {
  const std::string name =
      is_standard_domain(node.domain()) ? node.op_type() : fmt::format("{}.{}", node.domain(), node.op_type());
  return is_function(model, node) ? name + ", a function of the model" : name;
}

bool is_supported(const onnx::ModelProto& model, const onnx::NodeProto& node) {
  if (is_function(model, node)) return false;
  return is_if(node) || find_importer(node.domain(), node.op_type());
}

}  // namespace

bool is_if(const onnx::NodeProto& node) {
  return is_standard_domain(node.domain()) && node.op_type() == "If";
}

void check_operators(const onnx::ModelProto& model, const onnx::GraphProto& graph) {
  RefusedOperators refused;
  for (int i = 0; i < graph.node_size(); ++i) {
    if (is_supported(model, graph.node(i))) continue;
    refused.add(qualified_name(model, graph.node(i)), fmt::format("'{}'", node_name(graph.node(i), i)));
  }
  refused.throw_if_any();
}

}  // namespace convoy::onnx_frontend
