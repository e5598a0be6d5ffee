#include "passes/float_nodes.h"

#include <algorithm>

#include "ops/lookup.h"
#include "ops/quantize.h"
#include "passes/common_subexpressions.h"
#include "passes/fold_quantization.h"
#include "passes/group.h"
#include "passes/quantised_movement.h"
#include "passes/quantised_products.h"
#include "passes/quantised_values.h"
#include "passes/simplify_movement.h"
#include "support/dtypes.h"

namespace convoy {
namespace {

bool is_conversion(const Op& op) {
  return op_cast<Quantize>(op) || op_cast<Dequantize>(op) || op_cast<Lookup>(op);
}

bool is_quantised(const Graph& graph) {
  return std::ranges::any_of(graph.nodes, [](const Node& node) { return is_conversion(*node.op); });
}

/// The first input that is computed, but not dequantised; kAbsent when there is none.
ValueId float_input(const Graph& graph, const Node& node) {
  for (ValueId id : node.inputs) {
    if (id == kAbsent || graph.is_constant(id) || !is_float(graph.type(id).dtype)) continue;
    if (!dequantised(graph, id)) return id;
  }
  return kAbsent;
}

std::string reason(const Graph& graph, const Node& node) {
  if (is_product(*node.op)) {
    std::string why;
    integer_product(graph, *node.op, node.inputs, why);
    return why;
  }
  const ValueId input = float_input(graph, node);
  if (input != kAbsent) return fmt::format("its input '{}' is a float", graph.value(input).name);
  if (moves_elements(*node.op)) return "its inputs are not quantised alike";
  if (is_elementwise(*node.op)) return "arithmetic on several quantised values, or on sums, is done in floats";
  return "it has no integer form";
}

}  // namespace

std::vector<FloatNode> float_nodes(const Graph& imported) {
  if (!is_quantised(imported)) return {};
  const Graph graph = fold_quantization(simplify_movement(common_subexpressions(imported)));
  std::vector<FloatNode> nodes;
  for (const Node& node : graph.nodes) {
    const bool floats = is_float(graph.type(node.outputs[0]).dtype) || float_input(graph, node) != kAbsent;
    if (floats && !is_conversion(*node.op)) nodes.push_back({node.name, node.op->name(), reason(graph, node)});
  }
  return nodes;
}

}  // namespace convoy
