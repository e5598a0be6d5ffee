// What rewrite rules use to look at the graph that they are building, and to answer.
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "graph/graph.h"
#include "ops/elementwise.h"

namespace convoy {

/// The new graph's values that stand for a node's outputs, or nothing: what a RewriteRule returns.
using Replacement = std::optional<std::vector<ValueId>>;

/// The node that computes a value; null for a network input and for a constant.
const Node* producer(const Graph& graph, ValueId id);

/// The node that computes a value when its operator is a T, else null.
template <class T>
const Node* producer_of(const Graph& graph, ValueId id) {
  const Node* node = producer(graph, id);
  return node && op_cast<T>(*node->op) ? node : nullptr;
}

/// The operator that computes a value when it is a T, else null.
template <class T>
const T* producer_op(const Graph& graph, ValueId id) {
  const Node* node = producer(graph, id);
  return node ? op_cast<T>(*node->op) : nullptr;
}

/// The input of a unary operator of this kind that computes a value; kAbsent when something else does.
ValueId unary_input(const Graph& graph, ValueId id, UnaryKind kind);

/// Passes look into constants of up to so many elements, and make others of them, for every node that reads
/// them. Numbers and per-channel constants are smaller.
constexpr int64_t kMaxSmallElems = 4096;

/// The data of a small f32 constant, else null.
const Tensor* small_constant(const Graph& graph, ValueId id);

/// What all elements of a small f32 constant are equal to.
std::optional<double> uniform_constant(const Graph& graph, ValueId id);

/// True for finite values that differ by no more than rounding constants to f32 explains.
bool nearly_equal(double a, double b);

/// True when the old graph's value is read by nothing but one input of one node.
bool has_single_use(const RewriteContext& context, ValueId old_id);

/// True for a constant of the old graph that so few nodes read that each may get a changed copy of its own.
bool may_copy_constant(const RewriteContext& context, ValueId old_id);

/// The type that the node's (first) output has and its replacement must have.
const TensorType& output_type(const RewriteContext& context);
const std::string& output_name(const RewriteContext& context);

/// A value in place of the node, unless the types differ or it would have to be copied because it is a
/// network input or output and the node's output is a network output as well.
Replacement replace_with_value(const RewriteContext& context, ValueId id);

/// A new operator in place of the node, which has one output, unless it refuses the inputs or gives another type.
Replacement replace_with_op(RewriteContext& context, OpPtr op, const std::vector<ValueId>& inputs);
template <class T>
Replacement replace_with(RewriteContext& context, T op, const std::vector<ValueId>& inputs) {
  return replace_with_op(context, std::make_shared<T>(std::move(op)), inputs);
}

/// What the node, whose inputs are all constant and which has one output, gives: for operators that do not fold
/// constants.
Replacement computed_now(RewriteContext& context);

/// A rule that gives the answer of the first of `rules` that has one.
RewriteRule first_of(std::vector<RewriteRule> rules);

/// Rewrites until the rule has no answer for any node, or has had many sweeps.
Graph rewrite_until_stable(Graph graph, const RewriteRule& rule);

}  // namespace convoy
