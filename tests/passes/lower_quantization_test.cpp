#include "passes/lower_quantization.h"

#include "passes/pass_test.h"

namespace convoy {
namespace {

void expect_lowered(const std::string& text, const std::string& expected) {
  expect_pass(lower_quantization, "graph g\n" + text, expected, 0);
}

TEST(LowerQuantization, Quantize) {
  expect_lowered(R"(input %x f32[2x3]
constant %s f32[3] 0.3 0.7 1.1
constant %z i8[3] 0 1 2
%y i8[2x3] = quantize(%x, %s, %z) to=i8 low=-128 high=100 axis=1
output %y
)",
                 "%y/scale = div(%x, 3[0.3 0.7 1.1])\n"
                 "%y/round = round(%y/scale) alpha=0 beta=0\n"
                 "%y/shift = add(%y/round, 3[0 1 2])\n"
                 "%y/clip = clip(%y/shift) alpha=-128 beta=100\n"
                 "%y = cast(%y/clip) to=i8\n");
}

TEST(LowerQuantization, DequantizeWithoutZero) {
  expect_lowered(R"(input %x u8[2x3]
constant %s f32[2] 0.3 0.7
constant %z u8[] 0
%y f32[2x3] = dequantize(%x, %s, %z)
output %y
)",
                 "%y/float = cast(%x) to=f32\n"
                 "%y = mul(%y/float, 2x1[0.3 0.7])\n");
}

TEST(LowerQuantization, ZeroPointsOfTheRunTime) {
  expect_lowered(R"(input %x u8[4]
input %s f32[]
input %z u8[]
%y f32[4] = dequantize(%x, %s, %z)
output %y
)",
                 "%y/parameter = reshape(%z) shape=[]\n"
                 "%y/float = cast(%x) to=f32\n"
                 "%y/zero = cast(%y/parameter) to=f32\n"
                 "%y/less = sub(%y/float, %y/zero)\n"
                 "%y/parameter_1 = reshape(%s) shape=[]\n"
                 "%y = mul(%y/less, %y/parameter_1)\n");
}

TEST(LowerQuantization, SumsAreScaledOnce) {
  expect_lowered(R"(input %x i32[1x2x2x2]
constant %s f32[2] 0.0625 0.125
constant %z i32[] 7
constant %t f32[] 0.5
%a f32[1x2x2x2] = dequantize(%x, %s, %z) axis=1
%y u8[1x2x2x2] = quantize(%a, %t) to=u8 low=0 high=255
output %y
)",
                 "%y/less = sub(%x, i32[])\n"
                 "%y/float = cast(%y/less) to=f32\n"
                 "%y/scale = mul(%y/float, 2x1x1[0.125 0.25])\n"
                 "%y/round = round(%y/scale) alpha=0 beta=0\n"
                 "%y/clip = clip(%y/round) alpha=0 beta=255\n"
                 "%y = cast(%y/clip) to=u8\n");
}

TEST(LowerQuantization, WeightsThatAreNeededAsFloats) {
  expect_lowered(R"(input %x f32[2]
constant %w i8[2] 3 -4
constant %s f32[] 0.5
%v f32[2] = dequantize(%w, %s)
%y f32[2] = mul(%x, %v)
output %y
)",
                 "%y = mul(%x, 2[1.5 -2])\n");
}

}  // namespace
}  // namespace convoy
