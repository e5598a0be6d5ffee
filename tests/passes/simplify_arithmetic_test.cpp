#include "passes/simplify_arithmetic.h"

#include "passes/pass_test.h"

namespace convoy {
namespace {

TEST(SimplifyArithmetic, DropsNeutralElements) {
  expect_pass(simplify_arithmetic, R"(graph g
input %x f32[2x3]
constant %one f32[1] 1
constant %zeros f32[2x3] 0 0 0 0 0 0
%a f32[2x3] = mul(%one, %x)
%b f32[2x3] = add(%a, %zeros)
%c f32[2x3] = div(%b, %one)
%d f32[2x3] = pow(%c, %one)
%y f32[2x3] = relu(%d)
output %y
)",
              "%y = relu(%x) alpha=0 beta=0\n", 0);
}

TEST(SimplifyArithmetic, KeepsNeutralElementsThatBroadcast) {
  expect_unchanged(simplify_arithmetic, R"(graph g
input %x f32[1x3]
constant %ones f32[2x3] 1 1 1 1 1 1
%y f32[2x3] = mul(%x, %ones)
output %y
)");
}

TEST(SimplifyArithmetic, MergesConstants) {
  expect_pass(simplify_arithmetic, R"(graph g
input %x f32[2x3]
constant %two f32[] 2
constant %row f32[3] 1 2 3
constant %four f32[] 4
%a f32[2x3] = mul(%x, %two)
%b f32[2x3] = mul(%row, %a)
%c f32[2x3] = div(%b, %four)
%d f32[2x3] = sub(%c, %row)
%y f32[2x3] = add(%d, %four)
output %y
)",
              "%c = mul(%x, 3[0.5 1 1.5])\n%y = add(%c, 3[3 2 1])\n");
}

TEST(SimplifyArithmetic, KeepsResultsThatAreUsedTwice) {
  expect_unchanged(simplify_arithmetic, R"(graph g
input %x f32[4]
constant %two f32[] 2
%a f32[4] = mul(%x, %two)
%b f32[4] = mul(%a, %two)
%y f32[4] = add(%a, %b)
output %y
)");
}

TEST(SimplifyArithmetic, DividesOnlyWhereTheProductIsEqual) {
  expect_unchanged(simplify_arithmetic, R"(graph g
input %x f32[4]
constant %three f32[] 3
%y f32[4] = div(%x, %three)
output %y
)");
}

TEST(SimplifyArithmetic, DoesNotMergeARowAndAColumn) {
  expect_unchanged(simplify_arithmetic, R"(graph g
input %x f32[2x3]
constant %row f32[1x3] 1 2 3
constant %column f32[2x1] 1 2
%a f32[2x3] = add(%x, %row)
%y f32[2x3] = add(%a, %column)
output %y
)");
}

TEST(SimplifyArithmetic, MergesClamps) {
  expect_pass(simplify_arithmetic, R"(graph g
input %x f32[64]
constant %zero f32[] 0
constant %six f32[] 6
%a f32[64] = relu(%x)
%b f32[64] = relu(%a)
%c f32[64] = clip(%b) alpha=-1 beta=3
%y f32[64] = clip(%c) alpha=0 beta=6
%d f32[64] = max(%zero, %x)
%e f32[64] = min(%d, %six)
%f f32[64] = max(%x, %zero)
%z f32[64] = add(%e, %f)
output %y
output %z
)",
              R"(%y = clip(%x) alpha=0 beta=3
%e = clip(%x) alpha=0 beta=6
%f = relu(%x) alpha=0 beta=0
%z = add(%e, %f)
)",
              0);
}

TEST(SimplifyArithmetic, WritesOneOperatorInOneWay) {
  expect_pass(simplify_arithmetic, R"(graph g
input %x f32[8]
constant %slope f32[8] 0.25 0.25 0.25 0.25 0.25 0.25 0.25 0.25
constant %two f32[] 2
%a f32[8] = prelu(%x, %slope)
%b f32[8] = pow(%x, %two)
%y f32[8] = add(%a, %b)
output %y
)",
              "%a = leaky_relu(%x) alpha=0.25 beta=0\n%b = mul(%x, %x)\n%y = add(%a, %b)\n", 0);
}

TEST(SimplifyArithmetic, KeepsAnOutputThatIsAnInput) {
  expect_unchanged(simplify_arithmetic, R"(graph g
input %x f32[8]
constant %one f32[] 1
%y f32[8] = mul(%x, %one)
output %y
)");
}

}  // namespace
}  // namespace convoy
