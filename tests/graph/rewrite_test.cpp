#include <gtest/gtest.h>

#include "graph/graph.h"
#include "graph/text.h"
#include "ops/elementwise.h"
#include "support/expect_error.h"

namespace convoy {
namespace {

using Outputs = std::optional<std::vector<ValueId>>;

/// Drops every relu: its users read its input.
Outputs drop_relu(RewriteContext& context) {
  if (context.node.op->name() != "relu") return std::nullopt;
  return std::vector<ValueId>{context.inputs[0]};
}

TEST(Rewrite, CopiesWhatTheRuleLeaves) {
  const char* text = R"(graph g
input %x f32[2]
constant %c f32[1] 3
%a f32[2] = add(%x, %c) @first
%b f32[2] = tanh(%a) alpha=0 beta=0 @second
output %b
output %a
)";
  EXPECT_EQ(to_text(rewrite(graph_from_text(text), [](RewriteContext&) { return std::nullopt; })), text);
}

TEST(Rewrite, DropsNodesAndKeepsOutputNames) {
  const Graph graph = graph_from_text(R"(graph g
input %x f32[2]
%a f32[2] = add(%x, %x) @first
%b f32[2] = relu(%a) @second
output %b
)");
  EXPECT_EQ(to_text(rewrite(graph, drop_relu)), R"(graph g
input %x f32[2]
%b f32[2] = add(%x, %x) @first
output %b
)");
}

TEST(Rewrite, CopiesAValueThatGetsTwoNames) {
  const Graph graph = graph_from_text(R"(graph g
input %x f32[2]
%a f32[2] = add(%x, %x) @first
%b f32[2] = relu(%a) @second
%c f32[2] = relu(%x) @third
output %b
output %a
output %c
)");
  EXPECT_EQ(to_text(rewrite(graph, drop_relu)), R"(graph g
input %x f32[2]
%b f32[2] = add(%x, %x) @first
%a f32[2] = cast(%b) to=f32 @a
%c f32[2] = cast(%x) to=f32 @c
output %b
output %a
output %c
)");
}

TEST(Rewrite, FoldsNodesWhoseInputsBecameConstant) {
  const Graph graph = graph_from_text(R"(graph g
input %x f32[2]
constant %c f32[2] 1 2
%a f32[2] = relu(%x)
%b f32[2] = add(%a, %c)
output %b
)");
  const Graph folded = rewrite(graph, [](RewriteContext& context) -> Outputs {
    if (context.node.op->name() != "relu") return std::nullopt;
    return std::vector<ValueId>{context.builder.constant("one", Tensor::of<float>({1, 1}))};
  });
  EXPECT_EQ(to_text(folded), "graph g\ninput %x f32[2]\nconstant %b f32[2] 2 3\noutput %b\n");
}

TEST(Rewrite, ReplacesTwoNodesByOneOfTheSameName) {
  const Graph graph = graph_from_text(R"(graph g
input %x f32[2]
%a f32[2] = add(%x, %x) @layer
%b f32[2] = relu(%a) @activation
output %b
)");
  const Graph fused = rewrite(graph, [](RewriteContext& context) -> Outputs {
    if (context.node.op->name() != "relu") return std::nullopt;
    const Node& producer = context.old_graph.nodes[context.old_graph.value(context.node.inputs[0]).producer];
    const ValueId x = context.mapped[producer.inputs[0]];
    Binary max;
    max.kind = BinaryKind::max;
    return std::vector<ValueId>{context.builder.make(max, {x, x}, producer.name)};
  });
  EXPECT_EQ(to_text(fused), "graph g\ninput %x f32[2]\n%b f32[2] = max(%x, %x) @layer\noutput %b\n");
}

TEST(Rewrite, RefusesReplacementsOfAnotherType) {
  const Graph graph = graph_from_text("graph g\ninput %x f32[2]\n%y f32[2] = relu(%x)\noutput %y\n");
  const auto replace_by = [&](std::vector<ValueId> values) {
    return rewrite(graph, [&](RewriteContext& context) -> Outputs {
      context.builder.constant("other", Tensor::of<float>({1, 2, 3}));
      return values;
    });
  };
  expect_error(ErrorKind::internal, "'y' is f32[2], but its replacement is f32[3]", [&] { replace_by({1}); });
  expect_error(ErrorKind::internal, "is replaced by 2 values, it has 1 outputs", [&] { replace_by({0, 0}); });
  expect_error(ErrorKind::internal, "the rewrite dropped the output 'y'", [&] { replace_by({kAbsent}); });
}

}  // namespace
}  // namespace convoy
