#include "passes/straight_tables.h"

#include <fmt/ranges.h>

#include <cmath>

#include "ops/lookup.h"
#include "passes/pass_test.h"

namespace convoy {
namespace {

/// A graph that looks i8 up in a table of these results, from that of -128 on.
Graph looked_up(const std::function<int(int)>& function, const std::string& before, const std::string& src) {
  std::vector<int> results;
  for (int x = -128; x < 128; ++x) results.push_back(function(x));
  return graph_from_text(
      fmt::format("graph g\n{}constant %table i8[256] {}\n%y i8[300] = lookup({}, %table)\noutput %y\n", before,
                  fmt::join(results, " "), src));
}

std::string ops_of(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) names.push_back(node.op->name());
  return fmt::format("{}", fmt::join(names, " "));
}

/// The operators that the pass leaves, which have to give the same bits.
std::string straightened(const std::function<int(int)>& function, const std::string& before = "input %x i8[300]\n",
                         const std::string& src = "%x") {
  const Graph graph = looked_up(function, before, src), after = straight_tables(graph);
  std::mt19937 random(11);
  std::vector<Tensor> inputs;
  for (ValueId id : graph.inputs) inputs.push_back(random_tensor(graph.type(id), random, -200, 200));
  const Tensor expected = evaluate(graph, inputs)[graph.outputs[0]], found = evaluate(after, inputs)[after.outputs[0]];
  EXPECT_EQ(std::memcmp(expected.data(), found.data(), 300), 0) << to_text(after);
  return ops_of(after);
}

int clamped(double x) {
  return static_cast<int>(std::clamp(x, -128.0, 127.0));
}

TEST(StraightTables, AnotherScale) {
  const std::string scaled = "cast sub mul round add clip cast";
  EXPECT_EQ(straightened([](int x) { return clamped(std::nearbyint((x + 5) * 0.7311) + 9); }), scaled);
  EXPECT_EQ(straightened([](int x) { return clamped(std::nearbyint((x - 3) * 2.2) - 1); }), scaled);
  EXPECT_EQ(straightened([](int x) { return clamped(std::nearbyint((x - 3) * -0.4) - 1); }), scaled);
}

TEST(StraightTables, HalvesToEvenNumbersOrAway) {
  EXPECT_EQ(straightened([](int x) { return clamped(std::nearbyint(x * 0.5)); }).find("lookup"), std::string::npos);
  EXPECT_EQ(straightened([](int x) { return clamped(std::round((x + 7) * 0.5) - 3); }).find("lookup"),
            std::string::npos);
}

TEST(StraightTables, ReluOfAnotherScale) {
  EXPECT_EQ(straightened([](int x) { return clamped(std::nearbyint(std::max(0, x + 20) * 1.3) - 128); }).find("lookup"),
            std::string::npos);
}

TEST(StraightTables, ClipOfBytesThatOthersRead) {
  EXPECT_EQ(straightened([](int x) { return std::max(x, -20); }), "max");
  EXPECT_EQ(straightened([](int x) { return std::min(x, 6); }), "min");
  EXPECT_EQ(straightened([](int x) { return std::clamp(x, -20, 77); }), "max min");
}

constexpr const char* kRequantized =
    "input %s i32[300]\nconstant %m i32[] 1600000000\nconstant %e i32[] -8\n"
    "%x i8[300] = requantize(%s, %m, %e) to=i8 rounding=twice zero=-3 low=-100 high=120\n";
constexpr const char* kRounded =
    "input %f f32[300]\n%r f32[300] = round(%f) alpha=0 beta=0\n%c f32[300] = clip(%r) alpha=-128 beta=127\n"
    "%x i8[300] = cast(%c) to=i8\n";

TEST(StraightTables, ClipJoinsWhatMadeTheBytes) {
  EXPECT_EQ(straightened([](int x) { return std::clamp(x, -20, 127); }, kRequantized), "requantize");
  EXPECT_EQ(straightened([](int x) { return std::clamp(x, -20, 127); }, kRounded), "round clip clip cast");
}

TEST(StraightTables, ContinuesOnFloats) {
  EXPECT_EQ(straightened([](int x) { return clamped(std::nearbyint(x * 0.73)); }, kRounded),
            "round clip mul round clip cast");
}

TEST(StraightTables, LeavesOtherTables) {
  EXPECT_EQ(straightened([](int x) { return clamped(std::nearbyint(120 * std::tanh(x / 60.0))); }), "lookup");
  EXPECT_EQ(straightened([](int x) { return x < 0 ? x / 4 : x; }), "lookup");
  EXPECT_EQ(straightened([](int x) { return x == 17 ? 19 : x; }), "lookup");
}

TEST(StraightTables, ClipOperatorOfBytes) {
  const Graph graph = graph_from_text("graph g\ninput %x u8[300]\n%y u8[300] = clip(%x) alpha=3 beta=255\noutput %y\n");
  EXPECT_EQ(ops_of(straight_tables(graph)), "max");
}

}  // namespace
}  // namespace convoy
