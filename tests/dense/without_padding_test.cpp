// Patch networks whose windows read pixels instead of padding.
#include "dense/without_padding.h"

#include "dense/padded_network.h"
#include "dense/random_patch_network.h"
#include "ops/region.h"
#include "ops/slice.h"
#include "passes/pass_test.h"

namespace convoy {
namespace {

constexpr int64_t kAround = 32;

Tensor random_image(const TensorType& type, unsigned seed = 5) {
  std::mt19937 random(seed);
  return random_tensor(type, random, -1, 1);
}

Tensor result_of(const Graph& graph, const Tensor& image) {
  return evaluate(graph, {image})[graph.outputs[0]];
}

/// Rows and columns from `origin` on, as many as `extents`.
Tensor part_of(const Tensor& image, const std::array<int64_t, 2>& origin, const std::array<int64_t, 2>& extents) {
  Slice slice = Slice::whole(image.shape());
  for (int axis : {0, 1}) slice.begin[2 + axis] = origin[axis], slice.size[2 + axis] = extents[axis];
  Tensor part(DType::f32, Shape(slice.size));
  const Tensor* inputs[] = {&image};
  slice.reference(inputs, {&part, 1});
  return part;
}

std::array<int64_t, 2> extents_of(const Graph& graph, ValueId id) {
  return {graph.type(id).shape[2], graph.type(id).shape[3]};
}

bool fits_around(const Margins& margins) {
  return std::ranges::all_of(margins,
                             [](const Margin& margin) { return std::max(margin.before, margin.after) < kAround - 2; });
}

/// The image contains the patch with its margin; the network for the whole image has padding at its ends alone.
TEST(WithoutPadding, IsTheNetworkOnTheImageAround) {
  constexpr unsigned kNetworks = 150;
  int rewritten = 0;
  for (unsigned seed = 0; seed < kNetworks; ++seed) {
    SCOPED_TRACE(seed);
    const PaddedNetwork patch = padded_network(seed, 0), around = padded_network(seed, kAround);
    const WithoutPadding found = without_padding(patch.graph);
    ASSERT_EQ(verify(found.graph), std::vector<std::string>());
    if (found.nodes.empty() || !fits_around(found.margin)) continue;
    ++rewritten;
    const Tensor image = random_image(around.graph.type(around.graph.inputs[0]));
    const Tensor large = part_of(image, {kAround - found.margin[0].before, kAround - found.margin[1].before},
                                 extents_of(found.graph, found.graph.inputs[0]));
    expect_near(result_of(found.graph, large), part_of(result_of(around.graph, image), around.origin, patch.extents),
                1e-5, to_text(patch.graph));
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(rewritten, kNetworks * 2 / 3);
}

/// Rows and columns of the input that one element of the output is computed from.
Region cone_of(const Graph& graph, int64_t y, int64_t x) {
  std::vector<std::optional<Region>> needed(graph.values.size());
  Region element = Region::whole(graph.type(graph.outputs[0]).shape);
  set_range(element, 2, {y, y + 1}), set_range(element, 3, {x, x + 1});
  needed[graph.outputs[0]] = element;
  for (size_t n = graph.nodes.size(); n-- > 0;) {
    const Node& node = graph.nodes[n];
    if (!needed[node.outputs[0]]) continue;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const ValueId id = node.inputs[i];
      if (id == kAbsent || graph.is_constant(id)) continue;
      const Region region =
          node.op->input_region(static_cast<int>(i), *needed[node.outputs[0]], graph.input_types(node));
      if (!needed[id]) needed[id] = region;
      for (int axis : {2, 3}) set_range(*needed[id], axis, hull(range_of(*needed[id], axis), range_of(region, axis)));
    }
  }
  return *needed[graph.inputs[0]];
}

/// What windows do not reach the padding for is the same on any image.
TEST(WithoutPadding, IsExactAwayFromPadding) {
  int same = 0, all = 0;
  for (unsigned seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    const PaddedNetwork patch = padded_network(1000 + seed, 0, false);
    const WithoutPadding found = without_padding(patch.graph);
    const Tensor large = random_image(found.graph.type(found.graph.inputs[0]));
    const std::array<int64_t, 2> begin = {found.margin[0].before, found.margin[1].before};
    const std::array<int64_t, 2> inner = extents_of(patch.graph, patch.graph.inputs[0]);
    const Tensor expected = result_of(patch.graph, part_of(large, begin, inner));
    const Tensor result = result_of(found.graph, large);
    for (int64_t y = 0; y < patch.extents[0]; ++y) {
      for (int64_t x = 0; x < patch.extents[1]; ++x) {
        const Region cone = cone_of(found.graph, y, x);
        ++all;
        bool inside = true;
        for (int axis : {0, 1}) {
          const Range range = range_of(cone, 2 + axis);
          inside &= range.begin >= begin[axis] && range.end <= begin[axis] + inner[axis];
        }
        if (!inside) continue;
        ++same;
        expect_near(part_of(result, {y, x}, {1, 1}), part_of(expected, {y, x}, {1, 1}), 1e-5, to_text(patch.graph));
        if (HasFatalFailure()) return;
      }
    }
  }
  EXPECT_GT(same, all / 20);
  EXPECT_LT(same, all * 9 / 10);
}

TEST(WithoutPadding, LeavesNetworksWithoutPadding) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    const Graph patch = random_patch_network(seed).graph;
    const WithoutPadding found = without_padding(patch);
    if (!found.nodes.empty()) continue;
    EXPECT_EQ(to_text(found.graph), to_text(patch));
    EXPECT_EQ(found.margin, Margins{});
  }
}

