#include "passes/sink_transpose.h"

#include "passes/pass_test.h"
#include "passes/passes.h"

namespace convoy {
namespace {

TEST(SinkTranspose, BehindElementwiseOperators) {
  expect_pass(sink_transpose, R"(graph g
input %x f32[1x3x4x5]
%t f32[1x4x5x3] = transpose(%x) perm=[0,2,3,1]
%r f32[1x4x5x3] = relu(%t)
%y f32[1x3x4x5] = transpose(%r) perm=[0,3,1,2]
output %y
)",
              "%y = relu(%x) alpha=0 beta=0\n", 0);
}

TEST(SinkTranspose, ConstantsAreTransposedHere) {
  expect_pass(sink_transpose, R"(graph g
input %x f32[1x2x1x3]
constant %c f32[1x3x2] 1 2 3 4 5 6
constant %b f32[2] 7 8
constant %s f32[] 9
%t f32[1x1x3x2] = transpose(%x) perm=[0,2,3,1]
%a f32[1x1x3x2] = add(%t, %c)
%m f32[1x1x3x2] = mul(%b, %a)
%y f32[1x1x3x2] = prelu(%m, %s)
output %y
)",
              "%a = add(%x, f32[1x2x1x3])\n%m = mul(1x2x1x1[7 8], %a)\n%y_replaced = prelu(%m, 9)\n"
              "%y = transpose(%y_replaced) perm=[0,2,3,1]\n",
              0);
}

/// %s is 1x1x1xC: moving its axes is a reshape.
TEST(SinkTranspose, OperandsWithOneAxisAreReshaped) {
  expect_pass(
      sink_transpose, R"(graph g
input %x f32[1x2x4x3]
input %s f32[1x1x1x2]
%t f32[1x4x3x2] = transpose(%x) perm=[0,2,3,1]
%y f32[1x4x3x2] = mul(%t, %s)
output %y
)",
      "%s_1 = reshape(%s) shape=[1,2,1,1]\n%y_replaced = mul(%x, %s_1)\n%y = transpose(%y_replaced) perm=[0,2,3,1]\n",
      0);
}

TEST(SinkTranspose, BehindOperatorsWithAxes) {
  expect_pass(sink_transpose, R"(graph g
input %x f32[1x2x4x3]
input %z f32[1x5x4x3]
%a f32[1x4x3x2] = transpose(%x) perm=[0,2,3,1]
%b f32[1x4x3x5] = transpose(%z) perm=[0,2,3,1]
%c f32[1x4x3x7] = concat(%a, %b) axis=3
%p f32[1x6x4x7] = pad(%c) mode=constant begin=[0,2,0,0] end=[0,0,1,0] value=0
%s f32[1x3x4x6] = slice(%p) begin=[0,1,0,1] size=[1,3,4,6] step=[1,2,1,1]
%r f32[1x6x4x6] = resize(%s) mode=linear coordinates=half_pixel shape=[1,6,4,6]
%y f32[1x6x4x6] = softmax(%r) axis=-1 log=0
output %y
)",
              "%c = concat(%x, %z) axis=1\n"
              "%p = pad(%c) mode=constant begin=[0,0,2,0] end=[0,0,0,1] value=0\n"
              "%s = slice(%p) begin=[0,1,1,0] size=[1,6,3,4] step=[1,1,2,1]\n"
              "%r = resize(%s) mode=linear coordinates=half_pixel nearest=round_prefer_floor cubic_coeff_a=-0.75 "
              "exclude_outside=0 antialias=0 extrapolation_value=0 scales=[] roi=[] shape=[1,6,6,4]\n"
              "%y_replaced = softmax(%r) axis=1 log=0\n%y = transpose(%y_replaced) perm=[0,2,3,1]\n",
              0);
}

/// What is left of the axes after reducing rows and columns is in order.
TEST(SinkTranspose, BehindReductions) {
  const char* text = R"(graph g
input %x f32[2x3x4x5]
%t f32[2x4x5x3] = transpose(%x) perm=[0,2,3,1]
%m f32[2x3] = reduce(%t) kind=mean axes=[1,2] keepdims=0
%k f32[2x1x5x1] = reduce(%t) kind=max axes=[1,-1] keepdims=1
%d f32[2x5x3] = reduce(%t) kind=sum axes=[1] keepdims=0
output %m
output %k
output %d
)";
  expect_pass(sink_transpose, text,
              "%m = reduce(%x) kind=mean axes=[2,3] keepdims=0\n"
              "%k_replaced = reduce(%x) kind=max axes=[1,2] keepdims=1\n%k = transpose(%k_replaced) perm=[0,2,3,1]\n"
              "%d_replaced = reduce(%x) kind=sum axes=[2] keepdims=0\n%d = transpose(%d_replaced) perm=[0,2,1]\n");
}

