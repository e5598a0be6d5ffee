#include "passes/without_quantization.h"

#include "passes/pass_test.h"
#include "passes/passes.h"

namespace convoy {
namespace {

void expect_floats(const std::string& text, const std::string& expected) {
  const Graph floats = without_quantization(random_graph_from_text("graph g\n" + text));
  EXPECT_EQ(verify(floats), std::vector<std::string>());
  EXPECT_EQ(nodes_text(floats), expected);
}

constexpr const char* kConvolution = R"(input %x f32[1x2x4x4]
constant %s f32[] 0.5
constant %z u8[] 3
constant %w i8[2x2x1x1] 1 2 3 4
constant %ws f32[2] 0.25 1
%q u8[1x2x4x4] = quantize(%x, %s, %z) to=u8 low=0 high=255
%a f32[1x2x4x4] = dequantize(%q, %s, %z)
%v f32[2x2x1x1] = dequantize(%w, %ws)
%c f32[1x2x4x4] = conv2d(%a, %v, _)
)";
constexpr const char* kFloatConvolution =
    "%c = conv2d(%x, 2x2x1x1[0.25 0.5 3 4], _) strides=[1,1] dilations=[1,1] pads=[0,0,0,0] group=1\n";

TEST(WithoutQuantization, ProductsAreOfFloats) {
  expect_floats(std::string(kConvolution) + R"(%r u8[1x2x4x4] = quantize(%c, %s, %z) to=u8 low=0 high=255
%y f32[1x2x4x4] = dequantize(%r, %s, %z)
output %y
)",
                std::string(kFloatConvolution).replace(1, 1, "y"));
}

/// Sums that are cut off at the zero point were a ReLU's; a pool's results were not negative before.
TEST(WithoutQuantization, BoundsAreAReluOfSums) {
  const std::string text = std::string(kConvolution) + R"(constant %none u8[] 0
%r u8[1x2x4x4] = quantize(%c, %s, %none) to=u8 low=0 high=255
%d f32[1x2x4x4] = dequantize(%r, %s, %none)
%p f32[1x2x4x4] = max_pool2d(%d) kernel=[3,3] pads=[1,1,1,1]
%t u8[1x2x4x4] = quantize(%p, %s, %none) to=u8 low=0 high=255
%y f32[1x2x4x4] = dequantize(%t, %s, %none)
output %y
)";
  expect_floats(text, std::string(kFloatConvolution) +
                          "%r/relu = relu(%c) alpha=0 beta=0\n"
                          "%y = max_pool2d(%r/relu) kernel=[3,3] strides=[1,1] dilations=[1,1] pads=[1,1,1,1] "
                          "ceil_mode=0 with_indices=0 index_order=row_major\n");
}

TEST(WithoutQuantization, GoesThroughWhatMovesNumbers) {
  expect_floats(R"(input %x f32[1x2x4x4]
constant %s f32[] 0.5
constant %z i8[] 3
%q i8[1x2x4x4] = quantize(%x, %s, %z) to=i8 low=-128 high=127
%p i8[1x4x4x4] = concat(%q, %q) axis=1
%t i8[4x16] = reshape(%p) shape=[4,16]
%y f32[4x16] = dequantize(%t, %s, %z)
output %y
)",
                "%p_1 = concat(%x, %x) axis=1\n%y = reshape(%p_1) shape=[4,16]\n");
}

/// As QLinearConv and QGemm are imported.
TEST(WithoutQuantization, SumsOfProductsAreOfFloats) {
  expect_floats(R"(input %x f32[1x2]
constant %s f32[] 0.5
constant %z u8[] 3
constant %w i8[2x2] 1 2 3 4
constant %b i32[2] 8 -4
constant %t f32[2] 0.25 2
%q u8[1x2] = quantize(%x, %s, %z) to=u8 low=0 high=255
%m i32[1x2] = matmul(%q, %w) trans_a=0 trans_b=1 src_zero=3 weights_zero=[1]
%a i32[1x2] = add(%m, %b)
%y f32[1x2] = dequantize(%a, %t) axis=1
output %y
)",
                "%m_1 = matmul(%x, 2x2[0 0.5 8 12]) trans_a=0 trans_b=1\n%y = add(%m_1, 2[2 -8])\n");
  expect_floats(R"(input %x f32[1x1x4x4]
constant %s f32[] 0.5
constant %w u8[2x1x1x1] 5 6
constant %b i32[2] 8 -4
constant %t f32[] 2
%q u8[1x1x4x4] = quantize(%x, %s) to=u8 low=0 high=255
%m i32[1x2x4x4] = conv2d(%q, %w, %b) weights_zero=[4,3]
%y f32[1x2x4x4] = dequantize(%m, %t)
output %y
)",
                "%y = conv2d(%x, 2x1x1x1[4 12], 2[16 -8]) strides=[1,1] dilations=[1,1] pads=[0,0,0,0] group=1\n");
}

TEST(WithoutQuantization, KeepsTheNetworksEndsAndScalesOfRunTime) {
  const std::string ends = R"(input %x u8[4]
constant %s f32[] 0.5
%a f32[4] = dequantize(%x, %s)
%b f32[4] = exp(%a)
%y u8[4] = quantize(%b, %s) to=u8 low=0 high=255
output %y
)";
  expect_floats(ends, nodes_text(graph_from_text("graph g\n" + ends)));
  const std::string scale = R"(input %x f32[4]
input %s f32[]
%q u8[4] = quantize(%x, %s) to=u8 low=0 high=255
%y f32[4] = dequantize(%q, %s)
output %y
)";
  expect_floats(scale, nodes_text(graph_from_text("graph g\n" + scale)));
}

/// The results differ from those of the numbers by what rounding them leaves: not by more than a few steps.
TEST(WithoutQuantization, ResultsAreNear) {
  const Graph graph = random_graph_from_text("graph g\n" + std::string(kConvolution) +
                                             R"(%r u8[1x2x4x4] = quantize(%c, %s, %z) to=u8 low=0 high=255
%d f32[1x2x4x4] = dequantize(%r, %s, %z)
%y f32[1x2x4x4] = leaky_relu(%d) alpha=0.1
output %y
)");
  const Graph floats = without_quantization(graph);
  Tensor x(graph.type(graph.inputs[0]));
  for (int64_t i = 0; i < x.elems(); ++i) x.as<float>()[i] = 0.1f * static_cast<float>(i % 19);
  const Tensor a = evaluate(graph, {x})[graph.outputs[0]], b = evaluate(floats, {x})[floats.outputs[0]];
  for (int64_t i = 0; i < a.elems(); ++i) EXPECT_NEAR(a.as<float>()[i], b.as<float>()[i], 2.1);
}

TEST(WithoutQuantization, SeesProductsOfIntegers) {
  const Graph graph = random_graph_from_text("graph g\n" + std::string(kConvolution) + "output %c\n");
  EXPECT_TRUE(multiplies_integers(run_passes(graph)));
  EXPECT_FALSE(multiplies_integers(run_passes(without_quantization(graph))));
}

}  // namespace
}  // namespace convoy