WithoutPadding rewritten(const std::string& nodes, const std::string& input = "f32[1x2x8x8]") {
  return without_padding(random_graph_from_text("graph patch\ninput %x " + input + "\n" + nodes));
}

std::string conv(const std::string& window) {
  return " " + window + " group=1\n";
}

const std::string kSame = conv("strides=[1,1] dilations=[1,1] pads=[1,1,1,1]");
const std::string kValid = conv("strides=[1,1] dilations=[1,1] pads=[0,0,0,0]");

/// Where the image is zero around the pixels that a network without biases sees, padding and image are the same.
TEST(WithoutPadding, ZerosAroundAreThePadding) {
  const Graph patch = random_graph_from_text(
      "graph patch\ninput %x f32[1x2x12x12]\nconstant %v f32[3x2x3x3] ...\nconstant %w f32[3x3x3x3] ...\n"
      "%a f32[1x3x12x12] = conv2d(%x, %v)" +
      kSame +
      "%r f32[1x3x12x12] = relu(%a)\n"
      "%b f32[1x3x12x12] = conv2d(%r, %w)" +
      kSame + "%y f32[1x3x12x12] = relu(%b)\noutput %y\n");
  const WithoutPadding found = without_padding(patch);
  EXPECT_EQ(found.margin, (Margins{Margin{2, 2}, Margin{2, 2}}));
  Tensor large(DType::f32, Shape{1, 2, 16, 16}), small(DType::f32, Shape{1, 2, 12, 12});
  for (int64_t i = 0; i < 2 * 64; ++i) {
    const int64_t c = i / 64, y = i / 8 % 8, x = i % 8;
    large.as<float>()[(c * 16 + y + 4) * 16 + x + 4] = small.as<float>()[(c * 12 + y + 2) * 12 + x + 2] =
        static_cast<float>(i % 7) - 3;
  }
  expect_near(result_of(found.graph, large), result_of(patch, small), 1e-6, "");
}

TEST(WithoutPadding, SkipsAreCropped) {
  const WithoutPadding found =
      rewritten("constant %w f32[2x2x3x3] ...\n%a f32[1x2x8x8] = conv2d(%x, %w)" + kSame +
                "%b f32[1x2x8x8] = conv2d(%a, %w)" + kSame + "%y f32[1x2x8x8] = add(%b, %x)\noutput %y\n");
  EXPECT_EQ(found.margin, (Margins{Margin{2, 2}, Margin{2, 2}}));
  EXPECT_EQ(found.nodes, (std::vector<std::string>{"node 'a' (conv2d)", "node 'b' (conv2d)"}));
  EXPECT_EQ(nodes_text(found.graph), "%a = conv2d(%x, f32[2x2x3x3])" + kValid + "%b = conv2d(%a, f32[2x2x3x3])" +
                                         kValid +
                                         "%x.crop = slice(%x) begin=[0,0,2,2] size=[1,2,8,8] step=[1,1,1,1]\n"
                                         "%y = add(%b, %x.crop)\n");
}

