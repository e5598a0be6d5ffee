#include "graph/graph.h"

namespace convoy {
namespace {

void bind_inputs(const Graph& graph, const std::vector<Tensor>& inputs, std::vector<Tensor>& values) {
  if (inputs.size() != graph.inputs.size()) {
    invalid_input("the network has {} inputs, {} are given", graph.inputs.size(), inputs.size());
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Value& value = graph.value(graph.inputs[i]);
    if (inputs[i].type() != value.type || inputs[i].empty()) {
      invalid_input("input '{}' is {}, the network takes {}", value.name, inputs[i].type().str(), value.type.str());
    }
    values[graph.inputs[i]] = inputs[i];
  }
}

void compute(const Graph& graph, const Node& node, std::vector<Tensor>& values) {
  std::vector<const Tensor*> inputs;
  for (ValueId id : node.inputs) inputs.push_back(id == kAbsent ? nullptr : &values[id]);
  std::vector<Tensor> outputs;
  for (ValueId id : node.outputs) outputs.emplace_back(graph.type(id));
  with_context(describe(node), [&] { node.op->reference(inputs, outputs); });
  for (size_t i = 0; i < outputs.size(); ++i) values[node.outputs[i]] = std::move(outputs[i]);
}

/// For each value, how many reads are still to come; a network output is read once more at the end.
std::vector<int64_t> remaining_reads(const Graph& graph) {
  std::vector<int64_t> reads(graph.values.size(), 0);
  for (const Node& node : graph.nodes) {
    for (ValueId id : node.inputs) {
      if (id != kAbsent) ++reads[id];
    }
  }
  for (ValueId id : graph.outputs) ++reads[id];
  return reads;
}

}  // namespace

std::vector<Tensor> evaluate(const Graph& graph, const std::vector<Tensor>& inputs, bool keep_all,
                             const std::function<void(ValueId, Tensor&)>& computed) {
  std::vector<Tensor> values(graph.values.size());
  bind_inputs(graph, inputs, values);
  for (size_t id = 0; id < values.size(); ++id) {
    if (graph.values[id].constant) values[id] = *graph.values[id].constant;
  }
  std::vector<int64_t> reads = remaining_reads(graph);
  for (const Node& node : graph.nodes) {
    compute(graph, node, values);
    for (ValueId id : node.outputs) {
      if (computed) computed(id, values[id]);
    }
    if (keep_all) continue;
    for (ValueId id : node.inputs) {
      if (id != kAbsent && --reads[id] == 0) values[id] = Tensor();
    }
    for (ValueId id : node.outputs) {
      if (reads[id] == 0) values[id] = Tensor();
    }
  }
  return values;
}

}  // namespace convoy
