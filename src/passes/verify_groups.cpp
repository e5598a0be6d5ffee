#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "passes/group.h"

namespace convoy {
namespace {

class GroupVerifier {
 public:
  explicit GroupVerifier(const GroupedGraph& grouped) : graph_(grouped.graph), groups_(grouped.groups) {}

  std::vector<std::string> run() {
    check_indices();
    // The other checks look nodes and values up.
    if (!violations_.empty()) return std::move(violations_);
    check_partition();
    check_order();
    for (const Group& group : groups_) check_group(group);
    return std::move(violations_);
  }

 private:
  template <class... Args>
  void report(const Group& group, fmt::format_string<Args...> format, Args&&... args) {
    violations_.push_back(fmt::format("group '{}': {}", group.name, fmt::format(format, std::forward<Args>(args)...)));
  }

  const std::string& name(ValueId id) const { return graph_.value(id).name; }

  void check_indices() {
    const auto nodes = static_cast<int32_t>(graph_.nodes.size());
    const auto values = static_cast<ValueId>(graph_.values.size());
    for (const Group& group : groups_) {
      for (int32_t node : group_members(group)) {
        if (node < 0 || node >= nodes) report(group, "member {} is no node", node);
      }
      for (ValueId id : group.inputs) {
        if (id < 0 || id >= values) report(group, "input {} is no value", id);
      }
      if (group.output < 0 || group.output >= values) report(group, "output {} is no value", group.output);
    }
  }

  void check_partition() {
    std::vector<int> uses(graph_.nodes.size(), 0);
    for (const Group& group : groups_) {
      for (int32_t node : group_members(group)) ++uses[node];
    }
    for (size_t i = 0; i < uses.size(); ++i) {
      if (uses[i] != 1) violations_.push_back(fmt::format("{} is in {} groups", describe(graph_.nodes[i]), uses[i]));
    }
  }

  void check_order() {
    std::vector<bool> computed(graph_.values.size(), false);
    for (size_t id = 0; id < computed.size(); ++id) computed[id] = graph_.values[id].producer < 0;
    for (const Group& group : groups_) {
      for (ValueId id : group.inputs) {
        if (!computed[id]) report(group, "reads '{}' before it is computed", name(id));
      }
      for (int32_t node : group_members(group)) {
        for (ValueId id : graph_.nodes[node].outputs) computed[id] = true;
      }
    }
  }

  void check_group(const Group& group) {
    if (group.name != graph_.nodes[group.anchor].name) {
      report(group, "its anchor is '{}'", graph_.nodes[group.anchor].name);
    }
    check_inputs(group);
    if (!group.epilogue.empty()) check_epilogue(group);
  }

  void check_inputs(const Group& group) {
    std::set<ValueId> inside, read;
    for (int32_t index : group_members(group)) {
      const Node& node = graph_.nodes[index];
      for (ValueId id : node.inputs) {
        if (id != kAbsent && !inside.contains(id)) read.insert(id);
      }
      inside.insert(node.outputs.begin(), node.outputs.end());
    }
    if (read != std::set(group.inputs.begin(), group.inputs.end()) || read.size() != group.inputs.size()) {
      report(group, "its inputs are not the values it reads from outside, once each");
    }
    for (ValueId id : read) {
      if (inside.contains(id)) report(group, "reads '{}' before its member computes it", name(id));
    }
    if (!inside.contains(group.output)) report(group, "its output '{}' is none of its values", name(group.output));
  }

  void check_epilogue(const Group& group) {
    const Node& anchor = graph_.nodes[group.anchor];
    if (!takes_epilogue(*anchor.op)) report(group, "{} cannot have an epilogue", describe(anchor));
    if (anchor.outputs.size() != 1) report(group, "{} has several outputs and an epilogue", describe(anchor));
    const TensorType& type = graph_.type(anchor.outputs[0]);
    if (!is_elementwise(*anchor.op)) check_stored_types(group, type);
    for (const EpilogueNode& member : group.epilogue) check_member(group, graph_.nodes[member.node], type.shape);
    check_visible(group);
  }

  /// Kernels with an epilogue compute and store f32, or sum integers and store anything.
  void check_stored_types(const Group& group, const TensorType& anchor) {
    if (anchor.dtype == DType::i32) return;
    for (const TensorType& type : {anchor, graph_.type(group.output)}) {
      if (type.dtype != DType::f32) report(group, "the epilogue's ends are {}, not f32", type.str());
    }
  }

  void check_member(const Group& group, const Node& node, const Shape& shape) {
    if (!is_elementwise(*node.op)) report(group, "{} is not elementwise", describe(node));
    for (const TensorType& found : graph_.output_types(node)) {
      if (found.shape != shape) report(group, "{} gives {}, the anchor {}", describe(node), found.str(), shape.str());
    }
  }

  /// Exactly the output is read by other groups or is a network output.
  void check_visible(const Group& group) {
    const std::vector<int32_t> list = group_members(group);
    const std::set<int32_t> members(list.begin(), list.end());
    for (int32_t node : list) {
      const ValueId id = graph_.nodes[node].outputs[0];
      const bool leaves = std::any_of(consumers_[id].begin(), consumers_[id].end(),
                                      [&](int32_t reader) { return !members.contains(reader); });
      const bool visible = leaves || graph_.is_output(id);
      if (visible && id != group.output) report(group, "'{}' is visible outside", name(id));
      if (!visible && id == group.output) report(group, "its output '{}' is not used outside", name(id));
    }
  }

  const Graph& graph_;
  const std::vector<Group>& groups_;
  const std::vector<std::vector<int32_t>> consumers_ = graph_.consumers();
  std::vector<std::string> violations_;
};

}  // namespace

std::vector<std::string> verify_groups(const GroupedGraph& grouped) {
  return GroupVerifier(grouped).run();
}

}  // namespace convoy
