#include <gtest/gtest.h>

#include "graph/graph.h"
#include "graph/text.h"
#include "support/expect_error.h"

namespace convoy {
namespace {

Graph small_graph() {
  return graph_from_text(R"(graph g
input %x f32[2]
constant %c f32[1] 3
%a f32[2] = add(%x, %c)
%b f32[2] = mul(%a, %a)
%d f32[2] = sub(%b, %x)
output %d
output %a
)");
}

const Value& value_named(const Graph& graph, const std::string& name, ValueId& id) {
  for (id = 0; graph.value(id).name != name;) ++id;
  return graph.value(id);
}

TEST(Evaluate, ComputesTheOutputs) {
  const Graph graph = small_graph();
  const std::vector<Tensor> values = evaluate(graph, {Tensor::of<float>({1, -5})});
  EXPECT_EQ(values[graph.outputs[0]].as<float>()[0], 15.0f);
  EXPECT_EQ(values[graph.outputs[0]].as<float>()[1], 9.0f);
  EXPECT_EQ(values[graph.outputs[1]].as<float>()[1], -2.0f);
}

TEST(Evaluate, FreesValuesUnlessAskedToKeepThem) {
  const Graph graph = small_graph();
  const std::vector<Tensor> inputs = {Tensor::of<float>({1, 2})};
  ValueId b = 0;
  value_named(graph, "b", b);
  EXPECT_TRUE(evaluate(graph, inputs)[b].empty());
  const std::vector<Tensor> kept = evaluate(graph, inputs, true);
  for (const Tensor& value : kept) EXPECT_FALSE(value.empty());
  EXPECT_EQ(kept[b].as<float>()[0], 16.0f);
}

TEST(Evaluate, ChecksTheInputs) {
  const Graph graph = small_graph();
  expect_invalid("the network has 1 inputs, 0 are given", [&] { evaluate(graph, {}); });
  expect_invalid("input 'x' is f32[3], the network takes f32[2]", [&] {
    evaluate(graph, {Tensor::of<float>({1, 2, 3})});
  });
}

TEST(Evaluate, ErrorsNameTheNode) {
  const Graph graph = graph_from_text("graph g\ninput %x i32[1]\n%y i32[1] = div(%x, %x) @ratio\noutput %y\n");
  expect_invalid("node 'ratio' (div): division of 0 by zero", [&] { evaluate(graph, {Tensor::of<int32_t>({0})}); });
}

}  // namespace
}  // namespace convoy
