// Partitions a graph into groups. A group is placed where its last member, which computes its only visible
// value, stands in the graph; since every value that a member reads from outside is computed further up, the
// groups in the order of their places can always run.
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "ops/cast.h"
#include "ops/elementwise.h"
#include "ops/lookup.h"
#include "ops/requantize.h"
#include "ops/where.h"
#include "passes/lower_precision.h"
#include "passes/passes.h"
#include "support/dtypes.h"

namespace convoy {
namespace {

/// Bounds the registers and code that one loop nest needs.
constexpr size_t kMaxMembers = 24;

/// Integer results that kernels have vector code for.
bool has_integer_code(const Op& op) {
  if (const auto* binary = op_cast<Binary>(op)) {
    return binary->kind == BinaryKind::add || binary->kind == BinaryKind::sub || binary->kind == BinaryKind::mul ||
           binary->kind == BinaryKind::min || binary->kind == BinaryKind::max;
  }
  return op_cast<Cast>(op) || op_cast<Where>(op) || op_cast<Requantize>(op) || op_cast<Lookup>(op);
}

/// Elementwise operators that share a loop with others: kernels have vectors of f32, booleans and integers, and no
/// code for some of the integer arithmetic, which would take its whole group to the reference loops.
bool is_vectorised(const Graph& graph, const Node& node) {
  const DType result = graph.type(node.outputs[0]).dtype;
  if (is_integer(result) && !has_integer_code(*node.op)) return false;
  const auto has_vectors = [](DType dtype) { return dtype == DType::f32 || !is_float(dtype); };
  return has_vectors(result) && std::all_of(node.inputs.begin(), node.inputs.end(),
                                            [&](ValueId id) { return has_vectors(graph.type(id).dtype); });
}

class Grouper {
 public:
  explicit Grouper(Graph graph)
      : graph_(std::move(graph)),
        consumers_(graph_.consumers()),
        is_output_(graph_.values.size(), false),
        grouped_(graph_.nodes.size(), false) {
    for (ValueId id : graph_.outputs) is_output_[id] = true;
  }

  GroupedGraph run() {
    const auto count = static_cast<int32_t>(graph_.nodes.size());
    // Backwards, so that of two convolutions that feed one add, the later takes it: its loop nest then
    // runs when the other operand exists, and the earlier one need not be delayed.
    for (int32_t node = count - 1; node >= 0; --node) {
      if (!is_elementwise(*graph_.nodes[node].op)) add_group(node);
    }
    for (int32_t node = 0; node < count; ++node) {
      if (!grouped_[node]) add_group(node);
    }
    std::sort(groups_.begin(), groups_.end(), [](const Group& a, const Group& b) { return last(a) < last(b); });
    return {std::move(graph_), std::move(groups_)};
  }

 private:
  static int32_t last(const Group& group) { return group_members(group).back(); }

  void add_group(int32_t anchor) {
    Group group{.name = graph_.nodes[anchor].name, .anchor = anchor, .output = kAbsent};
    std::set<int32_t> epilogue = find_epilogue(anchor);
    add_operands(anchor, epilogue);
    for (int32_t node : epilogue) group.epilogue.push_back({node});
    for (int32_t node : group_members(group)) grouped_[node] = true;
    group.output = graph_.nodes[last(group)].outputs[0];
    group.inputs = outside_inputs(graph_, group);
    groups_.push_back(std::move(group));
  }

  /// The largest set of elementwise nodes after the anchor of which one value is visible outside.
  std::set<int32_t> find_epilogue(int32_t anchor) const {
    const Node& node = graph_.nodes[anchor];
    if (!takes_epilogue(*node.op) || node.outputs.size() != 1) return {};
    const bool elementwise = is_elementwise(*node.op), sums_integers = result_type(anchor) == DType::i32;
    if (elementwise ? !is_vectorised(graph_, node) : !sums_integers && result_type(anchor) != DType::f32) return {};
    const bool any_type = elementwise || sums_integers;
    const std::set<int32_t> candidates = reachable(anchor);
    for (auto exit = candidates.rbegin(); exit != candidates.rend(); ++exit) {
      if (!any_type && result_type(*exit) != DType::f32) continue;
      const std::set<int32_t> members = ancestors(*exit, candidates);
      if (only_exit_visible(anchor, members, *exit)) return members;
    }
    return {};
  }

  /// Adds the nodes that make operands of the epilogue, as large as its result, from smaller tensors, bytes that are
  /// dequantised for a residual sum: reading these and computing the rest in registers is less than what storing the
  /// operand would take.
  void add_operands(int32_t anchor, std::set<int32_t>& epilogue) const {
    const Shape& shape = graph_.type(graph_.nodes[anchor].outputs[0]).shape;
    std::set<int32_t> members = epilogue;
    members.insert(anchor);
    for (int32_t member : epilogue) {
      for (ValueId id : graph_.nodes[member].inputs) {
        if (graph_.type(id).shape != shape) continue;
        const std::set<int32_t> nodes = origin(id, members);
        if (members.size() + nodes.size() <= kMaxMembers) members.insert(nodes.begin(), nodes.end());
      }
    }
    members.erase(anchor);
    epilogue = members;
  }

