#include "passes/without_quantization.h"

#include <algorithm>

#include "ops/concat.h"
#include "ops/quantize.h"
#include "passes/match.h"
#include "passes/quantised_movement.h"
#include "passes/quantised_products.h"
#include "passes/quantised_values.h"
#include "support/dtypes.h"

namespace convoy {
namespace {

/// Bounds the recursion through movement.
constexpr int kMaxDepth = 64;

/// Whether a value's negative elements may be left to the bounds of the quantize that reads it.
bool is_sum(const Graph& graph, ValueId id) {
  const Node* node = producer(graph, id);
  if (!node) return false;
  const auto* binary = op_cast<Binary>(*node->op);
  return is_product(*node->op) || (binary && binary->kind == BinaryKind::add);
}

class Undoing {
 public:
  explicit Undoing(RewriteContext& context) : builder_(context.builder) {}

  /// The floats that the numbers `id` were made of; kAbsent where they were given as numbers.
  ValueId floats_of(ValueId id, int depth = 0) {
    const Node* found = producer(builder_.graph(), id);
    if (!found || depth == kMaxDepth) return kAbsent;
    const Node node = *found;  // the builder's nodes move as it grows
    if (op_cast<Quantize>(*node.op)) return quantised_floats(node);
    return moves_elements(*node.op) ? moved_floats(node, depth) : kAbsent;
  }

 private:
  ValueId quantised_floats(const Node& node) {
    const Graph& graph = builder_.graph();
    const ValueId zero = node.inputs.size() > 2 ? node.inputs[2] : kAbsent;
    const auto parameters = known_parameters(graph, node.inputs[1], zero);
    if (!parameters) return kAbsent;
    const int64_t low = op_cast<Quantize>(*node.op)->low;
    const bool from_zero = parameters->zero.empty()
                               ? low == 0
                               : std::ranges::all_of(parameters->zero, [&](int64_t z) { return z == low; });
    if (!from_zero || !is_sum(graph, node.inputs[0])) return node.inputs[0];
    return builder_.make(unary(UnaryKind::relu), {node.inputs[0]}, node.name + "/relu");
  }

  ValueId moved_floats(const Node& node, int depth) {
    std::vector<ValueId> inputs = node.inputs;
    const size_t moved = op_cast<Concat>(*node.op) ? inputs.size() : 1;
    for (size_t i = 0; i < moved; ++i) {
      inputs[i] = floats_of(inputs[i], depth + 1);
      if (inputs[i] == kAbsent) return kAbsent;
    }
    return builder_.add(node.op, inputs, node.name)[0];
  }

  GraphBuilder& builder_;
};

Replacement undo(RewriteContext& context) {
  const auto* op = op_cast<Dequantize>(*context.node.op);
  if (!op) return std::nullopt;
  const Graph& graph = context.builder.graph();
  const auto given = [&](ValueId id) { return id == kAbsent || graph.is_constant(id); };
  if (std::ranges::all_of(context.inputs, given)) return computed_now(context);
  const ValueId floats = Undoing(context).floats_of(context.inputs[0]);
  if (floats == kAbsent) return std::nullopt;
  return std::vector<ValueId>{floats};
}

}  // namespace

Graph without_quantization(const Graph& imported) {
  return rewrite(imported, undo);
}

bool multiplies_integers(const Graph& graph) {
  return std::ranges::any_of(graph.nodes, [&](const Node& node) {
    return is_product(*node.op) && is_integer(graph.type(node.outputs[0]).dtype);
  });
}

}  // namespace convoy
