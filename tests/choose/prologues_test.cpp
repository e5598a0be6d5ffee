#include "choose/prologues.h"

#include <gtest/gtest.h>

#include "codegen/isa.h"
#include "passes/pass_test.h"
#include "passes/passes.h"
#include "runtime/compare.h"
#include "runtime/compile.h"

namespace convoy {
namespace {

constexpr const char* kNearest = "mode=nearest coordinates=asymmetric nearest=floor";

/// %part0, %part1, ... concatenated and convolved with a 3x3 window.
struct Network {
  std::string parts;  ///< lines that compute them
  std::vector<std::string> names, types;
  std::string joined;  ///< type of the concatenation
  int64_t channels = 0, outputs = 16;
  std::string pads = "[1,1,1,1]", result, more;

  std::string text() const {
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "%" : ", %") + name;
    const std::string input = names.size() == 1 ? names[0] : "joined";
    return "graph g\n" + parts +
           (names.size() == 1 ? "" : "%joined " + joined + " = concat(" + list + ") axis=1 @join\n") +
           fmt::format("constant %w f32[{}x{}x3x3] ...\n", outputs, channels) +
           fmt::format("%y {} = conv2d(%{}, %w, _) strides=[1,1] dilations=[1,1] pads={} group=1 @conv\n", result,
                       input, pads) +
           more + "output %y\n";
  }
};

/// A convolution of 16 channels and 16 enlarged ones.
Network skip_connection() {
  Network n;
  n.parts = std::string("input %a f32[1x16x24x36]\ninput %b f32[1x16x12x18]\n") +
            "%a1 f32[1x16x24x36] = relu(%a) @a1\n" + "%b1 f32[1x16x12x18] = relu(%b) @b1\n" +
            "%b2 f32[1x16x24x36] = resize(%b1) " + kNearest + " shape=[1,16,24,36] @up\n";
  n.names = {"a1", "b2"};
  n.joined = "f32[1x32x24x36]";
  n.channels = 32;
  n.result = "f32[1x16x24x36]";
  return n;
}

GroupedGraph fused(const Network& network, const ForcedImpls& forced = {}) {
  const Target target = make_target({.threads = 1});
  return fuse_prologues(make_groups(random_graph_from_text(network.text())), target, {.forced = forced});
}

std::vector<std::string> names_of_groups(const GroupedGraph& grouped) {
  std::vector<std::string> names;
  for (const Group& group : grouped.groups) names.push_back(group.name);
  return names;
}

using Names = std::vector<std::string>;

TEST(FusePrologues, ConcatAndResizeBeforeAConvolution) {
  const GroupedGraph grouped = fused(skip_connection());
  EXPECT_EQ(names_of_groups(grouped), (Names{"a1", "b1", "conv"}));
  EXPECT_EQ(grouped.groups.back().prologue.size(), 2u);
  EXPECT_EQ(verify_groups(grouped), Names());
}

TEST(FusePrologues, NotWhatOthersRead) {
  Network network = skip_connection();
  network.more = "%z f32[1x16x24x36] = sigmoid(%b2) @other\noutput %z\n";
  EXPECT_EQ(names_of_groups(fused(network)), (Names{"a1", "b1", "up", "conv", "other"}));
  network.more = "output %joined\n";
  EXPECT_EQ(names_of_groups(fused(network)), (Names{"a1", "b1", "up", "join", "conv"}));
}

TEST(FusePrologues, NotOtherEnlargements) {
  Network network = skip_connection();
  const size_t at = network.parts.find("mode=nearest");
  network.parts.replace(at, std::string("mode=nearest").size(), "mode=linear");
  EXPECT_EQ(names_of_groups(fused(network)), (Names{"a1", "b1", "up", "conv"}));
}

TEST(FusePrologues, NotWhenAnImplementationIsForcedThatCannot) {
  EXPECT_EQ(names_of_groups(fused(skip_connection(), {{"conv", "conv2d_direct"}})),
            (Names{"a1", "b1", "up", "join", "conv"}));
  EXPECT_EQ(names_of_groups(fused(skip_connection(), {{"conv2d", "conv2d_winograd4x4"}})), (Names{"a1", "b1", "conv"}));
  EXPECT_EQ(names_of_groups(fused(skip_connection(), {{"resize", "resize_nearest"}})),
            (Names{"a1", "b1", "up", "conv"}));
  // F(3x3) has tiles that begin within enlarged pixels.
  EXPECT_EQ(names_of_groups(fused(skip_connection(), {{"conv", "conv2d_winograd3x3"}})),
            (Names{"a1", "b1", "up", "conv"}));
}

/// Compiles with the implementation, expects that it takes its prologue, and compares with the reference.
void check_run(const Network& network, const std::string& impl, const std::string& isa) {
  SCOPED_TRACE(impl + " " + isa + "\n" + network.text());
  const Graph graph = random_graph_from_text(network.text());
  CompareOptions options;
  options.compile = {.threads = 2, .isa = isa, .set_impl = {{"conv", impl}}, .use_cache = false, .use_tuning = false};
  std::mt19937 random(3);
  std::vector<Tensor> inputs;
  for (ValueId id : graph.inputs) inputs.push_back(random_tensor(graph.type(id), random));
  const Comparison comparison = compare_layers(graph, inputs, options);
  for (const ComparedLayer& layer : comparison.layers) EXPECT_NE(layer.name, "join");
  EXPECT_EQ(first_difference(comparison, 1e-4), nullptr);
}

std::vector<Network> networks() {
  std::vector<Network> list = {skip_connection()};
  // Odd extents, a batch, no padding, three parts, the last with an incomplete vector of channels.
  Network three;
  three.parts = std::string("input %a f32[2x16x15x21]\ninput %b f32[2x32x5x7]\ninput %c f32[2x11x15x21]\n") +
                "%b2 f32[2x32x15x21] = resize(%b) " + kNearest + " shape=[2,32,15,21] @up\n";
  three.names = {"a", "b2", "c"};
  three.joined = "f32[2x59x15x21]";
  three.channels = 59;
  three.outputs = 21;
  three.pads = "[0,0,0,0]";
  three.result = "f32[2x21x13x19]";
  list.push_back(three);
  // An enlargement alone, of different factors, with uneven padding.
  Network alone;
  alone.parts =
      std::string("input %a f32[1x24x4x9]\n%b2 f32[1x24x8x9] = resize(%a) ") + kNearest + " shape=[1,24,8,9] @up\n";
  alone.names = {"b2"};
  alone.channels = 24;
  alone.pads = "[2,0,1,3]";
  alone.result = "f32[1x16x9x10]";
  list.push_back(alone);
  return list;
}

TEST(FusePrologues, KernelsReadSeveralTensors) {
  for (const std::string& isa : host_isa_names()) {
    for (const char* impl : {"conv2d_winograd6x6", "conv2d_winograd6x6_lean"}) {
      for (const Network& network : networks()) check_run(network, impl, isa);
    }
    for (const char* impl : {"conv2d_winograd2x2", "conv2d_winograd4x4", "conv2d_winograd4x4_lean"}) {
      check_run(networks().front(), impl, isa);
      check_run(networks().back(), impl, isa);
    }
  }
}

}  // namespace
}  // namespace convoy