  /// The nodes that compute an operand of the members from tensors which together are no larger; none where they could
  /// not join the members.
  std::set<int32_t> origin(ValueId operand, const std::set<int32_t>& members) const {
    const TensorType& type = graph_.type(operand);
    std::set<int32_t> nodes;
    std::set<ValueId> read;
    std::vector<ValueId> needed = {operand};
    while (!needed.empty()) {
      const ValueId id = needed.back();
      needed.pop_back();
      if (id != operand && graph_.type(id).bytes() < type.bytes()) {
        read.insert(id);
        continue;
      }
      const int32_t producer = graph_.value(id).producer;
      if (producer < 0 || members.contains(producer) || is_output_[id] || !may_join(producer, type.shape)) return {};
      if (!nodes.insert(producer).second) continue;
      const std::vector<ValueId>& inputs = graph_.nodes[producer].inputs;
      needed.insert(needed.end(), inputs.begin(), inputs.end());
    }
    return read_bytes(read) <= type.bytes() && hidden(nodes, members) ? nodes : std::set<int32_t>();
  }

  int64_t read_bytes(const std::set<ValueId>& values) const {
    int64_t bytes = 0;
    for (ValueId id : values) bytes += graph_.type(id).bytes();
    return bytes;
  }

  /// True when the nodes' results are read by themselves and the members only.
  bool hidden(const std::set<int32_t>& nodes, const std::set<int32_t>& members) const {
    return std::ranges::all_of(nodes, [&](int32_t node) {
      return std::ranges::all_of(consumers_of(node),
                                 [&](int32_t reader) { return nodes.contains(reader) || members.contains(reader); });
    });
  }

  DType result_type(int32_t node) const { return graph_.type(graph_.nodes[node].outputs[0]).dtype; }

  /// Elementwise nodes that depend on the anchor through such nodes only; the first ones when there are many.
  std::set<int32_t> reachable(int32_t anchor) const {
    const Shape& shape = graph_.type(graph_.nodes[anchor].outputs[0]).shape;
    std::set<int32_t> found, frontier;
    add_readers(anchor, frontier);
    while (!frontier.empty() && found.size() + 1 < kMaxMembers) {
      const int32_t node = frontier.extract(frontier.begin()).value();
      if (may_join(node, shape) && found.insert(node).second) add_readers(node, frontier);
    }
    return found;
  }

  /// The nodes that could join after this one: none when its result is visible in any case.
  void add_readers(int32_t node, std::set<int32_t>& frontier) const {
    const std::vector<int32_t>& readers = consumers_of(node);
    const bool visible = is_output_[graph_.nodes[node].outputs[0]] || readers.size() > kMaxMembers;
    if (!visible) frontier.insert(readers.begin(), readers.end());
  }

  const std::vector<int32_t>& consumers_of(int32_t node) const { return consumers_[graph_.nodes[node].outputs[0]]; }

  bool may_join(int32_t index, const Shape& shape) const {
    const Node& node = graph_.nodes[index];
    return !grouped_[index] && is_elementwise(*node.op) && is_vectorised(graph_, node) &&
           graph_.type(node.outputs[0]).shape == shape;
  }

  /// `exit` and the candidates that it depends on.
  std::set<int32_t> ancestors(int32_t exit, const std::set<int32_t>& candidates) const {
    std::set<int32_t> members;
    std::vector<int32_t> stack = {exit};
    while (!stack.empty()) {
      const int32_t index = stack.back();
      stack.pop_back();
      if (!candidates.contains(index) || !members.insert(index).second) continue;
      for (ValueId id : graph_.nodes[index].inputs) {
        if (id != kAbsent) stack.push_back(graph_.value(id).producer);
      }
    }
    return members;
  }

  bool only_exit_visible(int32_t anchor, const std::set<int32_t>& members, int32_t exit) const {
    const auto hidden = [&](int32_t node) {
      const auto& readers = consumers_of(node);
      return !is_output_[graph_.nodes[node].outputs[0]] &&
             std::all_of(readers.begin(), readers.end(), [&](int32_t reader) { return members.contains(reader); });
    };
    return hidden(anchor) &&
           std::all_of(members.begin(), members.end(), [&](int32_t node) { return node == exit || hidden(node); });
  }

  Graph graph_;
  const std::vector<std::vector<int32_t>> consumers_;
  std::vector<bool> is_output_;
  std::vector<bool> grouped_;  ///< per node
  std::vector<Group> groups_;
};

}  // namespace

GroupedGraph make_groups(Graph graph, Precision precision) {
  GroupedGraph grouped = Grouper(std::move(graph)).run();
  const std::vector<std::string> violations = verify_groups(grouped);
  if (!violations.empty()) internal_error("after grouping: {}", fmt::join(violations, "; "));
  if (precision == Precision::bf16) lower_precision(grouped);
  return grouped;
}

}  // namespace convoy
