#include "passes/drop_expand.h"

#include "ops/expand.h"
#include "passes/group.h"
#include "passes/match.h"

namespace convoy {
namespace {

Replacement read_unexpanded(RewriteContext& context) {
  if (!is_elementwise(*context.node.op)) return std::nullopt;
  for (size_t i = 0; i < context.inputs.size(); ++i) {
    const Node* expand = producer_of<Expand>(context.builder.graph(), context.inputs[i]);
    if (!expand) continue;
    std::vector<ValueId> inputs = context.inputs;
    inputs[i] = expand->inputs[0];
    if (Replacement replacement = replace_with_op(context, context.node.op, inputs)) return replacement;
  }
  return std::nullopt;
}

}  // namespace

Graph drop_expand(const Graph& graph) {
  return rewrite_until_stable(graph, read_unexpanded);
}

}  // namespace convoy
