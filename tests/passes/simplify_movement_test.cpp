#include "passes/simplify_movement.h"

#include "passes/pass_test.h"

namespace convoy {
namespace {

TEST(SimplifyMovement, CancelsLayoutChanges) {
  expect_pass(simplify_movement, R"(graph g
input %x f32[1x3x4x5]
%a f32[1x4x5x3] = transpose(%x) perm=[0,2,3,1]
%b f32[1x3x4x5] = transpose(%a) perm=[0,3,1,2]
%y f32[1x3x4x5] = relu(%b)
output %y
)",
              "%y = relu(%x) alpha=0 beta=0\n", 0);
}

TEST(SimplifyMovement, MergesTransposes) {
  expect_pass(simplify_movement, R"(graph g
input %x f32[2x3x4x5]
%a f32[2x4x5x3] = transpose(%x) perm=[0,2,3,1]
%y f32[4x2x3x5] = transpose(%a) perm=[1,0,3,2]
output %y
)",
              "%y = transpose(%x) perm=[2,0,1,3]\n", 0);
}

TEST(SimplifyMovement, MergesReshapesAndTransposesOfUnitAxes) {
  expect_pass(simplify_movement, R"(graph g
input %x f32[2x8x1x1]
%a f32[2x1x1x8] = transpose(%x) perm=[0,2,3,1]
%b f32[4x4] = reshape(%a) shape=[4,4]
%y f32[16] = reshape(%b) shape=[16]
output %y
)",
              "%y = reshape(%x) shape=[16]\n", 0);
}

TEST(SimplifyMovement, MergesSlices) {
  expect_pass(simplify_movement, R"(graph g
input %x f32[20]
%a f32[9] = slice(%x) begin=[18] size=[9] step=[-2]
%y f32[3] = slice(%a) begin=[1] size=[3] step=[3]
output %y
)",
              "%y = slice(%x) begin=[16] size=[3] step=[-6]\n", 0);
}

TEST(SimplifyMovement, MergesConcatsAlongOneAxis) {
  expect_pass(simplify_movement, R"(graph g
input %x f32[1x2]
input %y f32[1x3]
%a f32[1x5] = concat(%x, %y) axis=1
%b f32[1x7] = concat(%x, %a) axis=1
%c f32[2x7] = concat(%b, %b) axis=0
output %c
)",
              "%b = concat(%x, %x, %y) axis=1\n%c = concat(%b, %b) axis=0\n", 0);
}

TEST(SimplifyMovement, DropsWhatDoesNothing) {
  expect_pass(simplify_movement, R"(graph g
input %x f32[1x4x2x3]
%a f32[1x4x2x3] = reshape(%x) shape=[1,4,2,3]
%b f32[1x4x2x3] = slice(%a) begin=[0,0,0,0] size=[1,4,2,3] step=[1,1,1,1]
%c f32[1x4x2x3] = pad(%b) mode=constant begin=[0,0,0,0] end=[0,0,0,0] value=0
%d f32[1x4x2x3] = cast(%c) to=f32
%e f32[1x4x2x3] = resize(%d) mode=linear coordinates=half_pixel shape=[1,4,2,3]
%f f32[1x4x2x3] = expand(%e) shape=[1,4,2,3]
%g f32[1x4x2x3] = tile(%f) repeats=[1,1,1,1]
%h f32[1x4x2x3] = concat(%g) axis=1
%y f32[1x4x2x3] = relu(%h)
output %y
)",
              "%y = relu(%x) alpha=0 beta=0\n", 0);
}

TEST(SimplifyMovement, KeepsWhatMovesElementsToTheSameShape) {
  expect_unchanged(simplify_movement, R"(graph g
input %x f32[1x4x4x4]
%a f32[1x4x4x4] = transpose(%x) perm=[0,1,3,2]
%b f32[1x4x4x4] = slice(%a) begin=[0,0,0,3] size=[1,4,4,4] step=[1,1,1,-1]
%c f32[1x4x4x4] = pad(%b) mode=constant begin=[0,0,0,1] end=[0,0,0,-1] value=0
%y f32[1x4x4x4] = relu(%c)
output %y
)");
}

TEST(SimplifyMovement, KeepsACastBetweenTypes) {
  expect_unchanged(simplify_movement, R"(graph g
input %x f32[4]
%a i32[4] = cast(%x) to=i32
%y f32[4] = cast(%a) to=f32
output %y
)");
}

}  // namespace
}  // namespace convoy
