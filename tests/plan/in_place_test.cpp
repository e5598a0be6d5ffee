// Results that take the place of an operand which is read for the last time.
#include <gtest/gtest.h>

#include "passes/pass_test.h"
#include "passes/passes.h"
#include "plan/plan.h"
#include "runtime/compile.h"

namespace convoy {
namespace {

constexpr int64_t kTensorBytes = 4 * 32 * 24 * 24;

/// `lines` compute %d of %a, %b and weights %w, all of as many bytes but the weights.
std::string network(const std::string& lines, const std::string& more = "") {
  const std::string pool = "kernel=[3,3] strides=[1,1] pads=[1,1,1,1]";
  return "graph g\ninput %x f32[1x32x24x24]\nconstant %w f32[32x32x3x3] ...\n"
         "%a f32[1x32x24x24] = max_pool2d(%x) " +
         pool + " @a\n%b f32[1x32x24x24] = max_pool2d(%a) " + pool + " @b\n" + lines +
         "%y f32[1x1x24x24] = reduce(%d) kind=sum axes=[1] keepdims=1 @total\n" + more + "output %y\n";
}

std::string residual(const std::string& input, const std::string& operand) {
  return "%c f32[1x32x24x24] = conv2d(%" + input +
         ", %w, _) strides=[1,1] dilations=[1,1] pads=[1,1,1,1] group=1 @conv\n"
         "%d f32[1x32x24x24] = add(%c, %" +
         operand + ") @sum\n";
}

CompileOptions options_for(const std::string& impl, const std::string& isa = "") {
  return {.threads = 2, .isa = isa, .set_impl = {{"*", impl}}, .use_cache = false, .use_tuning = false};
}

int64_t tensors_in_arena(const std::string& text, const std::string& impl) {
  const CompileOptions options{.threads = 1, .use_tuning = false};
  const Target target = make_target(options);
  ChoiceOptions choice;
  choice.forced = {{"conv2d", impl}};
  const Plan plan = make_plan(make_groups(random_graph_from_text(text)), target, choice);
  return (plan.arena_bytes + kTensorBytes - 1) / kTensorBytes;
}

TEST(InPlace, TheResultReplacesAResidual) {
  for (const char* impl : {"conv2d_winograd4x4", "conv2d_direct"}) {
    EXPECT_EQ(tensors_in_arena(network(residual("b", "a")), impl), 2) << impl;
  }
}

TEST(InPlace, NotWhatIsReadLater) {
  const std::string later = "%z f32[1x1x24x24] = reduce(%a) kind=max axes=[1] keepdims=1 @most\noutput %z\n";
  EXPECT_EQ(tensors_in_arena(network(residual("b", "a"), later), "conv2d_direct"), 3);
}

TEST(InPlace, NotWhatOthersSeeThroughAView) {
  const std::string later =
      "%f f32[1x18432] = reshape(%a) shape=[1,18432] @flat\n"
      "%z f32[1x1] = reduce(%f) kind=max axes=[1] keepdims=1 @most\noutput %z\n";
  EXPECT_GE(tensors_in_arena(network(residual("b", "a"), later), "conv2d_direct"), 3);
}

/// The network's outputs.
std::vector<Tensor> run(const std::string& text, const CompileOptions& options) {
  const Graph graph = random_graph_from_text(text);
  const Program program = compile_graph(graph, options);
  Context context(program);
  std::mt19937 random(5);
  const Tensor input = random_tensor(graph.type(graph.inputs[0]), random);
  std::copy_n(input.as<float>(), input.elems(), context.input(0).as<float>());
  context.run();
  context.run();  // what the first run wrote over operands must not show in the second
  std::vector<Tensor> outputs;
  for (size_t i = 0; i < program.outputs().size(); ++i) outputs.push_back(context.output(static_cast<int>(i)));
  return outputs;
}

TEST(InPlace, ComputesTheSame) {
  const std::string add = "%d f32[1x32x24x24] = add(%b, %a) @sum\n";
  for (const std::string& text : {network(residual("b", "a")), network(residual("b", "b")), network(add)}) {
    CompileOptions reference = options_for("reference");
    const Tensor expected = run(text, reference)[0];
    for (const char* impl : {"conv2d_winograd4x4", "conv2d_winograd3x3_lean", "conv2d_direct"}) {
      CompileOptions options = reference;
      options.set_impl = {};
      if (text.find("conv2d") != std::string::npos) options.set_impl = {{"conv2d", impl}};
      const Tensor found = run(text, options)[0];
      for (int64_t i = 0; i < found.elems(); ++i) {
        ASSERT_NEAR(found.as<float>()[i], expected.as<float>()[i], 0.05) << impl << " at " << i << "\n" << text;
      }
    }
  }
}

}  // namespace
}  // namespace convoy
