#include "passes/hoist_elementwise.h"

#include "passes/pass_test.h"

namespace convoy {
namespace {

TEST(HoistElementwise, ToTheConvolution) {
  expect_pass(hoist_elementwise, R"(graph g
input %x f32[1x2x3x3]
constant %w f32[4x2x1x1] ...
constant %half f32[1x1x1x1] 0.5
%a f32[1x4x3x3] = conv2d(%x, %w, _) strides=[1,1] dilations=[1,1] pads=[0,0,0,0] group=1 @conv
%b f32[1x1x6x6] = depth_to_space(%a) block_size=2 mode=dcr @shuffle
%c f32[1x36] = reshape(%b) shape=[1,36] @flat
%d f32[1x1x1x36] = reshape(%c) shape=[1,1,1,36] @unflat
%e f32[1x1x1x36] = mul(%half, %d) @halve
%y f32[1x1x1x36] = tanh(%e) @tanh
output %y
)",
              R"(%a = conv2d(%x, f32[4x2x1x1], _) strides=[1,1] dilations=[1,1] pads=[0,0,0,0] group=1
%halve = mul(0.5, %a)
%tanh = tanh(%halve) alpha=0 beta=0
%shuffle_1 = depth_to_space(%tanh) block_size=2 mode=dcr
%flat_1 = reshape(%shuffle_1) shape=[1,36]
%y = reshape(%flat_1) shape=[1,1,1,36]
)",
              0);
}

TEST(HoistElementwise, ToAllConvolutionsBeforeAConcat) {
  expect_pass(hoist_elementwise, R"(graph g
input %x f32[1x1x3x3]
constant %w f32[1x1x1x1] 2
constant %v f32[2x1x1x1] 3 -1
%a f32[1x1x3x3] = conv2d(%x, %w, _) strides=[1,1] dilations=[1,1] pads=[0,0,0,0] group=1
%b f32[1x2x3x3] = conv2d(%x, %v, _) strides=[1,1] dilations=[1,1] pads=[0,0,0,0] group=1
%c f32[1x3x3x3] = concat(%a, %b) axis=1
%y f32[1x3x3x3] = relu(%c) @act
output %y
)",
              R"(%a = conv2d(%x, 1x1x1x1[2], _) strides=[1,1] dilations=[1,1] pads=[0,0,0,0] group=1
%b = conv2d(%x, 2x1x1x1[3 -1], _) strides=[1,1] dilations=[1,1] pads=[0,0,0,0] group=1
%act = relu(%a) alpha=0 beta=0
%act_1 = relu(%b) alpha=0 beta=0
%y = concat(%act, %act_1) axis=1
)",
              0);
}

TEST(HoistElementwise, KeepsWhatNoGroupWouldTake) {
  expect_unchanged(hoist_elementwise, R"(graph g
input %x f32[1x4x3x3]
%a f32[1x1x6x6] = depth_to_space(%x) block_size=2 mode=dcr
%y f32[1x1x6x6] = tanh(%a)
output %y
)");
  expect_unchanged(hoist_elementwise, R"(graph g
input %x f32[1x4x3x3]
%a f32[1x4x3x3] = abs(%x)
%b f32[1x4x9] = reshape(%a) shape=[1,4,9]
%c f32[1x4x9] = exp(%b)
%y f32[1x4x9] = mul(%b, %c)
output %y
)");
}

TEST(HoistElementwise, NotBeforeHundredsOfNodes) {
  // A copy for each of the convolutions would make 16 times as many nodes of these.
  constexpr int kParts = 500, kUnary = 16;
  std::string text = "graph g\ninput %x f32[1x1x2x2]\n", parts;
  for (int i = 0; i < kParts; ++i) {
    text += fmt::format("constant %w{0} f32[1x1x1x1] {0}\n%a{0} f32[1x1x2x2] = conv2d(%x, %w{0}, _)\n", i);
    parts += fmt::format("{}%a{}", i ? ", " : "", i);
  }
  text += fmt::format("%u0 f32[1x{}x2x2] = concat({}) axis=1\n", kParts, parts);
  for (int i = 0; i < kUnary; ++i) text += fmt::format("%u{} f32[1x{}x2x2] = tanh(%u{})\n", i + 1, kParts, i);
  const Graph graph = graph_from_text(text + fmt::format("output %u{}\n", kUnary));
  EXPECT_EQ(hoist_elementwise(graph).nodes.size(), graph.nodes.size());
}

}  // namespace
}  // namespace convoy
