#include "passes/fold_transpose.h"

#include "passes/pass_test.h"

namespace convoy {
namespace {

TEST(FoldTranspose, PermutesTheRowsOfTheWeights) {
  expect_pass(fold_transpose, R"(graph g
input %x f32[2x3x4x5]
constant %w f32[60x7] ...
%a f32[2x4x5x3] = transpose(%x) perm=[0,2,3,1]
%b f32[2x60] = reshape(%a) shape=[2,60]
%y f32[2x7] = matmul(%b, %w) @fc
output %y
)",
              "%fc_flatten = reshape(%x) shape=[2,60]\n%y = matmul(%fc_flatten, f32[60x7]) trans_a=0 trans_b=0\n");
}

TEST(FoldTranspose, PermutesTheColumnsOfTransposedWeights) {
  expect_pass(fold_transpose, R"(graph g
input %x f32[2x3x4x5]
constant %w f32[7x60] ...
%a f32[2x5x3x4] = transpose(%x) perm=[0,3,1,2]
%b f32[2x60] = reshape(%a) shape=[2,60]
%y f32[2x7] = matmul(%b, %w) trans_b=1 @fc
output %y
)",
              "%fc_flatten = reshape(%x) shape=[2,60]\n%y = matmul(%fc_flatten, f32[7x60]) trans_a=0 trans_b=1\n");
}

TEST(FoldTranspose, KeepsWhatMixesRows) {
  expect_unchanged(fold_transpose, R"(graph g
input %x f32[2x3x4]
constant %w f32[8x7] ...
%a f32[3x2x4] = transpose(%x) perm=[1,0,2]
%b f32[3x8] = reshape(%a) shape=[3,8]
%y f32[3x7] = matmul(%b, %w)
output %y
)");
  expect_unchanged(fold_transpose, R"(graph g
input %x f32[2x3x4]
constant %w f32[6x7] ...
%a f32[2x4x3] = transpose(%x) perm=[0,2,1]
%b f32[4x6] = reshape(%a) shape=[4,6]
%y f32[4x7] = matmul(%b, %w)
output %y
)");
}

}  // namespace
}  // namespace convoy
