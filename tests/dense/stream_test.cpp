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
  const auto strips = stream(dense, input_rows, refusal);
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

TEST(Stream, RefusesWhatNeedsAllRows) {
  std::string refusal;
  const auto refused = [&](const std::string& node) {
    const Graph graph = random_graph_from_text(
        "graph g\ninput %x f32[1x2x8x8]\nconstant %w f32[2x2x3x3] ...\n%y f32[1x2x8x8] = " + node + "\noutput %y\n");
    return !stream(graph, 4, refusal);
  };
  EXPECT_TRUE(refused("conv2d(%x, %w) strides=[1,1] dilations=[1,1] pads=[1,1,1,1] group=1"));
  EXPECT_EQ(refusal, "node 'y' (conv2d) needs more than some rows at a time");
  EXPECT_TRUE(refused("transpose(%x) perm=[0,1,3,2]"));
}

}  // namespace
}  // namespace convoy
