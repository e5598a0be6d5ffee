#include "graph/graph.h"

#include <algorithm>
#include <limits>

namespace convoy {

InputTypes Graph::input_types(const Node& node) const {
  InputTypes types;
  for (ValueId id : node.inputs) types.push_back(id == kAbsent ? nullptr : &values[id].type);
  return types;
}

std::vector<TensorType> Graph::output_types(const Node& node) const {
  std::vector<TensorType> types;
  for (ValueId id : node.outputs) types.push_back(values[id].type);
  return types;
}

std::vector<std::vector<int32_t>> Graph::consumers() const {
  std::vector<std::vector<int32_t>> consumers(values.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    for (ValueId id : nodes[i].inputs) {
      if (id != kAbsent) consumers[id].push_back(static_cast<int32_t>(i));
    }
  }
  return consumers;
}

bool Graph::is_output(ValueId id) const {
  return std::find(outputs.begin(), outputs.end(), id) != outputs.end();
}

int64_t Graph::macs() const {
  int64_t macs = 0;
  for (const Node& node : nodes) {
    const int64_t more = node.op->macs(input_types(node), output_types(node));
    if (__builtin_add_overflow(macs, more, &macs)) return std::numeric_limits<int64_t>::max();
  }
  return macs;
}

std::string describe(const Node& node) {
  return fmt::format("node '{}' ({})", node.name, node.op ? node.op->name() : "no operator");
}

}  // namespace convoy
