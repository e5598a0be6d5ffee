#include "passes/passes.h"
#include "passes/random_network.h"

namespace convoy {
namespace {

TEST(Pipeline, TellsTheObserverAfterEachPass) {
  std::vector<std::string> passes;
  const Graph graph = random_graph_from_text("graph g\ninput %x f32[2]\n%y f32[2] = relu(%x)\noutput %y\n");
  run_passes(graph, [&](const std::string& pass, const Graph& after) {
    passes.push_back(pass);
    EXPECT_EQ(nodes_text(after), nodes_text(graph));
  });
  EXPECT_GE(passes.size(), 8u);
  EXPECT_EQ(passes.front(), "common_subexpressions");
}

/// A MobileNetV3 block as exporters write it: padding apart, hard-swish and hard-sigmoid spelled out.
TEST(Pipeline, MobileNetBlock) {
  const Graph before = random_graph_from_text(R"(graph g
input %x f32[1x3x8x8]
constant %w f32[8x3x3x3] ...
constant %scale f32[8] ...
constant %bias f32[8] ...
constant %mean f32[8] ...
constant %variance f32[8] ...
constant %three f32[] 3
constant %drei f32[] 3
constant %six f32[] 6
constant %sixth f32[] 0.16666667
constant %v f32[8x8x1x1] ...
constant %shift f32[1x8x1x1] ...
%pad f32[1x3x9x9] = pad(%x) mode=constant begin=[0,0,0,0] end=[0,0,1,1] value=0
%conv f32[1x8x4x4] = conv2d(%pad, %w, _) strides=[2,2]
%bn f32[1x8x4x4] = batch_norm(%conv, %scale, %bias, %mean, %variance) epsilon=0.001
%a f32[1x8x4x4] = add(%bn, %three)
%b f32[1x8x4x4] = clip(%a) alpha=0 beta=6
%c f32[1x8x4x4] = mul(%bn, %b)
%act f32[1x8x4x4] = div(%c, %six)
%mean_ f32[1x8x1x1] = reduce(%act) kind=mean axes=[2,3]
%fc f32[1x8x1x1] = conv2d(%mean_, %v, _)
%fcb f32[1x8x1x1] = add(%fc, %shift)
%d f32[1x8x1x1] = add(%fcb, %drei)
%e f32[1x8x1x1] = clip(%d) alpha=0 beta=6
%gate f32[1x8x1x1] = mul(%e, %sixth)
%rep f32[1x8x4x4] = expand(%gate) shape=[1,8,4,4]
%y f32[1x8x4x4] = mul(%act, %rep)
output %y
)");
  const GroupedGraph grouped = make_groups(run_passes(before));
  EXPECT_EQ(to_text(grouped), R"(conv: conv2d(%x, %w_1, %conv_bias) + hard_swish -> %act f32[1x8x4x4]
mean_: reduce(%act) -> %mean_ f32[1x8x1x1]
fc: conv2d(%mean_, %v_1, %fc_bias) + hard_sigmoid -> %gate f32[1x8x1x1]
y: mul(%act, %gate) -> %y f32[1x8x4x4]
)");
  expect_same_results(before, grouped.graph);
}

/// The end of a super-resolution network: the bias stands behind the rearrangement.
TEST(Pipeline, BiasBehindDepthToSpace) {
  const Graph before = random_graph_from_text(R"(graph g
input %x f32[1x2x3x3]
constant %w f32[4x2x1x1] ...
constant %bias f32[1] 0.25
%a f32[1x4x3x3] = conv2d(%x, %w, _) @conv
%b f32[1x1x6x6] = depth_to_space(%a) block_size=2 @shuffle
%c f32[1x1x6x6] = add(%b, %bias) @bias
%y f32[1x1x6x6] = tanh(%c) @tanh
output %y
)");
  const GroupedGraph grouped = make_groups(run_passes(before));
  EXPECT_EQ(to_text(grouped), R"(conv: conv2d(%x, %w_1, %conv_bias) + tanh -> %tanh f32[1x4x3x3]
shuffle: depth_to_space(%tanh) -> %y f32[1x1x6x6]
)");
  expect_same_results(before, grouped.graph);
}

TEST(Pipeline, RandomNetworksKeepTheirResults) {
  for (unsigned seed = 1; seed <= 200 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Graph before = RandomNetwork(seed).build(3 + static_cast<int>(seed % 40));
    Graph previous = before;
    run_passes(before, [&](const std::string& pass, const Graph& after) {
      SCOPED_TRACE(pass);
      expect_same_results(previous, after, 1e-4);
      previous = after;
    });
    EXPECT_EQ(verify_groups(make_groups(previous)), std::vector<std::string>());
  }
}

}  // namespace
}  // namespace convoy