TEST(SinkTranspose, ArgReduce) {
  const Graph before = graph_from_text(R"(graph g
input %x f32[2x3x4x5]
%t f32[2x4x5x3] = transpose(%x) perm=[0,2,3,1]
%y i64[2x4x5] = arg_reduce(%t) kind=max axis=-1 keepdims=0 select_last=0
output %y
)");
  EXPECT_EQ(nodes_text(sink_transpose(before)), "%y = arg_reduce(%x) kind=max axis=1 keepdims=0 select_last=0\n");
}

/// Multipliers of channels are operands, tables are not.
TEST(SinkTranspose, BehindQuantisedOperators) {
  expect_pass(sink_transpose, R"(graph g
input %x i32[1x3x4x5]
constant %m i32[3] 1073741824 1273741824 1973741824
constant %s i32[] -6
constant %table i8[256] ...
%t i32[1x4x5x3] = transpose(%x) perm=[0,2,3,1]
%r i8[1x4x5x3] = requantize(%t, %m, %s) to=i8
%l i8[1x4x5x3] = lookup(%r, %table)
%y i8[1x3x4x5] = transpose(%l) perm=[0,3,1,2]
output %y
)",
              "%r = requantize(%x, i32[1x3x1x1], i32[]) to=i8 rounding=once zero=0 low=-128 high=127\n"
              "%y = lookup(%r, i8[256])\n",
              0);
}

TEST(SinkTranspose, NotWhereOperandsDiffer) {
  expect_unchanged(sink_transpose, R"(graph g
input %x f32[1x3x3x3]
input %z f32[1x3x3x3]
%a f32[1x3x3x3] = transpose(%x) perm=[0,2,3,1]
%b f32[1x3x3x3] = transpose(%z) perm=[0,3,1,2]
%c f32[1x3x3x3] = add(%a, %b)
%y f32[1x3x3x3] = mul(%c, %z)
output %y
)");
}

/// A network with channels last around every operator: nothing but its two ends is transposed after the passes.
TEST(SinkTranspose, TranspositionsMeetBetweenConvolutions) {
  const Graph before = random_graph_from_text(R"(graph g
input %x f32[1x6x6x4]
constant %w f32[4x4x3x3] ...
constant %b f32[1x1x1x4] ...
%x0 f32[1x4x6x6] = transpose(%x) perm=[0,3,1,2]
%c0 f32[1x4x6x6] = conv2d(%x0, %w, _) pads=[1,1,1,1]
%n0 f32[1x6x6x4] = transpose(%c0) perm=[0,2,3,1]
%a0 f32[1x6x6x4] = add(%n0, %b)
%r0 f32[1x6x6x4] = relu(%a0)
%x1 f32[1x4x6x6] = transpose(%r0) perm=[0,3,1,2]
%c1 f32[1x4x6x6] = conv2d(%x1, %w, _) pads=[1,1,1,1]
%n1 f32[1x6x6x4] = transpose(%c1) perm=[0,2,3,1]
%s1 f32[1x6x6x4] = add(%n1, %r0)
%p1 f32[1x8x8x4] = pad(%s1) mode=constant begin=[0,1,1,0] end=[0,1,1,0]
%x2 f32[1x4x8x8] = transpose(%p1) perm=[0,3,1,2]
%c2 f32[1x4x6x6] = conv2d(%x2, %w, _)
%n2 f32[1x6x6x4] = transpose(%c2) perm=[0,2,3,1]
%y f32[1x4] = reduce(%n2) kind=mean axes=[1,2] keepdims=0
output %y
)");
  const Graph after = run_passes(before);
  std::string names;
  for (const Node& node : after.nodes) names += node.op->name() + " ";
  EXPECT_EQ(names, "transpose conv2d relu conv2d add conv2d reduce ");
  expect_same_results(before, after, 1e-4);
}

}  // namespace
}  // namespace convoy
