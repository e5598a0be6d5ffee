#include "quantize/graph_index.h"

#include <algorithm>

namespace convoy::quantizer {
namespace {

/// Calls fn with every graph inside a node's attributes.
template <class Fn>
void each_subgraph(const onnx::NodeProto& node, Fn&& fn) {
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    if (attribute.has_g()) fn(attribute.g());
    for (const onnx::GraphProto& graph : attribute.graphs()) fn(graph);
  }
}

/// All names that a subgraph reads, its own included: those are no value of the graph around it.
void add_read(const onnx::GraphProto& graph, std::set<std::string>& names) {
  for (const auto& output : graph.output()) names.insert(output.name());
  for (const onnx::NodeProto& node : graph.node()) {
    names.insert(node.input().begin(), node.input().end());
    each_subgraph(node, [&](const onnx::GraphProto& inner) { add_read(inner, names); });
  }
}

void add_all(const onnx::GraphProto& graph, std::set<std::string>& names) {
  for (const auto& value : graph.input()) names.insert(value.name());
  for (const auto& value : graph.output()) names.insert(value.name());
  for (const auto& tensor : graph.initializer()) names.insert(tensor.name());
  for (const onnx::NodeProto& node : graph.node()) {
    names.insert(node.name());
    names.insert(node.input().begin(), node.input().end());
    names.insert(node.output().begin(), node.output().end());
    each_subgraph(node, [&](const onnx::GraphProto& inner) { add_all(inner, names); });
  }
}

}  // namespace

GraphIndex::GraphIndex(const onnx::GraphProto& graph) : graph_(graph) {
  for (const auto& output : graph.output()) leaving_.insert(output.name());
  for (const onnx::TensorProto& tensor : graph.initializer()) constants_[tensor.name()] = &tensor;
  for (int i = 0; i < graph.node_size(); ++i) {
    const onnx::NodeProto& node = graph.node(i);
    for (int k = 0; k < node.input_size(); ++k) uses_[node.input(k)].push_back({i, k});
    for (const std::string& output : node.output()) producers_[output] = i;
    each_subgraph(node, [&](const onnx::GraphProto& inner) { add_read(inner, leaving_); });
    const onnx::AttributeProto* value = node.op_type() == "Constant" ? find_attribute(node, "value") : nullptr;
    if (value && value->has_t()) constants_[node.output(0)] = &value->t();
  }
}

int GraphIndex::producer(const std::string& value) const {
  const auto found = producers_.find(value);
  return found == producers_.end() ? -1 : found->second;
}

const std::vector<Use>& GraphIndex::uses(const std::string& value) const {
  static const std::vector<Use> kNone;
  const auto found = uses_.find(value);
  return found == uses_.end() ? kNone : found->second;
}

int GraphIndex::only_reader(const std::string& value) const {
  const std::vector<Use>& readers = uses(value);
  return readers.size() == 1 && !leaves(value) ? readers[0].node : -1;
}

const onnx::TensorProto* GraphIndex::constant(const std::string& value) const {
  if (const auto found = constants_.find(value); found != constants_.end()) return found->second;
  const int node = producer(value);
  const bool passes_on = node >= 0 && graph_.node(node).op_type() == "Identity" && graph_.node(node).input_size() == 1;
  return passes_on ? constant(graph_.node(node).input(0)) : nullptr;
}

FreshNames::FreshNames(const onnx::GraphProto& graph) {
  add_all(graph, taken_);
}

std::string FreshNames::operator()(const std::string& wanted) {
  std::string name = wanted;
  for (int i = 2; !taken_.insert(name).second; ++i) name = wanted + "_" + std::to_string(i);
  return name;
}

const onnx::AttributeProto* find_attribute(const onnx::NodeProto& node, const std::string& name) {
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    if (attribute.name() == name) return &attribute;
  }
  return nullptr;
}

int64_t int_attribute(const onnx::NodeProto& node, const std::string& name, int64_t fallback) {
  const onnx::AttributeProto* attribute = find_attribute(node, name);
  return attribute ? attribute->i() : fallback;
}

float float_attribute(const onnx::NodeProto& node, const std::string& name, float fallback) {
  const onnx::AttributeProto* attribute = find_attribute(node, name);
  return attribute ? attribute->f() : fallback;
}

void remove_attribute(onnx::NodeProto& node, const std::string& name) {
  auto& attributes = *node.mutable_attribute();
  const auto last = std::remove_if(attributes.begin(), attributes.end(),
                                   [&](const onnx::AttributeProto& attribute) { return attribute.name() == name; });
  attributes.erase(last, attributes.end());
}

}  // namespace convoy::quantizer
