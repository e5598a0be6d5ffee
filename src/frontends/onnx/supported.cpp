#include "frontends/onnx/supported.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "frontends/onnx/model_proto.h"
#include "frontends/onnx/node_import.h"
#include "frontends/onnx/node_order.h"

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

struct Uses {
  int count = 0;
  std::string first;
};

}  // namespace

bool is_if(const onnx::NodeProto& node) {
  return is_standard_domain(node.domain()) && node.op_type() == "If";
}

void check_operators(const onnx::ModelProto& model, const onnx::GraphProto& graph) {
  std::map<std::string, Uses> refused;
  for (int i = 0; i < graph.node_size(); ++i) {
    if (is_supported(model, graph.node(i))) continue;
    Uses& uses = refused[qualified_name(model, graph.node(i))];
    if (uses.count++ == 0) uses.first = node_name(graph.node(i), i);
  }
  if (refused.empty()) return;
  std::vector<std::string> words;
  for (const auto& [name, uses] : refused) {
    words.push_back(uses.count == 1 ? fmt::format("{} (node '{}')", name, uses.first)
                                    : fmt::format("{} ({} nodes, first '{}')", name, uses.count, uses.first));
  }
  unsupported("{} of its operators {} not supported: {}", words.size(), words.size() == 1 ? "is" : "are",
              fmt::join(words, "; "));
}

}  // namespace convoy::onnx_frontend
