#include "quantize/choose_values.h"

#include <algorithm>
#include <numeric>

namespace convoy::quantizer {
namespace {

class Chooser {
 public:
  Chooser(const onnx::GraphProto& graph, const ChooseOptions& options)
      : graph_(graph), options_(options), index_(graph), in_loop_of_(graph.node_size(), -1) {
    for (const onnx::NodeProto& node : graph.node()) {
      kinds_.push_back(options.keep_float.contains(node.name()) ? NodeKind::other : kind_of(node, index_));
    }
  }

  ChosenValues run() {
    find_needed();
    find_loops();
    find_roots();
    leave_out_inner_values();
    make_groups();
    make_layers();
    return std::move(chosen_);
  }

 private:
  std::vector<std::string> operands(int node) const {
    std::vector<std::string> names;
    for (int i : data_inputs(graph_.node(node), kinds_[node], index_)) names.push_back(graph_.node(node).input(i));
    return names;
  }

  bool results_needed(const onnx::NodeProto& node) const {
    return std::ranges::any_of(node.output(), [&](const std::string& name) { return needed_.contains(name); });
  }

  /// From the network's end back: what something reads that computes on numbers.
  void find_needed() {
    for (int i = graph_.node_size() - 1; i >= 0; --i) {
      const NodeKind kind = kinds_[i];
      const bool always = kind == NodeKind::product || kind == NodeKind::average;
      if (kind == NodeKind::other || (!always && !results_needed(graph_.node(i)))) continue;
      for (const std::string& name : operands(i)) needed_.insert(name);
    }
  }

  bool is_elementwise(int node) const {
    const NodeKind kind = kinds_[node];
    return kind == NodeKind::clamp || kind == NodeKind::function || kind == NodeKind::table ||
           kind == NodeKind::arithmetic;
  }

  bool is_single_number(const std::string& name) const {
    const onnx::TensorProto* constant = index_.constant(name);
    if (!constant) return false;
    return std::accumulate(constant->dims().begin(), constant->dims().end(), int64_t{1}, std::multiplies<>()) == 1;
  }

  /// Values that are a function of one other value, its root, as x * sigmoid(x) is of x. What the loop of a product
  /// makes of its sums is a beginning of its own.
  void find_roots() {
    for (int i = 0; i < graph_.node_size(); ++i) {
      const onnx::NodeProto& node = graph_.node(i);
      if (!is_elementwise(i) || comes_from_product(i)) continue;
      std::set<std::string> roots;
      bool pure = true;
      for (const std::string& name : node.input()) {
        if (name.empty() || is_single_number(name)) continue;
        pure = pure && !index_.constant(name);
        roots.insert(root_of(name));
      }
      if (pure && roots.size() == 1) roots_[node.output(0)] = *roots.begin();
    }
  }

  const std::string& root_of(const std::string& value) const {
    const auto found = roots_.find(value);
    return found == roots_.end() ? value : found->second;
  }

  /// Inside of a function of one value: all that reads it belongs to the function, too.
  bool inside_function(const std::string& value) const {
    const auto own = roots_.find(value);
    if (own == roots_.end() || index_.leaves(value)) return false;
    return std::ranges::all_of(index_.uses(value), [&](const Use& use) {
      const auto found = roots_.find(graph_.node(use.node).output(0));
      return found != roots_.end() && found->second == own->second;
    });
  }

  /// The elementwise node that the loop of `node` goes on with; -1 when its result is quantised.
  int next_in_loop(int node) const {
    const std::string& value = graph_.node(node).output(0);
    const int reader = index_.only_reader(value);
    if (reader < 0 || kinds_[node] == NodeKind::movement) return -1;
    switch (kinds_[reader]) {
      case NodeKind::clamp:
      case NodeKind::function:
        return reader;
      case NodeKind::arithmetic:
        return goes_on_with(node, reader) ? reader : -1;
      default:
        return -1;
    }
  }

  /// Whether a node's result is added to something in its own loop: of two candidates, by the one computed last.
  bool goes_on_with(int node, int arithmetic) const {
    const std::vector<std::string> names = operands(arithmetic);
    if (!comes_from_product(node)) return false;
    if (names.size() == 1) return true;
    if (options_.quantise_summands) return false;
    return std::ranges::all_of(names, [&](const std::string& name) { return index_.producer(name) <= node; });
  }

