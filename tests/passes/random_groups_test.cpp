// Groups of random networks: every node is in one group, the order can run, and computing group by group gives
// the same as computing node by node.
#include "passes/passes.h"
#include "passes/random_network.h"

namespace convoy {
namespace {

/// Evaluates group by group; what a group does not show of its values is forgotten after it.
std::vector<Tensor> evaluate_groups(const GroupedGraph& grouped, const std::vector<Tensor>& inputs) {
  const Graph& graph = grouped.graph;
  std::vector<Tensor> values(graph.values.size());
  for (size_t i = 0; i < inputs.size(); ++i) values[graph.inputs[i]] = inputs[i];
  for (size_t id = 0; id < values.size(); ++id) {
    if (graph.values[id].constant) values[id] = *graph.values[id].constant;
  }
  for (const Group& group : grouped.groups) {
    std::vector<Tensor> local(values.size());
    for (ValueId id : group.inputs) local[id] = values[id];
    for (int32_t index : group_members(group)) {
      const Node& node = graph.nodes[index];
      std::vector<const Tensor*> operands;
      for (ValueId id : node.inputs) {
        operands.push_back(id == kAbsent ? nullptr : &local[id]);
        EXPECT_FALSE(id != kAbsent && local[id].empty()) << describe(node) << " reads " << graph.value(id).name;
      }
      std::vector<Tensor> results = {Tensor(graph.type(node.outputs[0]))};
      node.op->reference(operands, results);
      local[node.outputs[0]] = results[0];
    }
    values[group.output] = local[group.output];
  }
  return values;
}

void check_network(unsigned seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  const GroupedGraph grouped = make_groups(RandomNetwork(seed).build(5 + static_cast<int>(seed % 40)));
  ASSERT_EQ(verify_groups(grouped), std::vector<std::string>());
  std::mt19937 random(seed);
  std::vector<Tensor> inputs;
  for (ValueId id : grouped.graph.inputs) inputs.push_back(random_tensor(grouped.graph.type(id), random));
  const std::vector<Tensor> expected = evaluate(grouped.graph, inputs), found = evaluate_groups(grouped, inputs);
  for (ValueId id : grouped.graph.outputs) expect_near(found[id], expected[id], 0, grouped.graph.value(id).name);
}

TEST(RandomGroups, ComputeTheSameAsNodes) {
  for (unsigned seed = 1; seed <= 300 && !::testing::Test::HasFailure(); ++seed) check_network(seed);
}

}  // namespace
}  // namespace convoy
