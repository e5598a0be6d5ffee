#include <algorithm>
#include <limits>

#include "graph/graph.h"

namespace convoy {
namespace {

constexpr int kMaxRank = 32;
constexpr int64_t kMaxElems = int64_t{1} << 31;
constexpr int64_t kMaxBytes = int64_t{16} << 30;
/// Folding stops where it would make the program large (expand).
constexpr int64_t kMaxFoldedElems = int64_t{1} << 20;
constexpr int64_t kMaxFoldedGrowth = 4;
/// What the budget grows by with each byte that the model brings: weights may be converted, transposed and scaled.
constexpr int64_t kFoldedBytesPerByte = 4, kFoldingStepsPerByte = 16;

/// Without extents of 0, beside which others may be anything: strides are products of extents, too.
int64_t elems_without_zeros(const Shape& shape) {
  int64_t elems = 1;
  for (int64_t extent : shape) {
    if (__builtin_mul_overflow(elems, std::max<int64_t>(extent, 1), &elems)) return std::numeric_limits<int64_t>::max();
  }
  return elems;
}

void check_size(const TensorType& type) {
  if (type.shape.rank() > kMaxRank) unsupported("a tensor of rank {}; {} is the highest", type.shape.rank(), kMaxRank);
  if (type.shape.elems() > kMaxElems) unsupported("the output {} has more than 2^31 elements", type.str());
  if (elems_without_zeros(type.shape) > kMaxElems) {
    unsupported("the output {} is empty, but its other extents make more than 2^31 elements", type.str());
  }
  if (type.bytes() > kMaxBytes) unsupported("the output {} is larger than 16 GiB", type.str());
}

std::vector<TensorType> infer(const Graph& graph, const Node& node) {
  const auto known = static_cast<ValueId>(graph.values.size());
  for (ValueId id : node.inputs) {
    if (id < kAbsent || id >= known) internal_error("input {} is no value of the graph", id);
  }
  std::vector<TensorType> types = node.op->infer(graph.input_types(node));
  for (const TensorType& type : types) check_size(type);
  return types;
}

bool may_fold(const Graph& graph, const Node& node, const std::vector<TensorType>& types) {
  if (!node.op->folds_constants()) return false;
  int64_t input_elems = 0, output_elems = 0;
  bool reads = false;
  for (ValueId id : node.inputs) {
    if (id == kAbsent) continue;
    if (!graph.is_constant(id)) return false;
    input_elems += graph.type(id).shape.elems();
    reads = true;
  }
  for (const TensorType& type : types) output_elems += type.shape.elems();
  return reads && (output_elems <= kMaxFoldedElems || output_elems <= kMaxFoldedGrowth * input_elems);
}

/// Takes the cost of computing the node out of the budget; false when that does not suffice.
bool pay_for_folding(Graph& graph, const Node& node, const std::vector<TensorType>& types) {
  int64_t bytes = 0;
  for (const TensorType& type : types) bytes += type.bytes();
  const int64_t steps = node.op->reference_steps(graph.input_types(node), types);
  if (bytes > graph.folding.bytes || steps > graph.folding.steps) return false;
  graph.folding.bytes -= bytes;
  graph.folding.steps -= steps;
  return true;
}

std::vector<Tensor> fold(const Graph& graph, const Node& node, const std::vector<TensorType>& types) {
  std::vector<const Tensor*> inputs;
  for (ValueId id : node.inputs) inputs.push_back(id == kAbsent ? nullptr : &*graph.value(id).constant);
  std::vector<Tensor> outputs(types.begin(), types.end());
  node.op->reference(inputs, outputs);
  return outputs;
}

std::string output_name(const std::string& node_name, const std::vector<std::string>& given, size_t index,
                        size_t count) {
  if (index < given.size() && !given[index].empty()) return given[index];
  return count == 1 ? node_name : fmt::format("{}:{}", node_name, index);
}

/// Which nodes compute something an output needs.
std::vector<bool> live_nodes(const Graph& graph) {
  std::vector<bool> live(graph.nodes.size(), false);
  const auto mark = [&](ValueId id) {
    if (id != kAbsent && graph.value(id).producer >= 0) live[graph.value(id).producer] = true;
  };
  for (ValueId id : graph.outputs) mark(id);
  for (size_t i = graph.nodes.size(); i-- > 0;) {
    if (!live[i]) continue;
    for (ValueId id : graph.nodes[i].inputs) mark(id);
  }
  return live;
}

/// Moves the values that live nodes, the network's inputs and its outputs refer to into a new list.
class Compaction {
 public:
  explicit Compaction(Graph graph) : old_(std::move(graph)), new_ids_(old_.values.size(), kAbsent) {}

  Graph run() {
    const std::vector<bool> live = live_nodes(old_);
    keep_values(live);
    new_.name = std::move(old_.name);
    new_.folding = old_.folding;
    new_.inputs = mapped(old_.inputs);
    new_.outputs = mapped(old_.outputs);
    for (size_t i = 0; i < old_.nodes.size(); ++i) {
      if (live[i]) move_node(old_.nodes[i]);
    }
    return std::move(new_);
  }

 private:
  void keep_values(const std::vector<bool>& live) {
    std::vector<bool> keep(old_.values.size(), false);
    const auto mark = [&](const std::vector<ValueId>& ids) {
      for (ValueId id : ids) {
        if (id != kAbsent) keep[id] = true;
      }
    };
    mark(old_.inputs);
    mark(old_.outputs);
    for (size_t i = 0; i < old_.nodes.size(); ++i) {
      if (!live[i]) continue;
      mark(old_.nodes[i].inputs);
      mark(old_.nodes[i].outputs);
    }
    for (size_t id = 0; id < keep.size(); ++id) {
      if (!keep[id]) continue;
      new_ids_[id] = static_cast<ValueId>(new_.values.size());
      new_.values.push_back(std::move(old_.values[id]));
    }
  }

