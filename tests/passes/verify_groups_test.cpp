#include "passes/pass_test.h"
#include "passes/passes.h"

namespace convoy {
namespace {

/// a + r, then b + y, where y = b + r.
GroupedGraph two_groups() {
  GroupedGraph grouped = make_groups(random_graph_from_text(R"(graph g
input %x f32[1x1x4x4]
%a f32[1x1x4x4] = avg_pool2d(%x) kernel=[1,1]
%r f32[1x1x4x4] = relu(%a)
%b f32[1x1x4x4] = max_pool2d(%r) kernel=[1,1]
%y f32[1x1x4x4] = add(%b, %r)
output %y
)"));
  EXPECT_EQ(grouped.groups.size(), 2u);
  EXPECT_EQ(verify_groups(grouped), std::vector<std::string>());
  return grouped;
}

void expect_violation(const GroupedGraph& grouped, const std::string& part) {
  const std::vector<std::string> violations = verify_groups(grouped);
  const bool found = std::any_of(violations.begin(), violations.end(), [&](const std::string& violation) {
    return violation.find(part) != std::string::npos;
  });
  EXPECT_TRUE(found) << "no '" << part << "' in: " << ::testing::PrintToString(violations);
}

TEST(VerifyGroups, Order) {
  GroupedGraph grouped = two_groups();
  std::swap(grouped.groups[0], grouped.groups[1]);
  expect_violation(grouped, "group 'b': reads 'r' before it is computed");
}

TEST(VerifyGroups, Partition) {
  GroupedGraph grouped = two_groups();
  grouped.groups[1].epilogue.clear();
  expect_violation(grouped, "node 'y' (add) is in 0 groups");
  grouped = two_groups();
  grouped.groups[0].epilogue.push_back(grouped.groups[1].epilogue[0]);
  expect_violation(grouped, "node 'y' (add) is in 2 groups");
}

TEST(VerifyGroups, Inputs) {
  GroupedGraph grouped = two_groups();
  grouped.groups[1].inputs.clear();
  expect_violation(grouped, "group 'b': its inputs are not the values it reads");
}

TEST(VerifyGroups, Output) {
  GroupedGraph grouped = two_groups();
  grouped.groups[0].output = grouped.graph.nodes[0].outputs[0];
  expect_violation(grouped, "group 'a': 'r' is visible outside");
  expect_violation(grouped, "group 'a': its output 'a' is not used outside");
  grouped.groups[0].output = grouped.graph.outputs[0];
  expect_violation(grouped, "group 'a': its output 'y' is none of its values");
}

TEST(VerifyGroups, Members) {
  GroupedGraph grouped = two_groups();
  grouped.groups[0].epilogue.push_back({grouped.groups[1].anchor});
  expect_violation(grouped, "group 'a': node 'b' (max_pool2d) is not elementwise");
  grouped.groups[0].epilogue[0].node = 99;
  expect_violation(grouped, "group 'a': member 99 is no node");
}

}  // namespace
}  // namespace convoy
