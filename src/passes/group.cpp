#include "passes/group.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "graph/quote.h"
#include "ops/cast.h"
#include "ops/elementwise.h"
#include "ops/lookup.h"
#include "ops/requantize.h"
#include "ops/where.h"

namespace convoy {
namespace {

/// Sorted.
constexpr std::string_view kEpilogueTakers[] = {
    "avg_pool2d", "batch_norm", "conv2d",     "conv_transpose2d", "group_norm", "instance_norm", "layer_norm",
    "lrn",        "matmul",     "max_pool2d", "reduce",           "resize",     "softmax",
};

/// "(%data, %w)", or nothing when no input comes from outside of the group.
std::string inputs_text(const Graph& graph, const Node& node, const std::set<ValueId>& inside) {
  std::vector<std::string> names;
  for (ValueId id : node.inputs) {
    if (id != kAbsent && !inside.contains(id)) names.push_back("%" + quote(graph.value(id).name));
  }
  return names.empty() ? "" : fmt::format("({})", fmt::join(names, ", "));
}

/// " as bf16", or why not.
std::string stored_text(const GroupedGraph& grouped, ValueId id) {
  if (grouped.stored_as_bf16.contains(id)) return " as bf16";
  const auto kept = grouped.kept_f32.find(id);
  return kept == grouped.kept_f32.end() ? "" : fmt::format(" as f32: {}", kept->second);
}

std::string to_text(const GroupedGraph& grouped, const Group& group) {
  const Graph& graph = grouped.graph;
  std::set<ValueId> inside;
  std::vector<std::string> members;
  for (int32_t index : group_members(group)) {
    const Node& node = graph.nodes[index];
    members.push_back(node.op->name() + inputs_text(graph, node, inside));
    inside.insert(node.outputs.begin(), node.outputs.end());
  }
  const Value& output = graph.value(group.output);
  return fmt::format("{}: {} -> %{} {}{}", quote(group.name), fmt::join(members, " + "), quote(output.name),
                     output.type.str(), stored_text(grouped, group.output));
}

}  // namespace

TensorType GroupedGraph::stored_type(ValueId id) const {
  TensorType type = graph.type(id);
  if (stored_as_bf16.contains(id)) type.dtype = DType::bf16;
  return type;
}

std::vector<int32_t> group_members(const Group& group) {
  std::vector<int32_t> members = group.prologue;
  members.push_back(group.anchor);
  for (const EpilogueNode& member : group.epilogue) members.push_back(member.node);
  return members;
}

std::vector<ValueId> outside_inputs(const Graph& graph, const Group& group) {
  std::set<ValueId> known;
  std::vector<ValueId> inputs;
  for (int32_t member : group_members(group)) {
    const Node& node = graph.nodes[member];
    for (ValueId id : node.inputs) {
      if (id != kAbsent && known.insert(id).second) inputs.push_back(id);
    }
    known.insert(node.outputs.begin(), node.outputs.end());
  }
  return inputs;
}

bool is_elementwise(const Op& op) {
  return op_cast<Unary>(op) || op_cast<Binary>(op) || op_cast<Where>(op) || op_cast<Cast>(op) ||
         op_cast<Requantize>(op) || op_cast<Lookup>(op);
}

bool takes_epilogue(const Op& op) {
  return is_elementwise(op) ||
         std::binary_search(std::begin(kEpilogueTakers), std::end(kEpilogueTakers), std::string_view(op.name()));
}

std::string to_text(const GroupedGraph& grouped) {
  std::string text;
  for (const Group& group : grouped.groups) text += to_text(grouped, group) + "\n";
  return text;
}

}  // namespace convoy
