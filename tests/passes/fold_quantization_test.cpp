#include "passes/fold_quantization.h"

#include "passes/pass_test.h"

namespace convoy {
namespace {

/// Scales are powers of two: the sums of floats are exact, too, and results equal bit for bit.
void expect_folded(const std::string& text, const std::string& expected) {
  expect_pass(fold_quantization, "graph g\n" + text, expected, 0);
}

void expect_kept(const std::string& text) {
  expect_unchanged(fold_quantization, "graph g\n" + text);
}

/// %a = dequantize(%x) u8 with zero 3 and %v = dequantize(%w) i8, one scale an output channel.
const std::string kConvInputs = R"(input %x u8[1x2x4x4]
constant %xs f32[] 0.25
constant %xz u8[] 3
constant %w i8[2x2x3x3] ...
constant %ws f32[2] 0.5 0.125
constant %b i32[2] ...
constant %bs f32[2] 0.125 0.03125
%a f32[1x2x4x4] = dequantize(%x, %xs, %xz)
%v f32[2x2x3x3] = dequantize(%w, %ws)
)";

TEST(FoldQuantization, ConvolutionWithBiasAndRelu) {
  expect_folded(
      kConvInputs + R"(constant %ys f32[] 2
constant %yz u8[] 10
%c f32[2] = dequantize(%b, %bs)
%d f32[1x2x4x4] = conv2d(%a, %v, %c) pads=[1,1,1,1]
%e f32[1x2x4x4] = relu(%d)
%y u8[1x2x4x4] = quantize(%e, %ys, %yz) to=u8 low=0 high=255
output %y
)",
      "%d/sums = conv2d(%x, i8[2x2x3x3], i32[2]) strides=[1,1] dilations=[1,1] pads=[1,1,1,1] group=1 src_zero=3\n"
      "%d = dequantize(%d/sums, 2[0.125 0.03125]) axis=1\n"
      "%y = quantize(%d, 2, u8[]) to=u8 low=10 high=255\n");
}

TEST(FoldQuantization, ConvolutionWhoseBiasHasAnotherScaleAddsItBehind) {
  expect_folded(kConvInputs + R"(constant %other f32[] 0.5
%c f32[2] = dequantize(%b, %other)
%y f32[1x2x2x2] = conv2d(%a, %v, %c)
output %y
)",
                "%c = dequantize(i32[2], 0.5)\n"
                "%y/sums = conv2d(%x, i8[2x2x3x3], _) strides=[1,1] dilations=[1,1] pads=[0,0,0,0] group=1 src_zero=3\n"
                "%y/dequantize = dequantize(%y/sums, 2[0.125 0.03125]) axis=1\n"
                "%y_bias = reshape(%c) shape=[2,1,1]\n"
                "%y = add(%y/dequantize, %y_bias)\n");
}

TEST(FoldQuantization, TransposedConvolutionSharesScalesAmongGroups) {
  expect_folded(R"(input %x i8[1x2x2x2]
constant %xs f32[] 0.5
constant %w u8[2x2x1x1] ...
constant %ws f32[2] 0.25 1
constant %wz u8[2] 4 5
%a f32[1x2x2x2] = dequantize(%x, %xs)
%v f32[2x2x1x1] = dequantize(%w, %ws, %wz) axis=1
%y f32[1x4x2x2] = conv_transpose2d(%a, %v, _) group=2
output %y
)",
                "%y/sums = conv_transpose2d(%x, u8[2x2x1x1], _) strides=[1,1] dilations=[1,1] pads=[0,0,0,0] "
                "output_padding=[0,0] group=2 weights_zero=[4,5,4,5]\n"
                "%y = dequantize(%y/sums, 4[0.125 0.5 0.125 0.5]) axis=1\n");
}