  std::vector<ValueId> mapped(const std::vector<ValueId>& ids) const {
    std::vector<ValueId> result;
    for (ValueId id : ids) result.push_back(id == kAbsent ? kAbsent : new_ids_[id]);
    return result;
  }

  void move_node(Node& node) {
    const auto index = static_cast<int32_t>(new_.nodes.size());
    new_.nodes.push_back({std::move(node.name), node.op, mapped(node.inputs), mapped(node.outputs)});
    for (ValueId id : new_.nodes.back().outputs) new_.values[id].producer = index;
  }

  Graph old_, new_;
  std::vector<ValueId> new_ids_;
};

/// `name`, or with a number appended the first such name that is not in `used`, to which it is added.
std::string unique_name(std::map<std::string, int>& used, const std::string& name) {
  if (used.emplace(name, 0).second) return name;
  int& suffix = used[name];
  while (true) {
    std::string candidate = fmt::format("{}_{}", name, ++suffix);
    if (used.emplace(candidate, 0).second) return candidate;
  }
}

}  // namespace

std::string GraphBuilder::unique(const std::string& name) {
  return unique_name(used_names_, name.empty() ? "value" : name);
}

ValueId GraphBuilder::input(const std::string& name, TensorType type) {
  with_context(fmt::format("input '{}'", name), [&] { check_size(type); });
  const auto id = static_cast<ValueId>(graph_.values.size());
  graph_.values.push_back({unique(name), std::move(type), -1, std::nullopt});
  graph_.inputs.push_back(id);
  return id;
}

ValueId GraphBuilder::constant(const std::string& name, Tensor tensor) {
  if (tensor.empty()) internal_error("constant '{}' has no data", name);
  const auto id = static_cast<ValueId>(graph_.values.size());
  graph_.values.push_back({unique(name), tensor.type(), -1, std::move(tensor)});
  return id;
}

ValueId GraphBuilder::given_constant(const std::string& name, Tensor tensor) {
  with_context(fmt::format("constant '{}'", name), [&] { check_size(tensor.type()); });
  graph_.folding.bytes += kFoldedBytesPerByte * tensor.bytes();
  graph_.folding.steps += kFoldingStepsPerByte * tensor.bytes();
  return constant(name, std::move(tensor));
}

void GraphBuilder::charge_for_constant(const TensorType& type) {
  if (type.bytes() > graph_.folding.bytes) unsupported("the constants computed here need too much memory");
  graph_.folding.bytes -= type.bytes();
}

std::vector<ValueId> GraphBuilder::add(OpPtr op, const std::vector<ValueId>& inputs, const std::string& name,
                                       const std::vector<std::string>& output_names) {
  if (!op) internal_error("node '{}' has no operator", name);
  Node node{name.empty() ? op->name() : name, std::move(op), inputs, {}};
  return with_context(describe(node), [&] {
    const std::vector<TensorType> types = infer(graph_, node);
    const bool folds = may_fold(graph_, node, types) && pay_for_folding(graph_, node, types);
    std::vector<Tensor> folded;
    if (folds) folded = fold(graph_, node, types);
    for (size_t i = 0; i < types.size(); ++i) {
      const std::string value_name = unique(output_name(node.name, output_names, i, types.size()));
      node.outputs.push_back(static_cast<ValueId>(graph_.values.size()));
      Value value{value_name, types[i], -1, std::nullopt};
      if (folds) {
        value.constant = folded[i];
      } else {
        value.producer = static_cast<int32_t>(graph_.nodes.size());
      }
      graph_.values.push_back(std::move(value));
    }
    const std::vector<ValueId> outputs = node.outputs;
    if (!folds) graph_.nodes.push_back(std::move(node));
    return outputs;
  });
}

ValueId GraphBuilder::add1(OpPtr op, const std::vector<ValueId>& inputs, const std::string& name,
                           const std::string& output_name) {
  const std::vector<ValueId> outputs = add(std::move(op), inputs, name, {output_name});
  if (outputs.size() != 1) internal_error("node '{}' has {} outputs, expected 1", name, outputs.size());
  return outputs[0];
}

void GraphBuilder::output(ValueId id) {
  if (id < 0 || id >= static_cast<ValueId>(graph_.values.size())) internal_error("output {} is no value", id);
  if (graph_.is_output(id)) invalid_input("'{}' is a network output twice", graph_.value(id).name);
  graph_.outputs.push_back(id);
}

void GraphBuilder::rename(ValueId id, const std::string& name) {
  std::string& current = graph_.values[id].name;
  if (current == name) return;
  used_names_.erase(current);
  current = unique(name);
}

void GraphBuilder::claim_name(ValueId id, const std::string& name) {
  if (graph_.values[id].name == name) return;
  for (size_t other = 0; other < graph_.values.size(); ++other) {
    if (graph_.values[other].name == name) rename(static_cast<ValueId>(other), name + "_replaced");
  }
  rename(id, name);
}

const Tensor* GraphBuilder::constant_of(ValueId id) const {
  return graph_.is_constant(id) ? &*graph_.value(id).constant : nullptr;
}

Graph GraphBuilder::finish() && {
  Graph graph = Compaction(std::move(graph_)).run();
  // Only now, since nodes that a rewrite replaced still had their names until here.
  std::map<std::string, int> used;
  for (Node& node : graph.nodes) node.name = unique_name(used, node.name);
#ifndef NDEBUG
  check(graph, "building the graph");
#endif
  return graph;
}

}  // namespace convoy
