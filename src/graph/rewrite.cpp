#include <set>

#include "graph/graph.h"

namespace convoy {
namespace {

class Rewriter {
 public:
  Rewriter(const Graph& graph, const RewriteRule& rule)
      : old_(graph), rule_(rule), consumers_(graph.consumers()), builder_(graph.name, graph.folding) {}

  Graph run() {
    mapped_.assign(old_.values.size(), kAbsent);
    copy_inputs_and_constants();
    for (const Node& node : old_.nodes) rebuild(node);
    for (ValueId id : old_.outputs) add_output(id);
    return std::move(builder_).finish();
  }

 private:
  void copy_inputs_and_constants() {
    for (ValueId id : old_.inputs) mapped_[id] = builder_.input(old_.value(id).name, old_.type(id));
    for (size_t id = 0; id < old_.values.size(); ++id) {
      const Value& value = old_.values[id];
      if (value.constant) mapped_[id] = builder_.constant(value.name, *value.constant);
    }
  }

  void rebuild(const Node& node) {
    RewriteContext context{old_, node, new_inputs(node), builder_, consumers_, mapped_};
    const auto replaced = rule_(context);
    const std::vector<ValueId> outputs = replaced ? *replaced : copy(context);
    if (outputs.size() != node.outputs.size()) {
      internal_error("{} is replaced by {} values, it has {} outputs", describe(node), outputs.size(),
                     node.outputs.size());
    }
    for (size_t i = 0; i < outputs.size(); ++i) map_output(node, node.outputs[i], outputs[i]);
  }

  std::vector<ValueId> new_inputs(const Node& node) const {
    std::vector<ValueId> inputs;
    for (ValueId id : node.inputs) {
      inputs.push_back(id == kAbsent ? kAbsent : mapped_[id]);
      if (id != kAbsent && inputs.back() == kAbsent) {
        internal_error("{} reads '{}', which the rewrite dropped", describe(node), old_.value(id).name);
      }
    }
    return inputs;
  }

  std::vector<ValueId> copy(const RewriteContext& context) {
    std::vector<std::string> names;
    for (ValueId id : context.node.outputs) names.push_back(old_.value(id).name);
    return builder_.add(context.node.op, context.inputs, context.node.name, names);
  }

  /// A rule may give kAbsent for an output that nothing reads.
  void map_output(const Node& node, ValueId old_id, ValueId new_id) {
    mapped_[old_id] = new_id;
    if (new_id == kAbsent) return;
    const TensorType &before = old_.type(old_id), &after = builder_.type(new_id);
    if (before != after) {
      internal_error("{}: '{}' is {}, but its replacement is {}", describe(node), old_.value(old_id).name, before.str(),
                     after.str());
    }
  }

  void add_output(ValueId old_id) {
    const std::string& name = old_.value(old_id).name;
    ValueId id = mapped_[old_id];
    if (id == kAbsent) internal_error("the rewrite dropped the output '{}'", name);
    const bool taken = is_network_input(id) ? builder_.graph().value(id).name != name : outputs_.contains(id);
    // One value cannot have two names.
    if (taken) id = copy_value(id, name);
    builder_.claim_name(id, name);
    outputs_.insert(id);
    builder_.output(id);
  }

  bool is_network_input(ValueId id) const {
    const Value& value = builder_.graph().value(id);
    return value.producer < 0 && !value.constant;
  }

  ValueId copy_value(ValueId id, const std::string& name) {
    auto identity = make_op("cast");
    if (!identity) internal_error("no cast in the operator table");
    identity->read_attributes({{"to", std::string(to_string(builder_.type(id).dtype))}});
    return builder_.add1(std::move(identity), {id}, name);
  }

  const Graph& old_;
  const RewriteRule& rule_;
  const std::vector<std::vector<int32_t>> consumers_;
  GraphBuilder builder_;
  std::vector<ValueId> mapped_;
  std::set<ValueId> outputs_;
};

}  // namespace

Graph rewrite(const Graph& graph, const RewriteRule& rule) {
  return Rewriter(graph, rule).run();
}

}  // namespace convoy