TEST(FoldQuantization, MatrixProductAndItsBias) {
  expect_folded(R"(input %x i8[3x4]
constant %xs f32[] 0.5
constant %xz i8[] -2
constant %w i8[2x4] ...
constant %ws f32[2] 0.25 1
constant %b i32[2] ...
constant %bs f32[2] 0.125 0.5
%a f32[3x4] = dequantize(%x, %xs, %xz)
%v f32[2x4] = dequantize(%w, %ws)
%c f32[2] = dequantize(%b, %bs)
%d f32[3x2] = matmul(%a, %v) trans_a=0 trans_b=1
%y f32[3x2] = add(%c, %d)
output %y
)",
                "%d/sums = matmul(%x, i8[2x4]) trans_a=0 trans_b=1 src_zero=-2\n"
                "%y/sums = add(%d/sums, i32[2])\n"
                "%y = dequantize(%y/sums, 2[0.125 0.5]) axis=1\n");
}

TEST(FoldQuantization, KeepsProductsOfFloats) {
  for (const char* weights : {
           "constant %v f32[2x2x3x3] ...\n",                         // no numbers
           "constant %w i16[2x2x3x3] ...\nconstant %ws f32[] 0.5\n"  // 16 bits
           "%v f32[2x2x3x3] = dequantize(%w, %ws)\n",
           "constant %w i8[2x2x3x3] ...\nconstant %ws f32[2] 0.5 1\n"  // along the input channels
           "%v f32[2x2x3x3] = dequantize(%w, %ws) axis=1\n",
           "constant %w i8[2x2x3x3] ...\ninput %ws f32[]\n"  // known at run time
           "%v f32[2x2x3x3] = dequantize(%w, %ws)\n",
       }) {
    SCOPED_TRACE(weights);
    expect_kept(std::string("input %x u8[1x2x4x4]\nconstant %xs f32[] 0.25\n") + weights +
                "%a f32[1x2x4x4] = dequantize(%x, %xs)\n%y f32[1x2x2x2] = conv2d(%a, %v, _)\noutput %y\n");
  }
}

TEST(FoldQuantization, KeepsSumsThatMayNotFit) {
  expect_kept(R"(input %x u8[1x40000]
constant %s f32[] 0.5
constant %w u8[40000x1] ...
%a f32[1x40000] = dequantize(%x, %s)
%v f32[40000x1] = dequantize(%w, %s)
%y f32[1x1] = matmul(%a, %v) trans_a=0 trans_b=0
output %y
)");
}

TEST(FoldQuantization, MovesNumbers) {
  expect_folded(R"(input %x u8[1x2x4x4]
constant %s f32[] 0.25
constant %z u8[] 3
%a f32[1x2x4x4] = dequantize(%x, %s, %z)
%b f32[1x2x4x4] = max_pool2d(%a) kernel=[3,3] pads=[1,1,1,1]
%c f32[1x4x4x4] = concat(%a, %b) axis=1
%d f32[1x4x5x5] = pad(%c) mode=constant begin=[0,0,1,1] end=[0,0,0,0] value=0.5
%e f32[4x25] = reshape(%d) shape=[4,25]
%y u8[4x25] = quantize(%e, %s, %z) to=u8 low=0 high=255
output %y
)",
                "%b/numbers = max_pool2d(%x) kernel=[3,3] strides=[1,1] dilations=[1,1] pads=[1,1,1,1] ceil_mode=0 "
                "with_indices=0 index_order=row_major\n"
                "%c/numbers = concat(%x, %b/numbers) axis=1\n"
                "%d/numbers = pad(%c/numbers) mode=constant begin=[0,0,1,1] end=[0,0,0,0] value=5\n"
                "%y = reshape(%d/numbers) shape=[4,25]\n");
}

TEST(FoldQuantization, KeepsPaddingThatIsNoNumber) {
  expect_kept(R"(input %x u8[1x2x4x4]
constant %s f32[] 0.25
%a f32[1x2x4x4] = dequantize(%x, %s)
%y f32[1x2x4x5] = pad(%a) mode=constant begin=[0,0,0,1] end=[0,0,0,0] value=0.3
output %y
)");
}

TEST(FoldQuantization, ConcatOfTwoScalesLooksUpOnePart) {
  expect_folded(R"(input %x i8[1x2]
input %y i8[1x2]
constant %s f32[] 0.25
constant %t f32[] 0.5
%a f32[1x2] = dequantize(%x, %s)
%b f32[1x2] = dequantize(%y, %t)
%c f32[1x4] = concat(%a, %b) axis=1
%d i8[1x4] = quantize(%c, %t) to=i8 low=-128 high=127
output %d
)",
                "%d/0 = lookup(%x, i8[256])\n"
                "%d = concat(%d/0, %y) axis=1\n");
}

