#include <type_traits>

#include "graph/quote.h"
#include "graph/text.h"
#include "support/dtypes.h"

namespace convoy {
namespace {

std::string value_text(const Graph& graph, ValueId id) {
  return id == kAbsent ? "_" : "%" + quote(graph.value(id).name);
}

std::string typed_value_text(const Graph& graph, ValueId id) {
  return value_text(graph, id) + " " + graph.type(id).str();
}

template <class T>
std::string element_text(T element) {
  if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
    return fmt::format("{}", static_cast<float>(element));
  } else if constexpr (std::is_integral_v<T>) {
    return fmt::format("{:d}", element);
  } else {
    return fmt::format("{}", element);
  }
}

std::string elements_text(const Tensor& tensor, const TextOptions& options) {
  if (tensor.elems() > options.max_constant_elems) return " ...";
  return visit_dtype(tensor.dtype(), [&]<class T>() {
    std::string text;
    for (int64_t i = 0; i < tensor.elems(); ++i) text += " " + element_text(tensor.as<T>()[i]);
    return text;
  });
}

std::string node_text(const Graph& graph, const Node& node) {
  std::string outputs, inputs;
  for (ValueId id : node.outputs) outputs += (outputs.empty() ? "" : ", ") + typed_value_text(graph, id);
  for (ValueId id : node.inputs) inputs += (inputs.empty() ? "" : ", ") + value_text(graph, id);
  return fmt::format("{} = {}({}){} @{}\n", outputs, node.op->name(), inputs, node.op->attributes(), quote(node.name));
}

}  // namespace

std::string to_text(const Graph& graph, const TextOptions& options) {
  std::string text = "graph " + quote(graph.name) + "\n";
  for (ValueId id : graph.inputs) text += "input " + typed_value_text(graph, id) + "\n";
  for (size_t id = 0; id < graph.values.size(); ++id) {
    const Value& value = graph.values[id];
    if (!value.constant) continue;
    text += "constant " + typed_value_text(graph, static_cast<ValueId>(id)) + elements_text(*value.constant, options) +
            "\n";
  }
  for (const Node& node : graph.nodes) text += node_text(graph, node);
  for (ValueId id : graph.outputs) text += "output " + value_text(graph, id) + "\n";
  return text;
}

}  // namespace convoy
