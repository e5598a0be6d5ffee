#include <fmt/ranges.h>

#include <set>

#include "graph/graph.h"

namespace convoy {
namespace {

class Verifier {
 public:
  explicit Verifier(const Graph& graph) : graph_(graph) {}

  std::vector<std::string> run() {
    check_ids();
    // The other checks look values up by id.
    if (!violations_.empty()) return std::move(violations_);
    check_names();
    check_definitions();
    check_order();
    check_constants();
    check_outputs();
    // Types can only be inferred for nodes whose inputs are sound.
    if (violations_.empty()) check_types();
    return std::move(violations_);
  }

 private:
  template <class... Args>
  void report(fmt::format_string<Args...> format, Args&&... args) {
    violations_.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

  bool is_value(ValueId id) const { return id >= 0 && id < static_cast<ValueId>(graph_.values.size()); }

  void check_ids() {
    for (ValueId id : graph_.inputs) {
      if (!is_value(id)) report("network input {} is no value", id);
    }
    for (ValueId id : graph_.outputs) {
      if (!is_value(id)) report("network output {} is no value", id);
    }
    for (const Node& node : graph_.nodes) {
      if (!node.op) report("node '{}' has no operator", node.name);
      for (ValueId id : node.inputs) {
        if (id != kAbsent && !is_value(id)) report("{}: input {} is no value", describe(node), id);
      }
      for (ValueId id : node.outputs) {
        if (!is_value(id)) report("{}: output {} is no value", describe(node), id);
      }
    }
  }

  void check_names() {
    std::set<std::string> values, nodes;
    for (const Value& value : graph_.values) {
      if (value.name.empty()) report("a value has no name");
      if (!values.insert(value.name).second) report("two values are named '{}'", value.name);
    }
    for (const Node& node : graph_.nodes) {
      if (node.name.empty()) report("{} has no name", describe(node));
      if (!nodes.insert(node.name).second) report("two nodes are named '{}'", node.name);
    }
  }

  /// Every value is a network input, a constant, or the output of the node it names as its producer.
  void check_definitions() {
    std::vector<std::vector<std::string>> definitions(graph_.values.size());
    for (ValueId id : graph_.inputs) definitions[id].push_back("a network input");
    for (size_t id = 0; id < graph_.values.size(); ++id) {
      if (graph_.values[id].constant) definitions[id].push_back("a constant");
    }
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      for (ValueId id : graph_.nodes[i].outputs) {
        definitions[id].push_back("an output of " + describe(graph_.nodes[i]));
        const int32_t producer = graph_.value(id).producer;
        if (producer != static_cast<int32_t>(i)) {
          report("'{}' is an output of {} (node {}), its producer says {}", graph_.value(id).name,
                 describe(graph_.nodes[i]), i, producer);
        }
      }
    }
    for (size_t id = 0; id < definitions.size(); ++id) check_definition(graph_.values[id], definitions[id]);
  }

  void check_definition(const Value& value, const std::vector<std::string>& definitions) {
    if (definitions.empty()) report("'{}' is computed by no node and is neither input nor constant", value.name);
    if (definitions.size() > 1) report("'{}' is {}", value.name, fmt::join(definitions, " and "));
  }

  void check_order() {
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      for (ValueId id : graph_.nodes[i].inputs) {
        if (id != kAbsent && graph_.value(id).producer >= static_cast<int32_t>(i)) {
          report("{} reads '{}' before it is computed", describe(graph_.nodes[i]), graph_.value(id).name);
        }
      }
    }
  }

  void check_constants() {
    for (const Value& value : graph_.values) {
      if (!value.constant) continue;
      if (value.constant->empty()) report("constant '{}' has no data", value.name);
      if (value.constant->type() != value.type) {
        report("constant '{}' is {}, its data is {}", value.name, value.type.str(), value.constant->type().str());
      }
    }
  }

  void check_outputs() {
    std::set<ValueId> outputs;
    for (ValueId id : graph_.outputs) {
      if (!outputs.insert(id).second) report("'{}' is a network output twice", graph_.value(id).name);
    }
  }

  void check_types() {
    for (const Node& node : graph_.nodes) {
      try {
        const std::vector<TensorType> found = graph_.output_types(node),
                                      expected = node.op->infer(graph_.input_types(node));
        if (found.size() != expected.size()) {
          report("{} has {} outputs, its operator gives {}", describe(node), found.size(), expected.size());
          continue;
        }
        for (size_t i = 0; i < found.size(); ++i) {
          if (found[i] == expected[i]) continue;
          report("{}: output '{}' is {}, its operator gives {}", describe(node), graph_.value(node.outputs[i]).name,
                 found[i].str(), expected[i].str());
        }
      } catch (const Error& error) {
        report("{}: {}", describe(node), error.what());
      }
    }
  }

  const Graph& graph_;
  std::vector<std::string> violations_;
};

}  // namespace

std::vector<std::string> verify(const Graph& graph) {
  return Verifier(graph).run();
}

void check(const Graph& graph, const std::string& stage) {
  const std::vector<std::string> violations = verify(graph);
  if (!violations.empty()) internal_error("after {}: {}", stage, fmt::join(violations, "; "));
}

}  // namespace convoy
