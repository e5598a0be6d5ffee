#include "runtime/compare.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/three_convolutions.h"

namespace convoy {
namespace {

/// Adds to the first element of what the step computes.
void corrupt(Plan& plan, const std::string& name) {
  for (PlanStep& step : plan.steps) {
    if (step.name != name) continue;
    ASSERT_TRUE(step.host) << name << " is not computed on the host";
    step.host = [inner = step.host, output = step.args.size() - 1](void* const* args) {
      inner(args);
      static_cast<float*>(args[output])[0] += 0.5f;
    };
    return;
  }
  FAIL() << "no step " << name;
}

CompareOptions on_host() {
  CompareOptions options;
  options.compile.use_cache = false;
  options.compile.set_impl = {{"conv2d", "reference"}};
  return options;
}

TEST(CompareLayers, AgreesWithTheReference) {
  const Graph graph = three_convolutions();
  CompareOptions options;
  options.compile.use_cache = false;
  const Comparison comparison = compare_layers(graph, {ramp(graph.type(graph.inputs[0]))}, options);
  ASSERT_EQ(comparison.layers.size(), 4u);
  EXPECT_EQ(comparison.layers[1].name, "conv_b");
  EXPECT_EQ(comparison.layers[1].op, "conv2d");
  EXPECT_FALSE(comparison.layers[1].impl.empty());
  ASSERT_EQ(comparison.outputs.size(), 1u);
  EXPECT_EQ(first_difference(comparison, 1e-5), nullptr);
}

TEST(CompareLayers, InBf16) {
  const Graph graph = three_convolutions();
  CompareOptions options;
  options.compile.use_cache = false;
  options.compile.precision = Precision::bf16;
  const Comparison comparison = compare_layers(graph, {ramp(graph.type(graph.inputs[0]))}, options);
  ASSERT_EQ(comparison.layers.size(), 4u);
  EXPECT_EQ(comparison.layers[0].type.dtype, DType::bf16);
  EXPECT_EQ(comparison.layers[3].type.dtype, DType::f32) << "a network output keeps its type";
  EXPECT_EQ(first_difference(comparison, 2e-2), nullptr);
}

TEST(CompareLayers, NamesTheFirstWrongLayer) {
  const Graph graph = three_convolutions();
  const std::vector<Tensor> inputs = {ramp(graph.type(graph.inputs[0]))};
  for (const char* layer : {"conv_a", "conv_b", "conv_c"}) {
    CompareOptions options = on_host();
    options.plan_hook = [&](Plan& plan) { corrupt(plan, layer); };
    const Comparison comparison = compare_layers(graph, inputs, options);
    const ComparedLayer* first = first_difference(comparison, 1e-4);
    ASSERT_NE(first, nullptr);
    EXPECT_EQ(first->name, layer);
    EXPECT_EQ(first->difference.at, 0);
    EXPECT_NEAR(first->difference.max_abs, 0.5, 1e-5);
    EXPECT_GT(comparison.outputs[0].difference.relative(), 1e-4) << "the normal program is corrupted, too";
  }
}

TEST(Difference, IsRelativeToTheLargestValue) {
  const Difference d = difference(Tensor::of<float>({1, 10, 100.5f}), Tensor::of<float>({1, 10, 100}));
  EXPECT_EQ(d.max_abs, 0.5);
  EXPECT_EQ(d.at, 2);
  EXPECT_DOUBLE_EQ(d.relative(), 0.005);
}

TEST(Difference, NotFiniteValues) {
  const float inf = std::numeric_limits<float>::infinity();
  EXPECT_EQ(difference(Tensor::of<float>({NAN, inf, 1}), Tensor::of<float>({NAN, inf, 1})).max_abs, 0);
  EXPECT_EQ(difference(Tensor::of<float>({1, 2}), Tensor::of<float>({1, NAN})).max_abs, inf);
  EXPECT_EQ(difference(Tensor::of<float>({inf}), Tensor::of<float>({-inf})).max_abs, inf);
  EXPECT_EQ(difference(Tensor::of<float>({0}), Tensor::of<float>({0})).relative(), 0);
}

TEST(Difference, AcrossElementTypes) {
  EXPECT_EQ(difference(Tensor::of<int64_t>({3, 7}), Tensor::of<uint8_t>({3, 9})).max_abs, 2);
}

}  // namespace
}  // namespace convoy
