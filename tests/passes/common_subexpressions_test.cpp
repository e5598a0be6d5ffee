#include "passes/common_subexpressions.h"

#include "passes/pass_test.h"

namespace convoy {
namespace {

TEST(CommonSubexpressions, ComputesOnce) {
  expect_pass(common_subexpressions, R"(graph g
input %x f32[4]
constant %two f32[] 2
constant %zwei f32[] 2
%a f32[4] = mul(%x, %two)
%b f32[4] = mul(%x, %zwei)
%c f32[4] = relu(%a)
%d f32[4] = relu(%b)
%y f32[4] = add(%c, %d)
output %y
)",
              "%a = mul(%x, 2)\n%c = relu(%a) alpha=0 beta=0\n%y = add(%c, %c)\n", 0);
}

TEST(CommonSubexpressions, KeepsOneCopyOfEqualConstants) {
  const Graph after = expect_pass(common_subexpressions, R"(graph g
input %x f32[2]
constant %a f32[2] 1 2
constant %b f32[2] 1 2
constant %c f32[1x2] 1 2
%d f32[2] = add(%x, %a)
%e f32[2] = mul(%d, %b)
%y f32[1x2] = mul(%e, %c)
output %y
)",
                                  "%d = add(%x, 2[1 2])\n%e = mul(%d, 2[1 2])\n%y = mul(%e, 1x2[1 2])\n", 0);
  const auto constants =
      std::count_if(after.values.begin(), after.values.end(), [](const Value& value) { return value.constant; });
  EXPECT_EQ(constants, 2);
}

TEST(CommonSubexpressions, TellsAttributesAndInputsApart) {
  expect_unchanged(common_subexpressions, R"(graph g
input %x f32[2x2]
%a f32[2x2] = clip(%x) alpha=0 beta=1
%b f32[2x2] = clip(%x) alpha=0 beta=2
%c f32[2x2] = sub(%a, %b)
%d f32[2x2] = sub(%b, %a)
%y f32[2x2] = mul(%c, %d)
output %y
)");
}

TEST(CommonSubexpressions, KeepsTheNamesOfEqualOutputs) {
  expect_pass(common_subexpressions, R"(graph g
input %x f32[2]
%y f32[2] = relu(%x)
%z f32[2] = relu(%x)
output %y
output %z
)",
              "%y = relu(%x) alpha=0 beta=0\n%z = cast(%y) to=f32\n", 0);
}

}  // namespace
}  // namespace convoy
