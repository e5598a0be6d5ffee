#include <fmt/format.h>

#include "passes/pass_test.h"
#include "passes/passes.h"

namespace convoy {
namespace {

/// A graph of convolutions `%name = conv(%src)` that keep the type f32[1x4x6x6] and of nodes as in the text form,
/// whose type is the same unless it is given.
std::string network(const std::string& body) {
  std::string text = "graph g\ninput %x f32[1x4x6x6]\nconstant %w f32[4x4x3x3] ...\n";
  for (size_t begin = 0; begin < body.size();) {
    const size_t end = body.find('\n', begin);
    std::string line = body.substr(begin, end - begin);
    begin = end + 1;
    const size_t equals = line.find(" = ");
    if (equals != std::string::npos && line.find('[') > equals) line.insert(equals, " f32[1x4x6x6]");
    if (const size_t conv = line.find("conv("); conv != std::string::npos) {
      line.replace(conv, 5, "conv2d(");
      line.replace(line.find(')'), 1, ", %w, _) pads=[1,1,1,1]");
    }
    text += line + "\n";
  }
  return text;
}

/// The groups, a line each, as members joined by " + ", without names and types of results.
std::string groups_text(const GroupedGraph& grouped) {
  std::string text;
  for (const Group& group : grouped.groups) {
    std::string line;
    for (int32_t node : group_members(group)) line += (line.empty() ? "" : " + ") + grouped.graph.nodes[node].name;
    text += line + "\n";
  }
  return text;
}

void expect_groups(const std::string& body, const std::string& expected) {
  const GroupedGraph grouped = make_groups(random_graph_from_text(network(body)));
  EXPECT_EQ(verify_groups(grouped), std::vector<std::string>());
  EXPECT_EQ(groups_text(grouped), expected);
}

TEST(Groups, ConvolutionWithActivation) {
  expect_groups("%a = conv(%x)\n%b = relu(%a)\noutput %b\n", "a + b\n");
}

TEST(Groups, SpelledOutHardSwish) {
  expect_groups("%a = conv(%x)\n%h = hard_sigmoid(%a)\n%y = mul(%a, %h)\noutput %y\n", "a + h + y\n");
}

TEST(Groups, ResidualBlock) {
  expect_groups(R"(%a = conv(%x)
%b = relu(%a)
%c = conv(%b)
%d = add(%c, %x)
%e = relu(%d)
output %e
)",
                "a + b\nc + d + e\n");
}

TEST(Groups, TheLaterOfTwoConvolutionsTakesTheAdd) {
  expect_groups(R"(%a = conv(%x)
%b = relu(%x)
%c = conv(%b)
%d = relu(%a)
%e = add(%d, %c)
%y = relu(%e)
output %y
)",
                "b\na + d\nc + e + y\n");
}

TEST(Groups, ResultUsedTwice) {
  expect_groups(R"(%a = conv(%x)
%b = relu(%a)
%c = conv(%b)
%d = conv(%b)
%e = add(%c, %d)
%y = add(%e, %b)
output %y
)",
                "a + b\nc\nd + e + y\n");
  // Both %b and %a would be visible.
  expect_groups("%a = conv(%x)\n%b = relu(%a)\n%c = conv(%a)\n%y = add(%b, %c)\noutput %y\n", "a\nb\nc + y\n");
}

TEST(Groups, NetworkOutputInTheMiddle) {
  expect_groups("%a = conv(%x)\n%b = relu(%a)\n%y = tanh(%b)\noutput %b\noutput %y\n", "a + b\ny\n");
  expect_groups("%a = conv(%x)\n%y = relu(%a)\noutput %a\noutput %y\n", "a\ny\n");
}

TEST(Groups, ConcatTakesNoEpilogue) {
  expect_groups(R"(%a = conv(%x)
%b f32[1x8x6x6] = concat(%a, %x) axis=1
%c f32[1x8x6x6] = relu(%b)
%y f32[1x8x6x6] = tanh(%c)
output %y
)",
                "a\nb\nc + y\n");
}

