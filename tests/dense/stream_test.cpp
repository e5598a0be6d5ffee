// Strips of rows, one after the other, against the image as a whole.
#include "dense/stream.h"

#include "dense/densify.h"
#include "dense/random_patch_network.h"
#include "graph/text.h"
#include "passes/pass_test.h"
#include "support/int_math.h"

namespace convoy {
namespace {

/// Rows [begin, begin + count) of 1 x C x H x W; zeros beyond its end.
Tensor rows_of(const Tensor& image, int64_t begin, int64_t count) {
  const Shape& shape = image.shape();
  Tensor rows(DType::f32, Shape{1, shape[1], count, shape[3]});
  for (int64_t i = 0; i < rows.elems(); ++i) {
    const int64_t c = i / (count * shape[3]), y = begin + i / shape[3] % count, x = i % shape[3];
    if (y < shape[2]) rows.as<float>()[i] = image.as<float>()[(c * shape[2] + y) * shape[3] + x];
  }
  return rows;
}

/// Compares rows [begin, ...) of the whole result with a run's, as far as both have them.
void expect_rows(const Tensor& whole, int64_t begin, const Tensor& run, const std::string& what) {
  const Shape &all = whole.shape(), &part = run.shape();
  for (int64_t i = 0; i < run.elems(); ++i) {
    const int64_t c = i / (part[2] * part[3]), y = begin + i / part[3] % part[2], x = i % part[3];
    if (y < 0 || y >= all[2]) continue;
    const double expected = whole.as<float>()[(c * all[2] + y) * all[3] + x];
    ASSERT_NEAR(run.as<float>()[i], expected, 1e-5 * std::max(1.0, std::abs(expected))) << what << " row " << y;
  }
}

void expect_stream(const Graph& dense, int64_t input_rows) {
  std::string refusal;
  const auto strips = stream(dense, input_rows, Edges::none, refusal);
  ASSERT_TRUE(strips) << refusal << to_text(dense);
  ASSERT_EQ(verify(strips->graph), std::vector<std::string>());
  std::mt19937 random(1);
  const Tensor image = random_tensor(dense.type(dense.inputs[0]), random, -1, 1);
  const Tensor whole = evaluate(dense, {image})[dense.outputs[0]];
  std::vector<Tensor> inputs;
  for (ValueId id : strips->graph.inputs) inputs.push_back(Tensor(strips->graph.type(id)));
  const int64_t runs = ceil_div(whole.shape()[2] + strips->delay, strips->output_rows);
  for (int64_t t = 0; t < runs; ++t) {
    inputs[0] = rows_of(image, t * input_rows, input_rows);
    const std::vector<Tensor> values = evaluate(strips->graph, inputs);
    const auto output = [&](size_t i) { return values[strips->graph.outputs[i]]; };
    expect_rows(whole, t * strips->output_rows - strips->delay, output(0), to_text(dense) + to_text(strips->graph));
    for (size_t i = 1; i < inputs.size(); ++i) inputs[i] = output(i);
  }
}

TEST(Stream, MadeUpNetworks) {
  int streamed = 0;
  for (unsigned seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    const RandomPatchNetwork network = random_patch_network(seed);
    const PatchGeometry geometry = patch_geometry(network.graph, {.step = network.step, .block = network.block});
    const DenseNetwork dense = densify(network.graph, geometry, {9, 2});
    if (!dense.not_shared.empty()) continue;
    expect_stream(dense.graph, network.step * (1 + seed % 3));
    if (testing::Test::HasFatalFailure()) return;
    ++streamed;
  }
  EXPECT_GT(streamed, 100);
}

/// Runs of which all rows lie in the image take the network without masks, others that with.
void expect_image_stream(const Graph& network, int64_t input_rows) {
  std::string refusal;
  const auto middle = stream(network, input_rows, Edges::none, refusal);
  const auto edge = stream(network, input_rows, Edges::masked, refusal);
  ASSERT_TRUE(middle && edge) << refusal << to_text(network);
  ASSERT_EQ(verify(edge->graph), std::vector<std::string>());
  ASSERT_EQ(verify(middle->graph), std::vector<std::string>());
  std::mt19937 random(1);
  const Tensor image = random_tensor(network.type(network.inputs[0]), random, -1, 1);
  const Tensor whole = evaluate(network, {image})[network.outputs[0]];
  std::vector<Tensor> states;
  for (int input : edge->states) states.push_back(Tensor(edge->graph.type(edge->graph.inputs[input])));
  int64_t unmasked = 0;
  const int64_t runs = ceil_div(whole.shape()[2] + edge->delay, edge->output_rows);
  for (int64_t t = 0; t < runs; ++t) {
    const bool inside = edge->edges.inside(t);
    const StreamNetwork& strips = inside ? *middle : *edge;
    unmasked += inside;
    std::vector<Tensor> inputs(strips.graph.inputs.size());
    inputs[0] = rows_of(image, t * input_rows, input_rows);
    for (size_t i = 0; i < states.size(); ++i) inputs[strips.states[i]] = states[i];
    for (const RowClamp& clamp : strips.edges.clamps) {
      Tensor rows(DType::i64, Shape{clamp.total});
      for (int64_t r = 0; r < clamp.total; ++r) {
        const int64_t first = t * clamp.count + clamp.lead;
        const int64_t row = std::min(std::max<int64_t>(first + r, 0), clamp.height - 1);
        rows.as<int64_t>()[r] = std::min(std::max<int64_t>(row - first, 0), clamp.total - 1);
      }
      inputs[clamp.input] = rows;
    }
    for (const RowMask& mask : strips.edges.masks) {
      Tensor values(DType::f32, Shape{1, 1, mask.count, 1});
      for (int64_t r = 0; r < mask.count; ++r) {
        const int64_t row = t * mask.count + mask.lead + r;
        values.as<float>()[r] = row >= 0 && row < mask.height ? 1 : 0;
      }
      inputs[mask.input] = values;
    }
    const std::vector<Tensor> values = evaluate(strips.graph, inputs);
    expect_rows(whole, t * strips.output_rows - strips.delay, values[strips.graph.outputs[0]],
                to_text(network) + to_text(strips.graph));
    for (size_t i = 0; i < states.size(); ++i) states[i] = values[strips.graph.outputs[i + 1]];
  }
  EXPECT_TRUE(unmasked > 0 || edge->edges.empty());
}

TEST(Stream, ImageNetworksThatPad) {
  const auto expect = [](const std::string& nodes, int64_t rows) {
    const Graph graph = random_graph_from_text(
        "graph g\ninput %x f32[1x2x64x6]\nconstant %w f32[2x2x3x3] ...\n"
        "constant %b f32[2] ...\nconstant %t f32[2x2x4x4] ...\n" +
        nodes + "output %y\n");
    SCOPED_TRACE(nodes);
    expect_image_stream(graph, rows);
  };
  const std::string same = " strides=[1,1] dilations=[1,1] pads=[1,1,1,1] group=1\n";
  const std::string denoise = "%a f32[1x2x64x6] = conv2d(%x, %w, %b)" + same +
                              "%c f32[1x2x64x6] = sigmoid(%a)\n"
                              "%d f32[1x2x64x6] = conv2d(%c, %w, %b)" +
                              same + "%y f32[1x2x64x6] = sub(%x, %d)\n";
  for (int64_t rows : {1, 3, 8, 17}) expect(denoise, rows);
  for (int64_t rows : {2, 8}) {
    expect(
        "%a f32[1x2x64x6] = conv2d(%x, %w, %b) strides=[1,1] dilations=[2,1] pads=[1,1,3,1] group=1\n"
        "%y f32[1x2x32x3] = conv2d(%a, %w, %b) strides=[2,2] dilations=[1,1] pads=[1,1,1,1] group=1\n",
        rows);
    expect("%a f32[1x2x64x6] = conv2d(%x, %w, %b)" + same +
               "%y f32[1x2x128x12] = conv_transpose2d(%a, %t, %b) strides=[2,2] dilations=[1,1] pads=[1,1,1,1] "
               "output_padding=[0,0] group=1\n",
           rows);
    expect(
        "%y f32[1x2x193x21] = conv_transpose2d(%x, %t, %b) strides=[3,3] dilations=[1,1] pads=[0,0,1,0] "
        "output_padding=[1,2] group=1\n",
        rows);
    expect(
        "%y f32[1x2x66x8] = conv_transpose2d(%x, %w, %b) strides=[1,1] dilations=[1,1] pads=[0,0,0,0] "
        "output_padding=[0,0] group=1\n",
        rows);
    for (int64_t up : {2, 4}) {
      expect(fmt::format("%a f32[1x2x64x6] = conv2d(%x, %w, %b){}%c f32[1x2x{}x12] = resize(%a) mode=linear "
                         "coordinates=half_pixel nearest=floor cubic_coeff_a=-0.75 exclude_outside=0 antialias=0 "
                         "extrapolation_value=0 scales=[1,1,{},2] roi=[] shape=[1,2,{},12]\n"
                         "%y f32[1x2x{}x12] = conv2d(%c, %w, %b){}",
                         same, 64 * up, up, 64 * up, 64 * up, same),
             rows);
    }
    // A UNet of one level.
    expect("%a f32[1x2x64x6] = conv2d(%x, %w, %b)" + same +
               "%p f32[1x2x32x3] = max_pool2d(%a) kernel=[2,2] "
               "strides=[2,2] dilations=[1,1] pads=[0,0,0,0] ceil_mode=0 with_indices=0 index_order=row_major\n"
               "%c f32[1x2x32x3] = conv2d(%p, %w, %b)" +
               same +
               "%u f32[1x2x64x6] = resize(%c) mode=nearest coordinates=asymmetric nearest=floor cubic_coeff_a=-0.75 "
               "exclude_outside=0 antialias=0 extrapolation_value=0 scales=[1,1,2,2] roi=[] shape=[1,2,64,6]\n"
               "%j f32[1x4x64x6] = concat(%a, %u) axis=1\n%s f32[1x2x64x6] = slice(%j) begin=[0,1,0,0] step=[1,1,1,1] "
               "size=[1,2,64,6]\n%y f32[1x2x64x6] = conv2d(%s, %w, %b)" +
               same,
           rows);
  }
}

TEST(Stream, RefusesWhatNeedsAllRows) {
  std::string refusal;
  const auto refused = [&](const std::string& node) {
    const Graph graph = random_graph_from_text(
        "graph g\ninput %x f32[1x2x8x8]\nconstant %w f32[2x2x3x3] ...\n%y f32[1x2x8x8] = " + node + "\noutput %y\n");
    return !stream(graph, 4, Edges::masked, refusal);
  };
  EXPECT_TRUE(refused("transpose(%x) perm=[0,1,3,2]"));
  EXPECT_EQ(refusal, "node 'y' (transpose) needs more than some rows at a time");
  EXPECT_TRUE(
      refused("max_pool2d(%x) kernel=[3,3] strides=[1,1] dilations=[1,1] pads=[1,1,1,1] ceil_mode=0 "
              "with_indices=0 index_order=row_major"));
}

}  // namespace
}  // namespace convoy
