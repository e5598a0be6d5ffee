#include "ops/conv2d.h"

#include <gtest/gtest.h>

#include "impls/conv2d/list.h"
#include "impls/harness.h"

namespace convoy {
namespace {

/// One convolution: shapes, window, and what follows it.
struct ConvCase {
  int64_t n = 1, ic = 8, h = 9, w = 9, oc = 8, kh = 3, kw = 3;
  std::vector<int64_t> strides = {1, 1}, dilations = {1, 1}, pads = {0, 0, 0, 0};
  int64_t group = 1;
};

Conv2d conv_op(const ConvCase& c) {
  Conv2d op;
  op.window.strides = c.strides;
  op.window.dilations = c.dilations;
  op.window.pads = c.pads;
  op.group = c.group;
  return op;
}

Tolerance tolerance_of(const ConvCase& c) {
  return {.ulps = 4, .terms = static_cast<double>(c.ic / c.group * c.kh * c.kw + 4)};
}

/// Without bias, and with bias, residual and ReLU.
void check_conv(const Impl& impl, const ConvCase& c, Tolerance tolerance,
                void (*check_case)(const Impl&, const BuildCase&, Tolerance) = check) {
  const Shape src{c.n, c.ic, c.h, c.w}, weights{c.oc, c.ic / c.group, c.kh, c.kw};
  check_case(
      impl,
      [&](CaseBuilder& b) {
        return b.add(conv_op(c), {b.input(src), b.constant(weights)});
      },
      tolerance);
  auto with_epilogue = [&](CaseBuilder& b) {
    const ValueId x = b.input(src), w = b.constant(weights), bias = b.constant(Shape{c.oc});
    const ValueId y = b.add(conv_op(c), {x, w, bias});
    const Window2d& window = conv_op(c).window;
    const ValueId skip =
        b.input(Shape{c.n, c.oc, window.output_extent(0, c.h, c.kh), window.output_extent(1, c.w, c.kw)});
    return b.add(unary(UnaryKind::relu), {b.add(binary(BinaryKind::add), {y, skip})});
  };
  check_case(impl, with_epilogue, tolerance);
}

void check_direct(const ConvCase& c) {
  check_conv(conv2d_direct(), c, tolerance_of(c));
}
void check_depthwise(const ConvCase& c) {
  check_conv(conv2d_depthwise(), c, tolerance_of(c));
  check_conv(conv2d_depthwise_pairs(), c, tolerance_of(c), check_pairs);
  check_conv(conv2d_depthwise_columns(), c, tolerance_of(c), check_where_accepted);
}

TEST(DirectConv2d, FirstLayers) {
  check_direct({.ic = 3, .h = 17, .w = 23, .oc = 32, .strides = {2, 2}, .pads = {1, 1, 1, 1}});
  check_direct({.ic = 3, .h = 20, .w = 21, .oc = 19, .kh = 7, .kw = 7, .strides = {2, 2}, .pads = {3, 3, 3, 3}});
  check_direct({.ic = 1, .h = 12, .w = 12, .oc = 16, .kh = 5, .kw = 5, .pads = {2, 2, 2, 2}});
  check_direct({.n = 3, .ic = 4, .h = 6, .w = 5, .oc = 8});
}

TEST(DirectConv2d, ChannelTails) {
  for (int64_t oc : {1, 3, 15, 16, 17, 33, 48, 63, 65, 100}) check_direct({.ic = 5, .h = 6, .w = 8, .oc = oc});
  for (int64_t ic : {1, 2, 7, 31, 64}) check_direct({.ic = ic, .h = 5, .w = 9, .oc = 24, .pads = {1, 1, 1, 1}});
}

TEST(DirectConv2d, WidthsAroundTheTile) {
  for (int64_t w : {1, 2, 5, 6, 7, 13, 14, 29}) {
    check_direct({.ic = 6, .h = 4, .w = w, .oc = 64, .pads = {1, 1, 1, 1}});
    check_direct({.ic = 6, .h = 3, .w = w, .oc = 20, .kh = 1, .kw = 1});
  }
}

TEST(DirectConv2d, Windows) {
  check_direct({.kh = 1, .kw = 5, .pads = {0, 2, 0, 2}});
  check_direct({.kh = 5, .kw = 1, .pads = {2, 0, 2, 0}});
  check_direct({.kh = 2, .kw = 4, .pads = {0, 1, 1, 2}});
  check_direct({.h = 21, .w = 20, .oc = 5, .kh = 11, .kw = 11, .strides = {4, 4}, .pads = {2, 2, 2, 2}});
  check_direct({.h = 15, .w = 14, .strides = {3, 2}, .pads = {0, 1, 2, 0}});
  check_direct({.h = 15, .w = 14, .dilations = {2, 3}, .pads = {2, 3, 2, 3}});
  check_direct({.h = 4, .w = 5, .dilations = {6, 6}, .pads = {6, 6, 6, 6}});
  check_direct({.h = 3, .w = 3, .kh = 3, .kw = 3, .pads = {4, 4, 4, 4}});
}

TEST(DirectConv2d, Groups) {
  check_direct({.ic = 12, .oc = 20, .pads = {1, 1, 1, 1}, .group = 2});
  check_direct({.ic = 64, .h = 5, .w = 5, .oc = 64, .pads = {1, 1, 1, 1}, .group = 4});
  check_direct({.ic = 6, .oc = 12, .group = 6});
}

TEST(DirectConv2d, LongReductionsAreDivided) {
  check_direct({.ic = 700, .h = 5, .w = 7, .oc = 40, .pads = {1, 1, 1, 1}});
  check_direct({.n = 2, .ic = 2050, .h = 3, .w = 8, .oc = 70, .kh = 1, .kw = 1});
}

TEST(DirectConv2d, SaysWhyNot) {
  const Proposal proposal = proposal_for(conv2d_direct(), [](CaseBuilder& b) {
    return b.add(Conv2d{}, {b.input(Shape{1, 4, 8, 8}), b.input(Shape{4, 4, 3, 3})});
  });
  EXPECT_EQ(proposal.refusal, "weights are computed at run time");
}

TEST(DepthwiseConv2d, ShapesAndWindows) {
  for (int64_t c : {2, 3, 15, 16, 17, 40, 130}) {
    check_depthwise({.ic = c, .h = 7, .w = 13, .oc = c, .pads = {1, 1, 1, 1}, .group = c});
  }
  check_depthwise({.ic = 20, .h = 14, .w = 25, .oc = 20, .strides = {2, 2}, .pads = {0, 0, 1, 1}, .group = 20});
  check_depthwise({.ic = 20, .h = 9, .w = 9, .oc = 20, .kh = 5, .kw = 5, .pads = {2, 2, 2, 2}, .group = 20});
  check_depthwise(
      {.ic = 18, .h = 12, .w = 11, .oc = 18, .kh = 7, .kw = 3, .strides = {2, 1}, .pads = {3, 1, 3, 1}, .group = 18});
  check_depthwise(
      {.n = 2, .ic = 16, .h = 11, .w = 13, .oc = 16, .dilations = {2, 4}, .pads = {2, 4, 2, 4}, .group = 16});
  check_depthwise({.ic = 33, .h = 3, .w = 1, .oc = 33, .pads = {1, 1, 1, 1}, .group = 33});
}

TEST(DepthwiseConv2d, DownColumns) {
  for (int64_t h : {1, 2, 9}) {
    check_depthwise({.ic = 19, .h = h, .w = 15, .oc = 19, .pads = {1, 1, 1, 1}, .group = 19});
    check_depthwise({.n = 3, .ic = 16, .h = h + 2, .w = 8, .oc = 16, .group = 16});
  }
  check_depthwise({.n = 2, .ic = 32, .h = 6, .w = 7, .oc = 32, .kh = 2, .kw = 2, .pads = {1, 0, 0, 1}, .group = 32});
  check_depthwise({.ic = 16, .h = 6, .w = 17, .oc = 16, .kh = 4, .kw = 1, .pads = {3, 0, 3, 0}, .group = 16});
  check_depthwise({.ic = 16, .h = 6, .w = 17, .oc = 16, .strides = {1, 2}, .pads = {2, 2, 2, 2}, .group = 16});
  check_depthwise({.ic = 16, .h = 9, .w = 17, .oc = 16, .dilations = {1, 2}, .pads = {5, 1, 0, 4}, .group = 16});
}

/// Winograd's error grows with the tile: its transforms multiply by up to 21/4 and 32.
void check_winograd(int m, const ConvCase& c) {
  const int64_t tile = m + std::max(c.kh, c.kw) - 1;
  const double growth = tile <= 4 ? 8 : tile <= 6 ? 60 : 250;
  Tolerance tolerance = tolerance_of(c);
  tolerance.terms *= growth;
  check_conv(conv2d_winograd(m), c, tolerance);
  check_conv(conv2d_winograd_lean(m), c, tolerance);
}

/// Vectors of channels that are no whole blocks: the last block of the products is narrower.
TEST(WinogradConv2d, RestsOfChannelBlocks) {
  for (int64_t oc : {20, 28, 40, 56, 70}) check_winograd(4, {.ic = 9, .h = 20, .w = 22, .oc = oc});
}

TEST(WinogradConv2d, EveryTileSize) {
  for (int m : {2, 3, 4, 5, 6}) {
    check_winograd(m, {.ic = 16, .h = 12, .w = 12, .oc = 16});
    check_winograd(m, {.ic = 16, .h = 14, .w = 19, .oc = 32, .pads = {1, 1, 1, 1}});
    check_winograd(m, {.ic = 9, .h = 7, .w = 5, .oc = 21, .pads = {1, 1, 1, 1}});
    check_winograd(m, {.n = 3, .ic = 24, .h = 13, .w = 8, .oc = 70, .pads = {0, 2, 1, 0}});
    check_winograd(m, {.ic = 8, .h = 1, .w = 3, .oc = 8, .pads = {1, 1, 1, 1}});
  }
}

TEST(WinogradConv2d, OtherWindows) {
  for (int m : {2, 3, 4}) {
    check_winograd(m, {.ic = 16, .h = 13, .w = 18, .oc = 24, .kh = 5, .kw = 5, .pads = {2, 2, 2, 2}});
    check_winograd(m, {.n = 2, .ic = 9, .h = 8, .w = 9, .oc = 17, .kh = 3, .kw = 5, .pads = {1, 2, 0, 1}});
    check_winograd(m, {.ic = 20, .h = 9, .w = 12, .oc = 16, .kh = 1, .kw = 5, .pads = {0, 2, 0, 2}});
    check_winograd(m, {.ic = 20, .h = 11, .w = 7, .oc = 16, .kh = 4, .kw = 1, .pads = {1, 0, 2, 0}});
    check_winograd(m, {.ic = 16, .h = 9, .w = 9, .oc = 16, .kh = 2, .kw = 2});
  }
  check_winograd(2, {.ic = 12, .h = 10, .w = 15, .oc = 16, .kh = 7, .kw = 7, .pads = {3, 3, 3, 3}});
  check_winograd(2, {.ic = 12, .h = 6, .w = 15, .oc = 16, .kh = 1, .kw = 7, .pads = {0, 3, 0, 3}});
}

TEST(WinogradConv2d, StridesAreTakenPhaseByPhase) {
  for (int m : {2, 3, 4, 5}) {
    check_winograd(m, {.ic = 16, .h = 14, .w = 19, .oc = 24, .strides = {2, 2}, .pads = {1, 1, 1, 1}});
    check_winograd(
        m, {.n = 2, .ic = 3, .h = 20, .w = 23, .oc = 17, .kh = 7, .kw = 7, .strides = {2, 2}, .pads = {3, 3, 3, 3}});
  }
  check_winograd(6, {.ic = 32, .h = 15, .w = 16, .oc = 16, .strides = {2, 2}, .pads = {0, 0, 1, 1}});
  check_winograd(4, {.ic = 5, .h = 27, .w = 26, .oc = 16, .kh = 11, .kw = 11, .strides = {4, 4}, .pads = {2, 2, 2, 2}});
  check_winograd(3, {.ic = 16, .h = 9, .w = 12, .oc = 16, .kh = 5, .kw = 3, .strides = {3, 1}, .pads = {2, 1, 2, 1}});
  check_winograd(2, {.ic = 9, .h = 8, .w = 7, .oc = 16, .kh = 1, .kw = 5, .strides = {1, 2}, .pads = {0, 4, 0, 1}});
  check_winograd(2, {.ic = 6, .h = 2, .w = 1, .oc = 8, .kh = 6, .kw = 5, .strides = {3, 2}, .pads = {4, 5, 4, 3}});
}

/// Sums of inputs and of weights are rounded before they are multiplied.
void check_strassen(const ConvCase& c) {
  Tolerance tolerance = tolerance_of(c);
  tolerance.terms *= 16;
  check_conv(conv2d_strassen(), c, tolerance);
}

TEST(StrassenConv2d, Shapes) {
  for (int64_t w : {2, 5, 13, 24}) check_strassen({.ic = 32, .h = 6, .w = w, .oc = 64, .kh = 1, .kw = 1});
  for (int64_t oc : {32, 96, 160, 320}) check_strassen({.ic = 64, .h = 7, .w = 4, .oc = oc, .kh = 1, .kw = 1});
  check_strassen({.n = 3, .ic = 96, .h = 3, .w = 6, .oc = 32, .kh = 1, .kw = 1});
  check_strassen({.n = 2, .ic = 32, .h = 3, .w = 3, .oc = 32, .kh = 1, .kw = 1});
}

TEST(StrassenConv2d, LongReductionsAreDivided) {
  check_strassen({.ic = 1536, .h = 4, .w = 7, .oc = 160, .kh = 1, .kw = 1});
  check_strassen({.ic = 2080, .h = 2, .w = 3, .oc = 32, .kh = 1, .kw = 1});
}

TEST(StrassenConv2d, SaysWhyNot) {
  const auto refusal = [](int64_t ic, int64_t oc, int64_t h, int64_t w, int64_t k) {
    return proposal_for(conv2d_strassen(),
                        [=](CaseBuilder& b) {
                          return b.add(Conv2d{}, {b.input(Shape{1, ic, h, w}), b.constant(Shape{oc, ic, k, k})});
                        })
        .refusal;
  };
  EXPECT_EQ(refusal(64, 64, 7, 7, 1), "an odd number of pixels");
  EXPECT_EQ(refusal(64, 64, 8, 8, 3), "the window is not 1x1 with stride 1");
  EXPECT_EQ(refusal(24 + 1, 64, 8, 8, 1), "halves of the channels are no whole vectors");
  EXPECT_EQ(refusal(64, 64, 8, 1, 1), "rows of one pixel");
}

TEST(FewOutputsConv2d, ShapesAndWindows) {
  const auto check = [](const ConvCase& c) { check_conv(conv2d_few_outputs(), c, tolerance_of(c)); };
  for (int64_t oc : {1, 2, 3, 4, 7}) {
    check({.ic = 16, .h = 9, .w = 21, .oc = oc, .kh = 9, .kw = 9, .pads = {4, 4, 4, 4}});
    check({.ic = 35, .h = 7, .w = 33, .oc = oc, .pads = {1, 1, 1, 1}});
    check({.n = 2, .ic = 64, .h = 3, .w = 3, .oc = oc, .pads = {1, 1, 1, 1}});
  }
  check({.ic = 17, .h = 5, .w = 17, .oc = 1, .kh = 1, .kw = 1});
  check({.ic = 24, .h = 11, .w = 14, .oc = 2, .strides = {2, 2}, .pads = {0, 1, 1, 0}});
  check({.ic = 32, .h = 9, .w = 10, .oc = 3, .dilations = {2, 3}, .pads = {2, 3, 2, 3}});
}

TEST(PlanesConv2d, ShapesAndWindows) {
  const auto check = [](const ConvCase& c) { check_conv(conv2d_planes(), c, tolerance_of(c)); };
  for (int64_t oc : {1, 2, 5, 7, 13, 32}) {
    check({.ic = 1, .h = 9, .w = 37, .oc = oc, .kh = 5, .kw = 5});
    check({.ic = 5, .h = 7, .w = 33, .oc = oc, .pads = {1, 1, 1, 1}});
    check({.n = 2, .ic = 19, .h = 3, .w = 16, .oc = oc, .kh = 1, .kw = 1});
  }
  for (int64_t w : {8, 9, 15, 16, 17, 31, 32, 47, 64, 100}) {
    check({.ic = 3, .h = 4, .w = w, .oc = 6, .kh = 5, .kw = 5, .pads = {2, 2, 2, 2}});
  }
  check({.ic = 2, .h = 11, .w = 34, .oc = 4, .strides = {2, 1}, .pads = {0, 1, 1, 0}});
  check({.ic = 4, .h = 9, .w = 40, .oc = 3, .dilations = {2, 3}, .pads = {2, 3, 2, 3}});
  check({.n = 2, .ic = 3, .h = 3, .w = 9, .oc = 3, .pads = {4, 4, 4, 4}});
  check({.ic = 2, .h = 4, .w = 20, .oc = 2, .dilations = {1, 20}, .pads = {0, 20, 0, 20}});
}

}  // namespace
}  // namespace convoy
