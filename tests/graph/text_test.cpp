#include "graph/text.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ops/cast.h"
#include "ops/elementwise.h"
#include "ops/matmul.h"
#include "ops/top_k.h"
#include "support/expect_error.h"

namespace convoy {
namespace {

constexpr const char* kText = R"(graph small
input %x f32[2x3]
constant %w f32[3x2] 0.25 -0.5 1 2 3 1e-10
%product f32[2x2] = matmul(%x, %w) trans_a=0 trans_b=0 @fc
%best f32[2x1], %where i64[2x1] = top_k(%product) k=1 axis=-1 largest=1 sorted=1 @top
output %best
output %where
)";

TEST(GraphText, ReadsBackTheSame) {
  EXPECT_EQ(to_text(graph_from_text(kText)), kText);
}

TEST(GraphText, QuotesNamesThatAreNoWords) {
  GraphBuilder builder("two words");
  const ValueId x = builder.input("image (u8) \"raw\"\n%x", {DType::f32, {1, 2}});
  builder.output(builder.make(unary(UnaryKind::leaky_relu, 0.1), {x}, "node@1, 2", "out = y"));
  const std::string text = to_text(std::move(builder).finish());
  EXPECT_NE(text.find(R"(input %"image (u8) \"raw\"\x0a%x" f32[1x2])"), std::string::npos) << text;
  EXPECT_EQ(to_text(graph_from_text(text)), text);
}

TEST(GraphText, WritesConstantsOfEveryType) {
  const std::string text = R"(graph g
constant %a f32[4] 0.1 inf -inf nan
constant %b f64[] 1e-300
constant %c f16[2] 1.5 -65504
constant %d bf16[1] 3.0
constant %e i8[2] -128 127
constant %f u64[1] 18446744073709551615
constant %g bool[2] 0 1
constant %h i64[0]
output %a
output %b
output %c
output %d
output %e
output %f
output %g
output %h
)";
  std::string expected = text;
  expected.replace(expected.find("3.0"), 3, "3");
  EXPECT_EQ(to_text(graph_from_text(text)), expected);
}

TEST(GraphText, LeavesOutLargeConstants) {
  GraphBuilder builder("g");
  builder.output(builder.constant("c", Tensor(DType::f32, {17})));
  const std::string text = to_text(std::move(builder).finish());
  EXPECT_NE(text.find("constant %c f32[17] ...\n"), std::string::npos) << text;
  EXPECT_EQ(to_text(graph_from_text(text)), text);
}

TEST(GraphText, TakesComments) {
  const Graph graph = graph_from_text("# a comment\n\ngraph g\ninput %x f32[]\noutput %x");
  EXPECT_EQ(graph.inputs, graph.outputs);
}

TEST(GraphText, ErrorsNameTheLine) {
  const auto refuses = [](const std::string& part, const std::string& text) {
    expect_invalid(part, [&] { graph_from_text(text); });
  };
  refuses("no line 'graph NAME'", "");
  refuses("line 1: the text must begin with", "input %x f32[1]");
  refuses("line 2: a second graph", "graph g\ngraph g");
  refuses("line 2: 'f33' is none of", "graph g\ninput %x f33[1]");
  refuses("line 2: '1x' is not a shape", "graph g\ninput %x f32[1x]");
  refuses("line 2: 'ax2' is not a shape", "graph g\ninput %x f32[ax2]");
  refuses("line 2: '-1' is not a shape", "graph g\ninput %x f32[-1]");
  refuses("line 2: 1 elements, expected 2", "graph g\nconstant %x f32[2] 1");
  refuses("line 2: did not expect '3'", "graph g\nconstant %x f32[2] 1 2 3");
  refuses("line 2: '300' is no u8", "graph g\nconstant %x u8[1] 300");
  refuses("line 2: '2' is no bool", "graph g\nconstant %x bool[1] 2");
  refuses("line 2: '%y' is not defined", "graph g\noutput %y");
  refuses("line 3: '%x' is defined twice", "graph g\ninput %x f32[1]\ninput %x f32[1]");
  refuses("line 3: there is no operator 'foo'", "graph g\ninput %x f32[1]\n%y f32[1] = foo(%x)");
  refuses("line 3: relu: unknown attribute 'k'", "graph g\ninput %x f32[1]\n%y f32[1] = relu(%x) k=1");
  refuses("line 3: '%y' is declared f32[2], the operator gives f32[1]",
          "graph g\ninput %x f32[1]\n%y f32[2] = relu(%x)");
  refuses("line 3: node 'y' (relu): expects 1 inputs, got 2", "graph g\ninput %x f32[1]\n%y f32[1] = relu(%x, _)");
}

}  // namespace
}  // namespace convoy
