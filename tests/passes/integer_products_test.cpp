// Passes written for floats leave products of integers, and what makes quantised numbers of their sums, as they are.
#include "passes/common_subexpressions.h"
#include "passes/fold_batch_norm.h"
#include "passes/fold_pad.h"
#include "passes/fold_transpose.h"
#include "passes/hoist_elementwise.h"
#include "passes/pass_test.h"
#include "passes/recognise_activations.h"
#include "passes/simplify_arithmetic.h"
#include "passes/simplify_movement.h"

namespace convoy {
namespace {

using Pass = Graph (*)(const Graph&);

constexpr Pass kPasses[] = {common_subexpressions, fold_batch_norm,   fold_pad,
                            fold_transpose,        hoist_elementwise, recognise_activations,
                            simplify_arithmetic,   simplify_movement};

/// Sums scaled by channel, with a bias that has a scale of its own, quantised.
TEST(IntegerProducts, EpiloguesAreKept) {
  for (const Pass pass : kPasses) {
    expect_unchanged(pass, R"(graph g
input %x u8[1x2x4x4]
constant %w i8[2x2x3x3] ...
constant %b i32[2] ...
constant %scale f32[2x1x1] 0.3 0.7
constant %bias f32[2x1x1] 0.1 0.2
constant %quantum f32[] 0.3
constant %zero f32[] 7
%a i32[1x2x2x2] = conv2d(%x, %w, %b) src_zero=3
%c f32[1x2x2x2] = cast(%a) to=f32
%d f32[1x2x2x2] = mul(%c, %scale)
%e f32[1x2x2x2] = add(%d, %bias)
%f f32[1x2x2x2] = div(%e, %quantum)
%g f32[1x2x2x2] = round(%f)
%h f32[1x2x2x2] = add(%g, %zero)
%i f32[1x2x2x2] = clip(%h) alpha=7 beta=255
%y u8[1x2x2x2] = cast(%i) to=u8
output %y
)");
  }
}

/// (x - zero) is 0 for the number that stands for 0; x * scale + shift may be a little else.
TEST(IntegerProducts, DifferencesFromTheZeroPointAreKept) {
  expect_pass(fold_batch_norm, R"(graph g
input %x u8[1x2x4x4]
constant %zero f32[] -3
constant %scale f32[] 0.3
constant %two f32[] 2
constant %gain f32[2x1x1] 0.5 0.25
%a f32[1x2x4x4] = cast(%x) to=f32
%b f32[1x2x4x4] = add(%a, %zero)
%c f32[1x2x4x4] = mul(%b, %scale)
%d f32[1x2x4x4] = mul(%c, %gain)
%y f32[1x2x4x4] = add(%d, %two)
output %y
)",
              "%a = cast(%x) to=f32\n"
              "%b = add(%a, -3)\n"
              "%y_mul = mul(%b, 2x1x1[0.15 0.075])\n"
              "%y = add(%y_mul, 2x1x1[2 2])\n");
}

TEST(IntegerProducts, ArithmeticOfIntegersIsKept) {
  for (const Pass pass : kPasses) {
    expect_unchanged(pass, R"(graph g
input %x i32[4]
constant %a i32[] 0
constant %b i32[] 1
constant %c i32[] 2
%d i32[4] = sub(%x, %c)
%e i32[4] = add(%d, %a)
%f i32[4] = mul(%e, %b)
%g i32[4] = mul(%f, %c)
%h i32[4] = div(%g, %c)
%y i32[4] = max(%h, %g)
output %y
)");
  }
}

TEST(IntegerProducts, PaddingIsTheZeroPoint) {
  const std::string text = R"(graph g
input %x u8[1x1x4x4]
constant %w i8[1x1x3x3] ...
%a u8[1x1x4x5] = pad(%x) mode=constant begin=[0,0,0,1] end=[0,0,0,0] value={}
%y i32[1x1x2x3] = conv2d(%a, %w, _) src_zero=3
output %y
)";
  expect_unchanged(fold_pad, fmt::format(fmt::runtime(text), 0));
  expect_pass(fold_pad, fmt::format(fmt::runtime(text), 3),
              "%y = conv2d(%x, i8[1x1x3x3], _) strides=[1,1] dilations=[1,1] pads=[0,1,0,0] group=1 src_zero=3\n", 0);
}

TEST(IntegerProducts, ZeroPointsTellProductsApart) {
  expect_unchanged(common_subexpressions, R"(graph g
input %x u8[2x2]
constant %w u8[2x2] ...
%a i32[2x2] = matmul(%x, %w) trans_a=0 trans_b=0 src_zero=1
%b i32[2x2] = matmul(%x, %w) trans_a=0 trans_b=0 src_zero=2
%c i32[2x2] = matmul(%x, %w) trans_a=0 trans_b=0 src_zero=1 weights_zero=[1,2]
output %a
output %b
output %c
)");
}

}  // namespace
}  // namespace convoy
