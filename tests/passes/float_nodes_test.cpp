#include "passes/float_nodes.h"

#include "passes/pass_test.h"

namespace convoy {
namespace {

std::vector<std::string> reasons(const std::string& text) {
  std::vector<std::string> lines;
  for (const FloatNode& node : float_nodes(random_graph_from_text("graph g\n" + text))) {
    lines.push_back(fmt::format("{} ({}): {}", node.name, node.op, node.why));
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(FloatNodes, NoneInANetworkOfFloats) {
  EXPECT_EQ(reasons("input %x f32[2]\n%y f32[2] = relu(%x)\noutput %y\n"), Lines());
}

TEST(FloatNodes, EachWithItsReason) {
  EXPECT_EQ(reasons(R"(input %x u8[1x2x2x2]
constant %s f32[] 0.5
constant %w i8[2x2x1x1] ...
constant %f f32[2x2x1x1] ...
%a f32[1x2x2x2] = dequantize(%x, %s)
%v f32[2x2x1x1] = dequantize(%w, %s)
%b f32[1x2x2x2] = conv2d(%a, %v, _)
%p u8[1x2x2x2] = quantize(%b, %s) to=u8 low=0 high=255
%c f32[1x2x2x2] = dequantize(%p, %s)
%d f32[1x2x2x2] = add(%c, %a)
%e f32[1x2x2x2] = conv2d(%c, %f, _)
%g f32[1x2x2x2] = softmax(%a) axis=1
%h f32[1x2x2x2] = softmax(%e) axis=1
output %d
output %g
output %h
)"),
            (Lines{"d (add): arithmetic on several quantised values, or on sums, is done in floats",
                   "e (conv2d): the weights are not quantised", "g (softmax): it has no integer form",
                   "h (softmax): its input 'e' is a float"}));
}

}  // namespace
}  // namespace convoy