/// The margin before is a whole number of strides, and more where the padding begins earlier.
TEST(WithoutPadding, StridesAndUnevenPadding) {
  const WithoutPadding found = rewritten(
      "constant %w f32[2x2x3x3] ...\n%a f32[1x2x4x4] = conv2d(%x, %w)" +
      conv("strides=[2,2] dilations=[1,1] pads=[0,0,1,1]") +
      "%y f32[1x2x4x4] = max_pool2d(%a) kernel=[2,2] strides=[1,1] dilations=[1,1] pads=[1,0,0,1] ceil_mode=0 "
      "with_indices=0 index_order=row_major\noutput %y\n");
  EXPECT_EQ(found.margin, (Margins{Margin{2, 1}, Margin{0, 3}}));
  EXPECT_EQ(nodes_text(found.graph),
            "%a = conv2d(%x, f32[2x2x3x3])" + conv("strides=[2,2] dilations=[1,1] pads=[0,0,0,0]") +
                "%y = max_pool2d(%a) kernel=[2,2] strides=[1,1] dilations=[1,1] pads=[0,0,0,0] ceil_mode=0 "
                "with_indices=0 index_order=row_major\n");
}

/// A gate by the mean of the patch is the patch's own: padding behind it stays.
TEST(WithoutPadding, PaddingBehindTheWholePatchStays) {
  const WithoutPadding found =
      rewritten("constant %w f32[2x2x3x3] ...\n%a f32[1x2x8x8] = conv2d(%x, %w)" + kSame +
                "%m f32[1x2x1x1] = reduce(%a) kind=mean axes=[2,3] keepdims=1\n%g f32[1x2x8x8] = mul(%a, %m)\n"
                "%y f32[1x2x8x8] = conv2d(%g, %w)" +
                kSame + "output %y\n");
  EXPECT_EQ(found.nodes, std::vector<std::string>{"node 'a' (conv2d)"});
  EXPECT_EQ(found.margin, (Margins{Margin{1, 1}, Margin{1, 1}}));
  EXPECT_EQ(nodes_text(found.graph), "%a = conv2d(%x, f32[2x2x3x3])" + kValid +
                                         "%m = reduce(%a) kind=mean axes=[2,3] keepdims=1\n%g = mul(%a, %m)\n"
                                         "%y = conv2d(%g, f32[2x2x3x3])" +
                                         kSame);
}

/// A part of the patch has neighbours within the patch.
TEST(WithoutPadding, PartsOfThePatch) {
  const WithoutPadding found = rewritten(
      "constant %w f32[2x2x3x3] ...\n%a f32[1x2x6x7] = slice(%x) begin=[0,0,1,0] size=[1,2,6,7] step=[1,1,1,1]\n"
      "%y f32[1x2x6x7] = conv2d(%a, %w)" +
      kSame + "output %y\n");
  EXPECT_EQ(found.margin, (Margins{Margin{0, 0}, Margin{1, 0}}));
  EXPECT_EQ(found.graph.type(found.graph.inputs[0]).shape, (Shape{1, 2, 8, 9}));
}

/// Channels last: the new network takes planes.
TEST(WithoutPadding, TransposedImages) {
  const WithoutPadding found = rewritten(
      "constant %w f32[1x3x3x3] ...\n%p f32[1x3x6x8] = transpose(%x) perm=[0,3,1,2]\n"
      "%y f32[1x1x6x8] = conv2d(%p, %w)" +
          kSame + "output %y\n",
      "f32[1x6x8x3]");
  EXPECT_EQ(found.graph.type(found.graph.inputs[0]).shape, (Shape{1, 3, 8, 10}));
  EXPECT_EQ(nodes_text(found.graph), "%y = conv2d(%x, f32[1x3x3x3])" + kValid);
}

}  // namespace
}  // namespace convoy