TEST(FoldQuantization, WeightsOfAMovedAxis) {
  expect_folded(R"(input %x i8[3x4]
constant %xs f32[] 0.5
constant %w i8[2x4] ...
constant %ws f32[2] 0.25 1
%a f32[3x4] = dequantize(%x, %xs)
%v f32[2x4] = dequantize(%w, %ws)
%u f32[4x2] = transpose(%v) perm=[1,0]
%y f32[3x2] = matmul(%a, %u) trans_a=0 trans_b=0
output %y
)",
                "%y/sums = matmul(%x, i8[4x2]) trans_a=0 trans_b=0\n"
                "%y = dequantize(%y/sums, 2[0.125 0.5]) axis=1\n");
}

const std::string kByte = R"(input %x i8[8x32]
constant %s f32[] 0.0625
constant %z i8[] -3
constant %t f32[] 0.0078125
%a f32[8x32] = dequantize(%x, %s, %z)
)";

TEST(FoldQuantization, FunctionsOfOneByte) {
  expect_folded(kByte + R"(%b f32[8x32] = sigmoid(%a)
%c f32[8x32] = mul(%a, %b)
%d u8[8x32] = quantize(%c, %t) to=u8 low=0 high=255
output %d
)",
                "%d = lookup(%x, u8[256])\n");
}

/// Silu as quantising tools write it: its sigmoid is quantised, too.
TEST(FoldQuantization, FunctionsOfTables) {
  expect_folded(kByte + R"(%b f32[8x32] = sigmoid(%a)
%c u8[8x32] = quantize(%b, %t) to=u8 low=0 high=255
%d f32[8x32] = dequantize(%c, %t)
%e f32[8x32] = mul(%a, %d)
%f i8[8x32] = quantize(%e, %s, %z) to=i8 low=-128 high=127
output %f
)",
                "%f = lookup(%x, i8[256])\n");
}

TEST(FoldQuantization, SlowFunctionWithAFloatResult) {
  expect_folded(kByte + "%b f32[8x32] = tanh(%a)\noutput %b\n", "%b = lookup(%x, f32[256])\n");
  expect_kept(kByte + "%b f32[8x32] = relu(%a)\noutput %b\n");
}

TEST(FoldQuantization, ReluBetweenEqualQuantisationsIsAClip) {
  expect_folded(kByte + R"(%b f32[8x32] = relu(%a)
%c i8[8x32] = quantize(%b, %s, %z) to=i8 low=-128 high=127
output %c
)",
                "%c = clip(%x) alpha=-3 beta=127\n");
}

TEST(FoldQuantization, EqualQuantisationsVanishOthersAreATable) {
  expect_folded(kByte + R"(%b i8[8x32] = quantize(%a, %s, %z) to=i8 low=-128 high=127
%c f32[8x32] = dequantize(%b, %s, %z)
%d u8[8x32] = quantize(%c, %t) to=u8 low=0 high=255
output %d
)",
                "%d = lookup(%x, u8[256])\n");
}

TEST(FoldQuantization, MeanIsASumOfIntegers) {
  expect_folded(R"(input %x u8[1x2x4x4]
constant %s f32[] 0.25
constant %z u8[] 3
%a f32[1x2x4x4] = dequantize(%x, %s, %z)
%y f32[1x2x1x1] = reduce(%a) kind=mean axes=[2,3]
output %y
)",
                "%y/sums = reduce(%x) kind=sum axes=[2,3] keepdims=1 widen=1\n"
                "%y = dequantize(%y/sums, 0.015625, i32[])\n");
}

TEST(FoldQuantization, ArithmeticOfTwoStaysFloat) {
  expect_kept(R"(input %x i8[4]
input %y i8[4]
constant %s f32[] 0.25
constant %t f32[] 0.5
%a f32[4] = dequantize(%x, %s)
%b f32[4] = dequantize(%y, %t)
%c f32[4] = add(%a, %b)
%d i8[4] = quantize(%c, %t) to=i8 low=-128 high=127
output %d
)");
}

}  // namespace
}  // namespace convoy
