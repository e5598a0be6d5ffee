#include "passes/common_subexpressions.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <string_view>
#include <unordered_map>

#include "passes/match.h"

namespace convoy {
namespace {

size_t hash(const Tensor& tensor) {
  return std::hash<std::string_view>()({static_cast<const char*>(tensor.data()), static_cast<size_t>(tensor.bytes())});
}

bool same_data(const Tensor& a, const Tensor& b) {
  return a.type() == b.type() && (a.data() == b.data() || std::memcmp(a.data(), b.data(), a.bytes()) == 0);
}

/// For each constant of a graph the first one that is equal to it; other values stand for themselves.
std::vector<ValueId> representatives(const Graph& graph) {
  std::vector<ValueId> result(graph.values.size());
  std::unordered_map<size_t, std::vector<ValueId>> by_hash;
  for (size_t i = 0; i < result.size(); ++i) {
    const auto id = static_cast<ValueId>(i);
    result[i] = id;
    if (!graph.is_constant(id)) continue;
    const Tensor& tensor = *graph.value(id).constant;
    std::vector<ValueId>& candidates = by_hash[hash(tensor)];
    const auto equal = std::find_if(candidates.begin(), candidates.end(), [&](ValueId candidate) {
      return same_data(*graph.value(candidate).constant, tensor);
    });
    if (equal == candidates.end()) {
      candidates.push_back(id);
    } else {
      result[i] = *equal;
    }
  }
  return result;
}

/// Everything that a node's results depend on.
struct Key {
  std::string op, attributes;
  std::vector<ValueId> inputs;
  auto operator<=>(const Key&) const = default;
};

class CommonSubexpressions {
 public:
  explicit CommonSubexpressions(const Graph& graph) : representative_(representatives(graph)) {}

  Replacement operator()(RewriteContext& context) {
    const std::vector<ValueId> inputs = representative_inputs(context);
    auto [known, is_new] = computed_.try_emplace({context.node.op->name(), context.node.op->attributes(), inputs});
    if (is_new) known->second = copy(context, inputs);
    return known->second;
  }

 private:
  std::vector<ValueId> representative_inputs(const RewriteContext& context) const {
    std::vector<ValueId> inputs;
    for (ValueId id : context.node.inputs)
      inputs.push_back(id == kAbsent ? kAbsent : context.mapped[representative_[id]]);
    return inputs;
  }

  static std::vector<ValueId> copy(RewriteContext& context, const std::vector<ValueId>& inputs) {
    std::vector<std::string> names;
    for (ValueId id : context.node.outputs) names.push_back(context.old_graph.value(id).name);
    return context.builder.add(context.node.op, inputs, context.node.name, names);
  }

  const std::vector<ValueId> representative_;
  std::map<Key, std::vector<ValueId>> computed_;
};

}  // namespace

Graph common_subexpressions(const Graph& graph) {
  CommonSubexpressions rule(graph);
  return rewrite(graph, [&](RewriteContext& context) { return rule(context); });
}

}  // namespace convoy
