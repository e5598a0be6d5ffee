// Groups: what is computed in one loop nest. A group has an anchor (a convolution, a pool, a softmax, ...)
// and an epilogue of elementwise operators applied to each element of the anchor's result before it is
// stored. Its prologue, if it has one, makes the anchor's first input: concatenations and enlargements that the kernel
// computes as it reads. A chain of elementwise operators alone is a group whose anchor is its first member. Every
// member has the anchor's shape; some may make operands of others, from bytes for example. Booleans and integers may be
// computed in between. What is stored is f32, unless the anchor is elementwise itself, or sums products of integers to
// i32.
#pragma once

#include <convoy/program.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace convoy {

/// One elementwise operator of an epilogue. Each input is either a value computed earlier in the same
/// group (the anchor's result or another member's) or a value from outside, broadcast to the group's shape.
struct EpilogueNode {
  int32_t node;  ///< index into Graph::nodes
};

struct Group {
  std::string name;                    ///< the anchor's name
  int32_t anchor;                      ///< index into Graph::nodes
  std::vector<int32_t> prologue;       ///< in order of evaluation; see choose/prologues.h
  std::vector<EpilogueNode> epilogue;  ///< in order of evaluation
  ValueId output;                      ///< the only value of the group that is visible outside
  /// Values from outside, without duplicates, in the order in which the members read them.
  std::vector<ValueId> inputs;
};

/// A graph and the partition of its nodes into groups, in an executable order. The anchors of groups
/// with more than one output (top_k, max_pool2d with indices) have no epilogue.
struct GroupedGraph {
  Graph graph;
  std::vector<Group> groups;
  Precision precision = Precision::f32;
  /// In a bf16 network: the f32 values that lie in memory as bf16, and why others do not; see lower_precision.h.
  std::set<ValueId> stored_as_bf16 = {};
  std::map<ValueId, std::string> kept_f32 = {};

  /// The value's type in memory.
  TensorType stored_type(ValueId id) const;
};

/// All nodes of a group in order of evaluation: the prologue, the anchor, then the epilogue.
std::vector<int32_t> group_members(const Group& group);
/// The values that a group's members read from outside, for Group::inputs.
std::vector<ValueId> outside_inputs(const Graph& graph, const Group& group);

/// True for operators that may stand in an epilogue: unary, binary, where, cast, requantize and lookup.
bool is_elementwise(const Op& op);
/// True for operators whose result an epilogue may be applied to as it is computed. Operators that only
/// move data are not among them: they often need no computation at all, when their output is a view.
bool takes_epilogue(const Op& op);

/// Checks that the groups partition the nodes, can run in their order, and keep what Group promises;
/// returns every violation found.
std::vector<std::string> verify_groups(const GroupedGraph& grouped);

/// Text for `explain --stage groups`: one line a group, members joined by " + ". Members show which inputs
/// come from outside:
///   conv1: conv2d(%data, %w, %b) + add(%skip) + relu -> %out f32[1x64x56x56]
std::string to_text(const GroupedGraph& grouped);

}  // namespace convoy
