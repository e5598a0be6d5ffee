// Kernels that walk all pixels of a tensor as one row, where tensors lie in others and there are gaps between rows.
#include <gtest/gtest.h>

#include <random>

#include "passes/pass_test.h"
#include "runtime/compare.h"

namespace convoy {
namespace {

double worst_difference(const std::string& network, const std::vector<Shape>& shapes) {
  std::minstd_rand random(1);
  std::uniform_real_distribution<float> values(-1, 1);
  std::vector<Tensor> inputs;
  for (const Shape& shape : shapes) {
    inputs.emplace_back(DType::f32, shape);
    for (int64_t i = 0; i < shape.elems(); ++i) inputs.back().as<float>()[i] = values(random);
  }
  CompareOptions options;
  options.compile.use_cache = false;
  options.compile.set_impl = {{"conv2d", "conv2d_strassen"}};
  double worst = 0;
  for (const ComparedLayer& output : compare_layers(random_graph_from_text(network), inputs, options).outputs)
    worst = std::max(worst, output.difference.relative());
  return worst;
}

constexpr const char* kAttributes = "strides=[1,1] dilations=[1,1] pads=[0,0,0,0] group=1";

TEST(EvenPixels, ResultsSideBySide) {
  EXPECT_LT(worst_difference(fmt::format(R"(graph g
input %x f32[1x32x4x6]
constant %v f32[32x32x1x1] ...
constant %w f32[32x32x1x1] ...
%a f32[1x32x4x6] = conv2d(%x, %v, _) {0} @first
%b f32[1x32x4x6] = conv2d(%x, %w, _) {0} @second
%y f32[1x32x4x12] = concat(%a, %b) axis=3 @join
output %y
)",
                                         kAttributes),
                             {Shape{1, 32, 4, 6}}),
            1e-5);
}

TEST(EvenPixels, PartsOfPicturesAndOperands) {
  EXPECT_LT(worst_difference(fmt::format(R"(graph g
input %x f32[2x32x5x8]
constant %w f32[32x32x1x1] ...
constant %s f32[32x1x1] ...
%r f32[2x32x5x8] = relu(%x) @r
%part f32[2x32x4x6] = slice(%r) begin=[0,0,1,1] size=[2,32,4,6] step=[1,1,1,1] @crop
%other f32[2x32x4x6] = slice(%r) begin=[0,0,0,2] size=[2,32,4,6] step=[1,1,1,1] @shift
%c f32[2x32x4x6] = conv2d(%part, %w, _) {0} @conv
%d f32[2x32x4x6] = mul(%c, %s) @scale
%y f32[2x32x4x6] = add(%d, %other) @add
output %y
)",
                                         kAttributes),
                             {Shape{2, 32, 5, 8}}),
            1e-5);
}

}  // namespace
}  // namespace convoy
