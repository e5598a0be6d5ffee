// The network for an image full of patches against the network for one patch, patch after patch.
#include "dense/densify.h"

#include "dense/patch_by_patch.h"
#include "dense/random_patch_network.h"
#include "graph/text.h"
#include "passes/pass_test.h"
#include "support/expect_error.h"

namespace convoy {
namespace {

DenseNetwork expect_same(const Graph& patch, const PatchOptions& options, PatchGrid grid, unsigned seed = 3) {
  const PatchGeometry geometry = patch_geometry(patch, options);
  DenseNetwork dense = densify(patch, geometry, grid);
  EXPECT_EQ(verify(dense.graph), std::vector<std::string>());
  std::mt19937 random(seed);
  const Tensor image = random_tensor(dense.graph.type(dense.graph.inputs[0]), random, -1, 1);
  const Tensor found = evaluate(dense.graph, {image})[dense.graph.outputs[0]];
  expect_near(found, patch_by_patch(patch, geometry, image, grid), 1e-5, to_text(patch) + to_text(dense.graph));
  return dense;
}

Graph patch_network(const std::string& nodes, const std::string& input = "f32[1x2x8x8]") {
  return random_graph_from_text("graph patch\ninput %x " + input + "\n" + nodes);
}

const std::string kConv = " strides=[1,1] dilations=[1,1] pads=[0,0,0,0] group=1\n";

TEST(Densify, MadeUpNetworks) {
  int shared = 0;
  constexpr int kNetworks = 300;
  for (unsigned seed = 0; seed < kNetworks; ++seed) {
    SCOPED_TRACE(seed);
    const RandomPatchNetwork network = random_patch_network(seed);
    const PatchGrid grid{1 + seed % 3, 1 + seed % 4};
    shared += expect_same(network.graph, {.step = network.step, .block = network.block}, grid).not_shared.empty();
    if (testing::Test::HasFatalFailure()) return;
  }
  EXPECT_GT(shared, kNetworks / 3);
  EXPECT_LT(shared, kNetworks * 9 / 10);
}

TEST(Densify, ConvolutionsAndProductsAreShared) {
  const Graph patch = patch_network(
      "constant %w f32[4x2x3x3] ...\nconstant %m f32[144x4] ...\n%a f32[1x4x6x6] = conv2d(%x, %w)" + kConv +
      "%f f32[1x144] = reshape(%a) shape=[1,144]\n"
      "%y f32[1x4] = matmul(%f, %m) trans_a=0 trans_b=0\noutput %y\n");
  const DenseNetwork dense = expect_same(patch, {}, {3, 4});
  EXPECT_EQ(dense.not_shared, "");
  EXPECT_EQ(nodes_text(dense.graph),
            "%a = conv2d(%x, f32[4x2x3x3]) strides=[1,1] dilations=[1,1] pads=[0,0,0,0] group=1\n"
            "%y_replaced = conv2d(%a, f32[4x4x6x6]) strides=[2,2] dilations=[1,1] pads=[0,0,0,0] group=1\n"
            "%y = depth_to_space(%y_replaced) block_size=2 mode=crd\n");
}

}  // namespace
}  // namespace convoy