TEST(Groups, BroadcastingOperand) {
  // The reduction is smaller than the product, so only the product's other operand could take it, and that
  // is read by the reduction as well.
  expect_groups(R"(%a = conv(%x)
%s f32[1x4x1x1] = reduce(%a) kind=mean axes=[2,3]
%t f32[1x4x1x1] = sigmoid(%s)
%p = mul(%a, %t)
%y = relu(%p)
output %y
)",
                "a\ns + t\np + y\n");
  expect_groups(R"(constant %slope f32[4x1x1] 1 2 3 4
%a = conv(%x)
%y = prelu(%a, %slope)
output %y
)",
                "a + y\n");
  // A result that is repeated is no operand of its own size.
  expect_groups(R"(%s f32[1x4x1x1] = reduce(%x) kind=mean axes=[2,3]
%y = add(%s, %x)
output %y
)",
                "s\ny\n");
}

TEST(Groups, WhereWithAConditionFromOutside) {
  expect_groups(R"(constant %zero f32[] 0
%c bool[1x4x6x6] = less(%x, %zero)
%a = conv(%x)
%y = where(%c, %a, %x)
output %y
)",
                "c\na + y\n");
}

TEST(Groups, MasksAndConversions) {
  expect_groups(R"(constant %zero f32[] 0
%a = conv(%x)
%c bool[1x4x6x6] = greater(%a, %zero)
%m f32[1x4x6x6] = cast(%c) to=f32
%y = mul(%a, %m)
output %y
)",
                "a + c + m + y\n");
  // A convolution stores f32; elementwise operators alone store what they compute.
  expect_groups(R"(constant %zero f32[] 0
%a = conv(%x)
%b = tanh(%a)
%c bool[1x4x6x6] = greater(%b, %zero)
%d bool[1x4x6x6] = not(%c)
output %d
)",
                "a + b\nc + d\n");
}

TEST(Groups, IntegerArithmeticAndOtherFloatsStayAlone) {
  expect_groups(R"(%a = relu(%x)
%i i64[1x4x6x6] = cast(%a) to=i64
%j i64[1x4x6x6] = div(%i, %i)
%k f32[1x4x6x6] = cast(%j) to=f32
%h f16[1x4x6x6] = cast(%k) to=f16
output %h
)",
                "a + i\nj\nk\nh\n");
}

TEST(Groups, OperandsComputedLater) {
  // %y can only be computed after %d, so its group stands behind it.
  expect_groups(R"(%a = conv(%x)
%b = relu(%a)
%c = max_pool2d(%x) kernel=[1,1]
%d f32[1x8x6x6] = concat(%c, %x) axis=1
%e = slice(%d) begin=[0,0,0,0] size=[1,4,6,6] step=[1,1,1,1]
%y = add(%b, %e)
output %y
)",
                "c\nd\ne\na + b + y\n");
}

TEST(Groups, ElementwiseChainsAreBounded) {
  std::string body = "%v0 = conv(%x)\n";
  for (int i = 1; i < 60; ++i) body += fmt::format("%v{} = tanh(%v{})\n", i, i - 1);
  const GroupedGraph grouped = make_groups(random_graph_from_text(network(body + "output %v59\n")));
  ASSERT_EQ(grouped.groups.size(), 3u);
  EXPECT_EQ(group_members(grouped.groups[0]).size(), 24u);
  EXPECT_EQ(group_members(grouped.groups[1]).size(), 24u);
  EXPECT_EQ(group_members(grouped.groups[2]).size(), 12u);
}

TEST(Groups, Text) {
  const GroupedGraph grouped = make_groups(random_graph_from_text(
      network("%a = conv(%x) @conv1\n%h = hard_sigmoid(%a)\n%m = mul(%a, %h)\n%y = add(%x, %m)\noutput %y\n")));
  EXPECT_EQ(to_text(grouped), "conv1: conv2d(%x, %w) + hard_sigmoid + mul + add(%x) -> %y f32[1x4x6x6]\n");
  const Graph& graph = grouped.graph;
  std::vector<std::string> inputs;
  for (ValueId id : grouped.groups[0].inputs) inputs.push_back(graph.value(id).name);
  EXPECT_EQ(inputs, (std::vector<std::string>{"x", "w"}));
  EXPECT_EQ(graph.value(grouped.groups[0].output).name, "y");
}

}  // namespace
}  // namespace convoy
