#include "passes/drop_expand.h"

#include "passes/pass_test.h"

namespace convoy {
namespace {

TEST(DropExpand, LetsOperatorsBroadcast) {
  expect_pass(drop_expand, R"(graph g
input %x f32[1x4x2x2]
input %s f32[1x4x1x1]
%a f32[1x4x2x2] = expand(%s) shape=[1,4,2,2]
%b f32[1x4x2x2] = mul(%x, %a)
%y f32[1x4x2x2] = add(%a, %b)
output %y
)",
              "%b = mul(%x, %s)\n%y = add(%s, %b)\n", 0);
}

TEST(DropExpand, KeepsOneThatGivesTheResultItsShape) {
  expect_pass(drop_expand, R"(graph g
input %x f32[1x4x1x1]
input %s f32[1x4x1x1]
%a f32[1x4x2x2] = expand(%s) shape=[1,4,2,2]
%b f32[1x4x2x2] = expand(%x) shape=[1,4,2,2]
%y f32[1x4x2x2] = add(%a, %b)
output %y
)",
              "%b = expand(%x) shape=[1,4,2,2]\n%y = add(%s, %b)\n", 0);
}

}  // namespace
}  // namespace convoy
