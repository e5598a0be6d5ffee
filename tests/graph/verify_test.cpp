#include <gtest/gtest.h>

#include <functional>

#include "graph/graph.h"
#include "graph/text.h"
#include "support/expect_error.h"

namespace convoy {
namespace {

Graph sound_graph() {
  return graph_from_text(R"(graph g
input %x f32[2]
constant %c f32[1] 3
%a f32[2] = add(%x, %c) @first
%b f32[2] = relu(%a) @second
output %b
)");
}

/// Ids of the values above.
constexpr ValueId kX = 0, kC = 1, kA = 2, kB = 3;

struct Damage {
  const char* violation;
  std::function<void(Graph&)> apply;
};

TEST(Verify, AcceptsASoundGraph) {
  EXPECT_TRUE(verify(sound_graph()).empty());
  check(sound_graph(), "nothing");
}

TEST(Verify, FindsEveryViolation) {
  const Damage damages[] = {
      {"network input 9 is no value", [](Graph& g) { g.inputs.push_back(9); }},
      {"network output -1 is no value", [](Graph& g) { g.outputs.push_back(kAbsent); }},
      {"node 'second' (relu): input 9 is no value", [](Graph& g) { g.nodes[1].inputs[0] = 9; }},
      {"node 'second' (relu): output -1 is no value", [](Graph& g) { g.nodes[1].outputs[0] = kAbsent; }},
      {"node 'second' has no operator", [](Graph& g) { g.nodes[1].op = nullptr; }},
      {"a value has no name", [](Graph& g) { g.values[kA].name = ""; }},
      {"two values are named 'x'", [](Graph& g) { g.values[kA].name = "x"; }},
      {"two nodes are named 'first'", [](Graph& g) { g.nodes[1].name = "first"; }},
      {"'x' is computed by no node and is neither input nor constant", [](Graph& g) { g.inputs.clear(); }},
      {"'c' is a network input and a constant", [](Graph& g) { g.inputs.push_back(kC); }},
      {"'a' is an output of node 'first' (add) and an output of node 'second' (relu)",
       [](Graph& g) { g.nodes[1].outputs.push_back(kA); }},
      {"'a' is an output of node 'first' (add) (node 0), its producer says 1",
       [](Graph& g) { g.values[kA].producer = 1; }},
      {"node 'first' (add) reads 'b' before it is computed", [](Graph& g) { g.nodes[0].inputs[0] = kB; }},
      {"constant 'c' has no data", [](Graph& g) { g.values[kC].constant = Tensor(); }},
      {"constant 'c' is f32[1], its data is f32[2]", [](Graph& g) { g.values[kC].constant = Tensor(DType::f32, {2}); }},
      {"'b' is a network output twice", [](Graph& g) { g.outputs.push_back(kB); }},
      {"node 'first' (add): output 'a' is f32[3], its operator gives f32[2]",
       [](Graph& g) { g.values[kA].type.shape = {3}; }},
      {"node 'second' (relu): expects 1 inputs, got 2", [](Graph& g) { g.nodes[1].inputs.push_back(kX); }},
  };
  for (const Damage& damage : damages) {
    Graph graph = sound_graph();
    damage.apply(graph);
    const std::vector<std::string> found = verify(graph);
    EXPECT_NE(std::find(found.begin(), found.end(), damage.violation), found.end())
        << damage.violation << "\nfound: " << (found.empty() ? "nothing" : found[0]);
    expect_error(ErrorKind::internal, "after a pass: ", [&] { check(graph, "a pass"); });
  }
}

TEST(Verify, ReportsAllViolations) {
  Graph graph = sound_graph();
  graph.values[kA].name = "x";
  graph.nodes[1].name = "first";
  EXPECT_EQ(verify(graph).size(), 2u);
}

}  // namespace
}  // namespace convoy
