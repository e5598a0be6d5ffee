// The network between the stages: a typed SSA graph. Nodes are kept in an order in which every value
// is computed before it is used; values that are known at compile time carry their data.
#pragma once

#include <convoy/tensor.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "graph/op.h"

namespace convoy {

/// Index into Graph::values.
using ValueId = int32_t;
/// Stands for an optional input that is not given.
constexpr ValueId kAbsent = -1;

struct Value {
  std::string name;
  TensorType type;
  /// Index into Graph::nodes of the node that computes it; -1 for a network input or a constant.
  int32_t producer = -1;
  /// Set when the value is known at compile time.
  std::optional<Tensor> constant;
};

struct Node {
  std::string name;
  OpPtr op;
  std::vector<ValueId> inputs;  ///< kAbsent for an optional input that is not given
  std::vector<ValueId> outputs;
};

/// What computing constants while a graph is built may still cost, in all: a small model must not ask for gigabytes or
/// hours. The graphs that passes make of a graph inherit what is left.
struct FoldingBudget {
  int64_t bytes = int64_t{256} << 20;
  int64_t steps = int64_t{1} << 29;  ///< of reference loops, Op::reference_steps
};

struct Graph {
  std::string name;
  std::vector<Value> values;
  std::vector<Node> nodes;
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;
  FoldingBudget folding;

  const Value& value(ValueId id) const { return values[id]; }
  const TensorType& type(ValueId id) const { return values[id].type; }
  bool is_constant(ValueId id) const { return id != kAbsent && values[id].constant.has_value(); }
  /// Types of a node's inputs, null where absent.
  InputTypes input_types(const Node& node) const;
  std::vector<TensorType> output_types(const Node& node) const;
  /// For each value, the nodes that read it (a node once per use). Network outputs are not uses.
  std::vector<std::vector<int32_t>> consumers() const;
  bool is_output(ValueId id) const;
  int64_t macs() const;
};

/// "node 'conv1' (conv2d)": how errors name a node.
std::string describe(const Node& node);

/// Checks that ids, order, names and types are consistent; returns every violation found.
std::vector<std::string> verify(const Graph& graph);
/// Throws an internal Error when verify finds something; `stage` says after what.
void check(const Graph& graph, const std::string& stage);

/// Adds to a graph, one node at a time; the only way graphs are made.
class GraphBuilder {
 public:
  explicit GraphBuilder(std::string name = "", FoldingBudget folding = {}) {
    graph_.name = std::move(name);
    graph_.folding = folding;
  }

  ValueId input(const std::string& name, TensorType type);
  ValueId constant(const std::string& name, Tensor tensor);
  /// The same for data that the model brings: the larger the model, the more may be computed of it.
  ValueId given_constant(const std::string& name, Tensor tensor);
  /// Takes a constant of this type, which the caller is about to compute, out of the budget for them. Throws Error when
  /// that does not suffice.
  void charge_for_constant(const TensorType& type);
  /// Adds a node and returns its outputs. A node whose inputs are all constant is computed here and
  /// its outputs are constants, unless they are much larger than its inputs, as from expand, or it would
  /// take too long or too much memory, all constants together.
  /// Throws Error, naming the node, when the operator refuses the inputs.
  std::vector<ValueId> add(OpPtr op, const std::vector<ValueId>& inputs, const std::string& name,
                           const std::vector<std::string>& output_names = {});
  /// The same for operators with one output. Its name is `output_name`, or `name` when empty.
  ValueId add1(OpPtr op, const std::vector<ValueId>& inputs, const std::string& name,
               const std::string& output_name = "");
  template <class T, class... Args>
  ValueId make(T op, const std::vector<ValueId>& inputs, const std::string& name, const std::string& output_name = "") {
    return add1(std::make_shared<T>(std::move(op)), inputs, name, output_name);
  }
  void output(ValueId id);
  /// Renames a value, keeping names unique.
  void rename(ValueId id, const std::string& name);
  /// Gives a value this very name; another that has it gets a new one.
  void claim_name(ValueId id, const std::string& name);

  const Graph& graph() const { return graph_; }
  const TensorType& type(ValueId id) const { return graph_.type(id); }
  /// The data of a constant value; null when the value is not constant.
  const Tensor* constant_of(ValueId id) const;
  /// Drops what no output needs and returns the finished graph.
  Graph finish() &&;

 private:
  std::string unique(const std::string& name);

  Graph graph_;
  std::map<std::string, int> used_names_;
};

/// What a rewrite rule may look at and do for one node of the old graph.
struct RewriteContext {
  const Graph& old_graph;
  const Node& node;                                    ///< the node of the old graph
  std::vector<ValueId> inputs;                         ///< its inputs in the new graph
  GraphBuilder& builder;                               ///< the new graph
  const std::vector<std::vector<int32_t>>& consumers;  ///< of the old graph's values
  const std::vector<ValueId>& mapped;                  ///< new id of each old value, kAbsent when not yet rebuilt
};

/// Returns the new graph's values that stand for the node's outputs, or nothing to copy the node.
using RewriteRule = std::function<std::optional<std::vector<ValueId>>(RewriteContext&)>;

/// Rebuilds a graph node by node, in order, asking `rule` for each; drops what is no longer needed.
/// This is how passes change graphs. Network inputs and outputs keep their names and types.
Graph rewrite(const Graph& graph, const RewriteRule& rule);

/// Computes all nodes with their reference loops. Returns the values of every id of the graph
/// (empty tensors for values dropped on the way when `keep_all` is false, except outputs). `computed` may change each
/// value as soon as it is known.
std::vector<Tensor> evaluate(const Graph& graph, const std::vector<Tensor>& inputs, bool keep_all = false,
                             const std::function<void(ValueId, Tensor&)>& computed = nullptr);

}  // namespace convoy
