#include "passes/lower_precision.h"

#include "passes/pass_test.h"
#include "passes/passes.h"

namespace convoy {
namespace {

/// Names of the values that are stored as bf16.
std::set<std::string> lowered(const GroupedGraph& grouped) {
  std::set<std::string> names;
  for (ValueId id : grouped.stored_as_bf16) names.insert(grouped.graph.value(id).name);
  return names;
}

std::string kept(const GroupedGraph& grouped, const std::string& name) {
  for (const auto& [id, why] : grouped.kept_f32) {
    if (grouped.graph.value(id).name == name) return why;
  }
  return "";
}

GroupedGraph group_as_bf16(std::string_view text) {
  return make_groups(random_graph_from_text(text), Precision::bf16);
}

TEST(LowerPrecision, StoresWhatLiesBetweenGroups) {
  const GroupedGraph grouped = group_as_bf16(R"(graph g
input %x f32[1x4x8x8]
constant %w f32[4x4x1x1] ...
%a f32[1x4x8x8] = conv2d(%x, %w) group=1 strides=[1,1] pads=[0,0,0,0] dilations=[1,1]
%r f32[1x4x8x8] = relu(%a)
%y f32[1x4x8x8] = conv2d(%r, %w) group=1 strides=[1,1] pads=[0,0,0,0] dilations=[1,1]
output %y
)");
  EXPECT_EQ(lowered(grouped), std::set<std::string>{"r"}) << "not %a, which stays in registers";
  EXPECT_EQ(kept(grouped, "x"), "a network input");
  EXPECT_EQ(kept(grouped, "y"), "a network output");
  EXPECT_NE(to_text(grouped).find("%r f32[1x4x8x8] as bf16"), std::string::npos) << to_text(grouped);
  EXPECT_NE(to_text(grouped).find("as f32: a network output"), std::string::npos) << to_text(grouped);
}

TEST(LowerPrecision, LeavesF32NetworksAlone) {
  const GroupedGraph grouped =
      make_groups(random_graph_from_text("graph g\ninput %x f32[4]\n%a f32[4] = exp(%x)\n"
                                         "%b f32[4] = softmax(%a) axis=0 log=0\noutput %b\n"));
  EXPECT_TRUE(grouped.stored_as_bf16.empty());
  EXPECT_TRUE(grouped.kept_f32.empty());
}

TEST(LowerPrecision, KeepsWhatIntegersAreMadeOf) {
  const GroupedGraph grouped = group_as_bf16(R"(graph g
input %x f32[2x300]
input %n i64[300]
%a f32[2x300] = softmax(%x) axis=1 log=0
%i i64[2x1] = arg_reduce(%a) kind=max axis=1 keepdims=1 select_last=0
%f f32[300] = cast(%n) to=f32
%s f32[2x300] = softmax(%a) axis=1 log=0
%t f32[2x300] = reshape(%s) shape=[2,300]
%y f32[2x300] = add(%t, %f)
output %i
output %y
)");
  EXPECT_EQ(kept(grouped, "a"), "integers are computed from it");
  EXPECT_EQ(kept(grouped, "f"), "computed from integers");
  EXPECT_EQ(lowered(grouped), (std::set<std::string>{"s", "t"}));
}

TEST(LowerPrecision, KeepsViewsOfInputs) {
  const GroupedGraph grouped = group_as_bf16(R"(graph g
input %x f32[2x8]
%t f32[8x2] = transpose(%x) perm=[1,0]
%a f32[8x2] = softmax(%t) axis=1 log=0
%b f32[8x2] = softmax(%a) axis=1 log=0
output %b
)");
  EXPECT_EQ(kept(grouped, "t"), "a view of f32");
  EXPECT_EQ(lowered(grouped), std::set<std::string>{"a"});
}

}  // namespace
}  // namespace convoy
