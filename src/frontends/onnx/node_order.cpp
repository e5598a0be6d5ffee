#include "frontends/onnx/node_order.h"

#include <queue>
#include <set>
#include <unordered_map>

#include "support/error.h"

namespace convoy::onnx_frontend {
namespace {

using Names = std::set<std::string>;

/// Names that the subgraphs of a node (the branches of an If) read from the graph around it.
void collect_captured(const onnx::NodeProto& node, Names& captured);

void collect_captured(const onnx::GraphProto& graph, Names& captured) {
  Names defined, read;
  for (const auto& input : graph.input()) defined.insert(input.name());
  for (const auto& initializer : graph.initializer()) defined.insert(initializer.name());
  for (const auto& output : graph.output()) read.insert(output.name());
  for (const auto& node : graph.node()) {
    defined.insert(node.output().begin(), node.output().end());
    read.insert(node.input().begin(), node.input().end());
    collect_captured(node, read);
  }
  for (const std::string& name : read) {
    if (!name.empty() && !defined.count(name)) captured.insert(name);
  }
}

void collect_captured(const onnx::NodeProto& node, Names& captured) {
  for (const auto& attribute : node.attribute()) {
    if (attribute.has_g()) collect_captured(attribute.g(), captured);
    for (const auto& graph : attribute.graphs()) collect_captured(graph, captured);
  }
}

class NodeOrder {
 public:
  NodeOrder(const onnx::GraphProto& graph, const std::function<bool(const std::string&)>& is_given)
      : graph_(graph), is_given_(is_given), dependencies_(graph.node_size()), readers_(graph.node_size()) {}

  std::vector<int> run() {
    find_producers();
    for (int i = 0; i < graph_.node_size(); ++i) find_dependencies(i);
    std::vector<int> order = sort();
    if (order.size() != dependencies_.size()) refuse_cycle(order);
    return order;
  }

 private:
  void find_producers() {
    for (int i = 0; i < graph_.node_size(); ++i) {
      for (const std::string& name : graph_.node(i).output()) {
        if (name.empty()) continue;
        if (is_given_(name)) {
          invalid_input("{} computes '{}', which is an input or a constant already", describe(graph_.node(i), i), name);
        }
        const auto [producer, added] = producers_.emplace(name, i);
        if (added) continue;
        invalid_input("'{}' is computed twice, by {} and by {}", name,
                      describe(graph_.node(producer->second), producer->second), describe(graph_.node(i), i));
      }
    }
  }

  void find_dependencies(int index) {
    const onnx::NodeProto& node = graph_.node(index);
    Names names;
    collect_captured(node, names);
    for (const std::string& name : node.input()) {
      if (name.empty() || is_given_(name)) continue;
      if (!producers_.count(name)) {
        invalid_input("{} reads '{}', which is no network input, no constant, and computed by no node",
                      describe(node, index), name);
      }
      names.insert(name);
    }
    std::set<int> producers;
    for (const std::string& name : names) {
      if (const auto producer = producers_.find(name); producer != producers_.end()) producers.insert(producer->second);
    }
    for (int producer : producers) readers_[producer].push_back(index);
    dependencies_[index] = {producers.begin(), producers.end()};
  }

  /// Kahn's algorithm; of the nodes that are ready, the model's first goes first.
  std::vector<int> sort() const {
    std::vector<size_t> waiting_for;
    std::priority_queue<int, std::vector<int>, std::greater<>> ready;
    for (size_t i = 0; i < dependencies_.size(); ++i) {
      waiting_for.push_back(dependencies_[i].size());
      if (dependencies_[i].empty()) ready.push(static_cast<int>(i));
    }
    std::vector<int> order;
    while (!ready.empty()) {
      const int index = ready.top();
      ready.pop();
      order.push_back(index);
      for (int reader : readers_[index]) {
        if (--waiting_for[reader] == 0) ready.push(reader);
      }
    }
    return order;
  }

  /// Every node that was not ordered waits for another such node: walking from one to the next ends on a cycle.
  [[noreturn]] void refuse_cycle(const std::vector<int>& order) const {
    const std::set<int> ordered(order.begin(), order.end());
    int index = 0;
    while (ordered.count(index)) ++index;
    std::set<int> seen;
    while (seen.insert(index).second) {
      for (int dependency : dependencies_[index]) {
        if (ordered.count(dependency)) continue;
        index = dependency;
        break;
      }
    }
    invalid_input("{} lies on a cycle: it needs its own output", describe(graph_.node(index), index));
  }

  const onnx::GraphProto& graph_;
  const std::function<bool(const std::string&)>& is_given_;
  std::unordered_map<std::string, int> producers_;
  std::vector<std::vector<int>> dependencies_;  ///< per node, the nodes whose outputs it reads
  std::vector<std::vector<int>> readers_;
};

}  // namespace

std::string node_name(const onnx::NodeProto& node, int index) {
  return node.name().empty() ? fmt::format("{}_{}", node.op_type(), index) : node.name();
}

std::string describe(const onnx::NodeProto& node, int index) {
  return fmt::format("node '{}' ({})", node_name(node, index), node.op_type());
}

std::vector<int> node_order(const onnx::GraphProto& graph, const std::function<bool(const std::string&)>& is_given) {
  return NodeOrder(graph, is_given).run();
}

}  // namespace convoy::onnx_frontend
