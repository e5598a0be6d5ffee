#include "passes/fold_pad.h"

#include <fmt/format.h>

#include "passes/pass_test.h"

namespace convoy {
namespace {

TEST(FoldPad, IntoConvolution) {
  expect_pass(fold_pad, R"(graph g
input %x f32[1x2x6x6]
constant %w f32[3x2x3x3] ...
%a f32[1x2x7x9] = pad(%x) mode=constant begin=[0,0,0,1] end=[0,0,1,2] value=0
%y f32[1x3x3x4] = conv2d(%a, %w, _) strides=[2,2] dilations=[1,1] pads=[1,0,0,0] group=1
output %y
)",
              "%y = conv2d(%x, f32[3x2x3x3], _) strides=[2,2] dilations=[1,1] pads=[1,1,1,2] group=1\n", 0);
}

TEST(FoldPad, KeepsWhatIsNoZeroPaddingOfThePlane) {
  for (const char* pad : {
           "%a f32[1x2x8x8] = pad(%x) mode=constant begin=[0,0,1,1] end=[0,0,1,1] value=1",
           "%a f32[1x2x8x8] = pad(%x) mode=reflect begin=[0,0,1,1] end=[0,0,1,1] value=0",
           "%a f32[1x2x8x8] = pad(%x) mode=constant begin=[0,0,3,1] end=[0,0,-1,1] value=0",
       }) {
    SCOPED_TRACE(pad);
    expect_unchanged(fold_pad, fmt::format(R"(graph g
input %x f32[1x2x6x6]
constant %w f32[3x2x3x3] ...
{}
%y f32[1x3x6x6] = conv2d(%a, %w, _) strides=[1,1] dilations=[1,1] pads=[0,0,0,0] group=1
output %y
)",
                                           pad));
  }
}

TEST(FoldPad, KeepsPaddedChannels) {
  expect_unchanged(fold_pad, R"(graph g
input %x f32[1x1x6x6]
constant %w f32[3x2x3x3] ...
%a f32[1x2x6x6] = pad(%x) mode=constant begin=[0,1,0,0] end=[0,0,0,0] value=0
%y f32[1x3x4x4] = conv2d(%a, %w, _) strides=[1,1] dilations=[1,1] pads=[0,0,0,0] group=1
output %y
)");
}

TEST(FoldPad, IntoAveragePoolWhosePadsThenCount) {
  expect_pass(fold_pad, R"(graph g
input %x f32[1x2x6x6]
%a f32[1x2x7x8] = pad(%x) mode=constant begin=[0,0,0,1] end=[0,0,1,1] value=0
%y f32[1x2x3x4] = avg_pool2d(%a) kernel=[3,3] strides=[2,2] dilations=[1,1] pads=[0,0,0,0] ceil_mode=1 count_include_pad=0
output %y
)",
              "%y = avg_pool2d(%x) kernel=[3,3] strides=[2,2] dilations=[1,1] pads=[0,1,1,1] ceil_mode=1 "
              "count_include_pad=1\n",
              0);
}

TEST(FoldPad, KeepsAveragePoolWhosePadsDoNotCount) {
  expect_unchanged(fold_pad, R"(graph g
input %x f32[1x2x6x6]
%a f32[1x2x8x8] = pad(%x) mode=constant begin=[0,0,1,1] end=[0,0,1,1] value=0
%y f32[1x2x8x8] = avg_pool2d(%a) kernel=[3,3] strides=[1,1] dilations=[1,1] pads=[1,1,1,1] ceil_mode=0 count_include_pad=0
output %y
)");
}

/// A max-pool over a tensor that `before` computes as %x, padded with `value` at the right and bottom.
std::string max_pool(const std::string& before, const std::string& value, int pad, int kernel, int dilation = 1) {
  const int padded = 6 + pad, out = padded - (kernel - 1) * dilation;
  return fmt::format(R"(graph g
input %in f32[1x2x6x6]
%x f32[1x2x6x6] = {}
%a f32[1x2x{}x{}] = pad(%x) mode=constant begin=[0,0,0,0] end=[0,0,{},{}] value={}
%y f32[1x2x{}x{}] = max_pool2d(%a) kernel=[{},{}] strides=[1,1] dilations=[{},{}] pads=[0,0,0,0] ceil_mode=0
output %y
)",
                     before, padded, padded, pad, pad, value, out, out, kernel, kernel, dilation, dilation);
}

TEST(FoldPad, IntoMaxPoolOfWhatIsNotNegative) {
  for (const char* before : {"relu(%in)", "clip(%in) alpha=0 beta=6", "sigmoid(%in)"}) {
    SCOPED_TRACE(before);
    const Graph after = fold_pad(random_graph_from_text(max_pool(before, "0", 1, 2)));
    EXPECT_EQ(after.nodes.size(), 2u);
    expect_same_results(random_graph_from_text(max_pool(before, "0", 1, 2)), after, 0);
  }
  expect_unchanged(fold_pad, max_pool("tanh(%in)", "0", 1, 2));
  expect_unchanged(fold_pad, max_pool("clip(%in) alpha=-1 beta=6", "0", 1, 2));
}

TEST(FoldPad, IntoMaxPoolWhenThePaddingIsNeverLargest) {
  const std::string text = max_pool("tanh(%in)", "-inf", 1, 2);
  EXPECT_EQ(fold_pad(graph_from_text(text)).nodes.size(), 2u);
  expect_same_results(graph_from_text(text), fold_pad(graph_from_text(text)), 0);
}

TEST(FoldPad, KeepsMaxPoolWithAWindowOfPaddingAlone) {
  expect_unchanged(fold_pad, max_pool("relu(%in)", "0", 2, 2));
  // The taps of the last window are both beyond the tensor: rows 6 and 9 of 6 + 4.
  expect_unchanged(fold_pad, max_pool("relu(%in)", "0", 4, 2, 3));
}

}  // namespace
}  // namespace convoy