  bool comes_from_product(int node) const {
    if (kinds_[node] == NodeKind::product) return true;
    return in_loop_of_[node] >= 0 && comes_from_product(in_loop_of_[node]);
  }

  void find_loops() {
    for (int i = 0; i < graph_.node_size(); ++i) {
      if (kinds_[i] == NodeKind::product) chosen_.products.push_back(i);
      const int next = graph_.node(i).output_size() > 0 ? next_in_loop(i) : -1;
      if (next >= 0) in_loop_of_[next] = i;
    }
  }

  void leave_out_inner_values() {
    for (int i = 0; i < graph_.node_size(); ++i) {
      if (in_loop_of_[i] >= 0) needed_.erase(graph_.node(in_loop_of_[i]).output(0));
    }
    std::erase_if(needed_, [&](const std::string& value) { return inside_function(value); });
  }

  void make_groups() {
    for (const auto& input : graph_.input()) {
      if (needed_.contains(input.name())) add_group(input.name());
    }
    for (int i = 0; i < graph_.node_size(); ++i) {
      const bool moves = kinds_[i] == NodeKind::movement;
      for (const std::string& name : graph_.node(i).output()) {
        if (name.empty() || (!needed_.contains(name) && !(moves && results_needed(graph_.node(i))))) continue;
        add_group(name);
        if (moves) join(name, operands(i));
      }
    }
    compact();
  }

  void add_group(const std::string& value) {
    chosen_.group_of[value] = chosen_.groups.size();
    chosen_.groups.push_back({{value}, {value}});
  }

  /// One group of a moved value and what it was moved from.
  void join(const std::string& moved, const std::vector<std::string>& from) {
    chosen_.groups[chosen_.group_of[moved]].sources.clear();
    for (const std::string& name : from) {
      const auto [target, joined] = std::minmax({chosen_.group_of.at(name), chosen_.group_of[moved]});
      if (target == joined) continue;
      ValueGroup& group = chosen_.groups[joined];
      for (const std::string& value : group.values) chosen_.group_of[value] = target;
      auto& [values, sources] = chosen_.groups[target];
      values.insert(values.end(), group.values.begin(), group.values.end());
      sources.insert(sources.end(), group.sources.begin(), group.sources.end());
      group = {};
    }
  }

  /// Leaves out the groups that were joined to others.
  void compact() {
    std::vector<ValueGroup> kept;
    for (ValueGroup& group : chosen_.groups) {
      if (group.values.empty()) continue;
      for (const std::string& value : group.values) chosen_.group_of[value] = kept.size();
      kept.push_back(std::move(group));
    }
    chosen_.groups = std::move(kept);
  }

  /// True for what reads or makes numbers.
  bool touches_numbers(int node) const {
    if (kinds_[node] == NodeKind::product) return true;
    const auto chosen = [&](const std::string& name) { return chosen_.group_of.contains(name); };
    return std::ranges::any_of(operands(node), chosen) || std::ranges::any_of(graph_.node(node).output(), chosen);
  }

  void make_layers() {
    std::map<int, size_t> layer_of;
    for (int i = 0; i < graph_.node_size(); ++i) {
      if (kinds_[i] == NodeKind::movement || kinds_[i] == NodeKind::other || !touches_numbers(i)) continue;
      if (!chosen_.group_of.contains(graph_.node(i).output(0)) && inside_function(graph_.node(i).output(0))) continue;
      const auto before = in_loop_of_[i] >= 0 ? layer_of.find(in_loop_of_[i]) : layer_of.end();
      layer_of[i] = before == layer_of.end() ? chosen_.layers.size() : before->second;
      if (before == layer_of.end()) chosen_.layers.emplace_back();
      Layer& layer = chosen_.layers[layer_of[i]];
      layer.nodes.push_back(i);
      layer.value = graph_.node(i).output(0);
    }
  }

  const onnx::GraphProto& graph_;
  const ChooseOptions& options_;
  GraphIndex index_;
  std::vector<NodeKind> kinds_;
  std::set<std::string> needed_;
  std::map<std::string, std::string> roots_;
  std::vector<int> in_loop_of_;  ///< per node, the node whose loop it is computed in
  ChosenValues chosen_;
};

}  // namespace

ChosenValues choose_values(const onnx::GraphProto& graph, const ChooseOptions& options) {
  return Chooser(graph, options).run();
}

}  // namespace convoy::quantizer
