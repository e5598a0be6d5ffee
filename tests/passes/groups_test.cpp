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

TEST(Groups, OperandsFromSmallerTensors) {
  // The bytes are read instead of %t, which would take four times their memory.
  expect_groups(R"(input %q u8[1x4x6x6]
%s = cast(%q) to=f32
%t = tanh(%s)
%a = conv(%x)
%b = relu(%a)
%y = add(%t, %b)
output %y
)",
                "a + s + t + b + y\n");
  // What is repeated over the pixels is no member.
  expect_groups(R"(input %q u8[1x4x1x1]
%s f32[1x4x1x1] = cast(%q) to=f32
%a = conv(%x)
%y = mul(%a, %s)
output %y
)",
                "s\na + y\n");
  // Of two sums of bytes, one group; of numbers that are no smaller than the operand, none.
  expect_groups(R"(input %q u8[1x4x6x6]
input %r i8[1x4x6x6]
%s = cast(%q) to=f32
%t = cast(%r) to=f32
%u = add(%s, %t)
%a = conv(%x)
%y = add(%u, %a)
output %y
)",
                "a + s + t + u + y\n");
  expect_groups(R"(input %q f32[1x4x6x6]
%t = tanh(%q)
%a = conv(%x)
%y = add(%t, %a)
output %y
)",
                "t\na + y\n");
  expect_groups(R"(input %p i32[1x4x6x6]
input %q u8[1x4x6x6]
%s = cast(%q) to=f32
%r = cast(%p) to=f32
%t = add(%s, %r)
%a = conv(%x)
%y = add(%t, %a)
output %y
)",
                "r\ns + t\na + y\n");
}

TEST(Groups, OperandsOfElementwiseGroups) {
  expect_groups(R"(input %q u8[1x4x6x6]
input %r u8[1x4x6x6]
constant %half f32[] 0.5
%s = cast(%q) to=f32
%t = cast(%r) to=f32
%u = mul(%t, %half)
%v = add(%s, %u)
%y u8[1x4x6x6] = cast(%v) to=u8
output %y
)",
                "s + t + u + v + y\n");
}

TEST(Groups, OperandsThatOthersReadAreStored) {
  expect_groups(R"(input %q u8[1x4x6x6]
%t = cast(%q) to=f32
%a = conv(%x)
%y = add(%t, %a)
output %t
output %y
)",
                "t\na + y\n");
  expect_groups(R"(input %q u8[1x4x6x6]
%s = cast(%q) to=f32
%t = tanh(%s)
%c = conv(%s)
%a = conv(%x)
%y = add(%t, %a)
%z = mul(%y, %c)
output %z
)",
                "s\nt\nc\na + y + z\n");
}

/// The first convolution stores bytes although it could go on to the operand.
TEST(Groups, BytesBetweenConvolutions) {
  expect_groups(R"(constant %k i8[4x4x3x3] ...
input %q i8[1x4x6x6]
%a i32[1x4x6x6] = conv2d(%q, %k, _) pads=[1,1,1,1]
%b i8[1x4x6x6] = cast(%a) to=i8
%c i32[1x4x6x6] = cast(%b) to=i32
%d i32[1x4x6x6] = conv2d(%q, %k, _) pads=[1,1,1,1]
%e i32[1x4x6x6] = add(%c, %d)
output %e
)",
                "a + b\nd + c + e\n");
}

TEST(Groups, OperandsAreLeftWhereGroupsWouldGrowTooLarge) {
  std::string body = "input %q u8[1x4x6x6]\n%v0 = cast(%q) to=f32\n%a0 = conv(%x)\n";
  for (int i = 1; i < 12; ++i) {
    body += fmt::format("%v{} = tanh(%v{})\n%a{} = relu(%a{})\n", i, i - 1, i, i - 1);
  }
  const auto members = [](const std::string& text) {
    std::vector<size_t> counts;
    for (const Group& group : make_groups(random_graph_from_text(network(text))).groups) {
      counts.push_back(group_members(group).size());
    }
    return counts;
  };
  EXPECT_EQ(members(body + "%y = add(%a10, %v11)\noutput %y\n"), std::vector<size_t>({24}));
  EXPECT_EQ(members(body + "%y = add(%a11, %v11)\noutput %y\n"), std::vector<size_t>({12, 13}));
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
