// A kernel that computes something wrong, as `convoy compare` reports it.
#include "cli/comparison_text.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/three_convolutions.h"

namespace convoy::cli {
namespace {

/// Instead of the kernel that was compiled for the step: 1000 everywhere.
void replace_kernel(Plan& plan, const std::string& name) {
  const auto step =
      std::find_if(plan.steps.begin(), plan.steps.end(), [&](const PlanStep& s) { return s.name == name; });
  ASSERT_NE(step, plan.steps.end());
  ASSERT_GE(step->kernel, 0) << name << " has no kernel";
  step->kernel = -1;
  step->host = [dst = step->args.size() - 1, elems = step->output.shape.elems()](void* const* args) {
    std::fill_n(static_cast<float*>(args[dst]), elems, 1000.0f);
  };
}

Comparison compare_with_wrong_kernel(const std::string& layer) {
  const Graph graph = three_convolutions();
  CompareOptions options;
  options.compile.use_cache = false;
  if (!layer.empty()) options.plan_hook = [&](Plan& plan) { replace_kernel(plan, layer); };
  return compare_layers(graph, {ramp(graph.type(graph.inputs[0]))}, options);
}

TEST(ComparisonText, NamesTheLayerWithTheWrongKernel) {
  for (const std::string layer : {"conv_a", "conv_b", "conv_c"}) {
    const Comparison comparison = compare_with_wrong_kernel(layer);
    const Verdict verdict = judge(first_difference(comparison, 1e-4), 1e-4);
    EXPECT_EQ(verdict.exit_code, 1);
    EXPECT_EQ(verdict.text.find("The first to differ by more than 0.0001: '" + layer + "' (conv2d_"), 0u)
        << verdict.text;
    const std::string table = layers_text(comparison.layers, 1e-4);
    const size_t mark = table.find("<-- differs");
    ASSERT_NE(mark, std::string::npos) << table;
    const std::string line = table.substr(table.rfind('\n', mark) + 1);
    EXPECT_NE(line.substr(0, line.find('\n')).find(layer), std::string::npos) << table;
  }
}

TEST(ComparisonText, RightKernels) {
  const Comparison comparison = compare_with_wrong_kernel("");
  const Verdict verdict = judge(first_difference(comparison, 1e-4), 1e-4);
  EXPECT_EQ(verdict.exit_code, 0);
  EXPECT_EQ(verdict.text, "All within 0.0001 of the largest reference value.");
  EXPECT_EQ(layers_text(comparison.layers, 1e-4).find("differs"), std::string::npos);
}

}  // namespace
}  // namespace convoy::cli
