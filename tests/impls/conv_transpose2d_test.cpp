#include "ops/conv_transpose2d.h"

#include <gtest/gtest.h>

#include "impls/conv_transpose2d/list.h"
#include "impls/harness.h"

namespace convoy {
namespace {

struct TransposeCase {
  int64_t ic, oc, h, w, k, stride, pad, output_padding, dilation, group;
};

void check_transpose(const Impl& impl, const TransposeCase& c) {
  ConvTranspose2d op;
  op.window.strides = {c.stride, c.stride};
  op.window.dilations = {c.dilation, c.dilation};
  op.window.pads = {c.pad, c.pad, c.pad, c.pad};
  op.output_padding = {c.output_padding, c.output_padding};
  op.group = c.group;
  const Tolerance tolerance{.ulps = 4, .terms = static_cast<double>(c.ic * c.k * c.k + 4)};
  check(
      impl,
      [&](CaseBuilder& b) {
        const ValueId weights = b.constant(Shape{c.ic, c.oc / c.group, c.k, c.k}), bias = b.constant(Shape{c.oc});
        const ValueId y = b.add(op, {b.input(Shape{2, c.ic, c.h, c.w}), weights, bias});
        return b.add(unary(UnaryKind::leaky_relu, 0.1), {y});
      },
      tolerance);
}

TEST(ConvTranspose2dPhases, ShapesAndWindows) {
  for (const TransposeCase& c :
       {TransposeCase{8, 16, 5, 6, 2, 2, 0, 0, 1, 1}, TransposeCase{5, 7, 6, 4, 3, 2, 1, 1, 1, 1},
        TransposeCase{8, 8, 7, 5, 4, 2, 1, 0, 1, 1}, TransposeCase{12, 6, 4, 4, 3, 1, 1, 0, 1, 1},
        TransposeCase{6, 8, 4, 5, 5, 3, 2, 1, 1, 2}, TransposeCase{4, 4, 5, 5, 3, 2, 2, 1, 2, 1},
        TransposeCase{4, 20, 3, 3, 1, 2, 0, 0, 1, 1}, TransposeCase{16, 16, 5, 5, 3, 2, 1, 0, 1, 16}}) {
    check_transpose(conv_transpose2d_phases(), c);
  }
}

TEST(ConvTranspose2dFewOutputs, ShapesAndWindows) {
  for (const TransposeCase& c :
       {TransposeCase{16, 3, 5, 21, 4, 2, 1, 0, 1, 1}, TransposeCase{33, 1, 6, 4, 3, 2, 1, 1, 1, 1},
        TransposeCase{8, 2, 7, 5, 2, 2, 0, 0, 1, 1}, TransposeCase{20, 5, 4, 9, 5, 3, 2, 1, 1, 1},
        TransposeCase{24, 4, 3, 3, 1, 2, 0, 0, 1, 1}}) {
    check_transpose(conv_transpose2d_few_outputs(), c);
  }
}

/// One transposed convolution: shapes and window.
struct WinogradCase {
  int64_t n = 1, ic = 8, oc = 8, h = 6, w = 7, kh = 4, kw = 4;
  std::vector<int64_t> strides = {2, 2}, pads = {1, 1, 1, 1}, output_padding = {0, 0};
};

ConvTranspose2d transpose_op(const WinogradCase& c) {
  ConvTranspose2d op;
  op.window.strides = c.strides;
  op.window.pads = c.pads;
  op.output_padding = c.output_padding;
  return op;
}

/// Without bias, and with bias, PReLU and a residual.
void check_winograd(int m, const WinogradCase& c) {
  const ConvTranspose2d op = transpose_op(c);
  const Shape src{c.n, c.ic, c.h, c.w}, weights{c.ic, c.oc, c.kh, c.kw};
  const int64_t taps_h = (c.kh + c.strides[0] - 1) / c.strides[0], taps_w = (c.kw + c.strides[1] - 1) / c.strides[1];
  const int64_t tile = m + std::max(taps_h, taps_w) - 1;
  // The transforms' factors grow with the tile.
  const double growth = tile <= 4 ? 8 : tile <= 6 ? 60 : 250;
  const Tolerance tolerance{.ulps = 4, .terms = growth * static_cast<double>(c.ic * taps_h * taps_w + 4)};
  const Impl& impl = conv_transpose2d_winograd(m);
  check(
      impl,
      [&](CaseBuilder& b) {
        return b.add(op, {b.input(src), b.constant(weights)});
      },
      tolerance);
  const auto with_epilogue = [&](CaseBuilder& b) {
    const ValueId x = b.input(src), w = b.constant(weights), bias = b.constant(Shape{c.oc});
    const TensorType src_type{DType::f32, src}, weights_type{DType::f32, weights};
    const Shape dst = op.infer({&src_type, &weights_type})[0].shape;
    const ValueId y = b.add(op, {x, w, bias});
    const ValueId active = b.add(binary(BinaryKind::prelu), {y, b.constant(Shape{c.oc, 1, 1})});
    return b.add(binary(BinaryKind::add), {active, b.input(dst)});
  };
  check(impl, with_epilogue, tolerance);
}

TEST(ConvTranspose2dWinograd, EveryTileSize) {
  for (int m : {2, 3, 4, 5, 6}) {
    check_winograd(m, {.ic = 16, .oc = 16, .h = 12, .w = 13});
    check_winograd(m, {.n = 2, .ic = 9, .oc = 20, .h = 5, .w = 7});
    check_winograd(m, {.ic = 16, .oc = 3, .h = 8, .w = 11, .pads = {3, 3, 3, 3}});
    check_winograd(m, {.ic = 10, .oc = 5, .h = 1, .w = 2, .output_padding = {1, 1}});
  }
}

/// Sub-pixels that share a vector, in rows and beyond, and those that fill several.
TEST(ConvTranspose2dWinograd, OutputChannels) {
  for (int64_t oc : {2, 3, 4, 7, 9, 33}) check_winograd(3, {.ic = 12, .oc = oc, .h = 6, .w = 9});
  for (int64_t oc : {1, 3, 5, 17}) {
    check_winograd(2, {.n = 2, .ic = 8, .oc = oc, .h = 4, .w = 5, .kh = 5, .kw = 6, .strides = {3, 3}});
  }
}

TEST(ConvTranspose2dWinograd, Windows) {
  for (int m : {2, 4}) {
    for (int64_t oc : {3, 16}) {
      check_winograd(m, {.oc = oc, .kh = 3, .kw = 3, .output_padding = {1, 1}});
      check_winograd(m, {.oc = oc, .kh = 5, .kw = 5, .pads = {2, 2, 2, 2}, .output_padding = {1, 0}});
      check_winograd(m, {.oc = oc, .kh = 9, .kw = 9, .pads = {4, 4, 4, 4}, .output_padding = {1, 1}});
      check_winograd(m, {.oc = oc, .kh = 3, .kw = 4, .pads = {0, 1, 2, 0}});
      check_winograd(m, {.oc = oc, .kh = 8, .kw = 8, .strides = {4, 4}, .pads = {2, 2, 2, 2}});
      check_winograd(m, {.oc = oc, .kh = 2, .kw = 5, .strides = {2, 3}, .pads = {1, 0, 0, 1}});
      check_winograd(m, {.oc = oc, .h = 4, .w = 3, .kh = 4, .kw = 1, .strides = {2, 1}, .pads = {1, 0, 1, 0}});
      check_winograd(m, {.oc = oc, .h = 2, .w = 2, .kh = 4, .kw = 4, .pads = {2, 3, 2, 1}});
      check_winograd(m, {.oc = std::max<int64_t>(oc, 8), .kh = 3, .kw = 5, .strides = {1, 1}, .pads = {1, 2, 1, 0}});
    }
  }
  // Blocks of output channels within a sub-pixel: products that are zero are left out.
  for (int64_t oc : {32, 64}) {
    check_winograd(4, {.n = 2, .ic = 12, .oc = oc, .h = 13, .w = 17, .kh = 3, .kw = 5, .output_padding = {1, 0}});
  }
  check_winograd(2, {.ic = 12, .oc = 16, .kh = 7, .kw = 7, .strides = {1, 1}, .pads = {3, 3, 3, 3}});
}

TEST(ConvTranspose2dWinograd, SaysWhyNot) {
  const auto refusal = [](int m, const WinogradCase& c, int64_t group = 1, int64_t dilation = 1) {
    ConvTranspose2d op = transpose_op(c);
    op.group = group;
    op.window.dilations = {dilation, 1};
    return proposal_for(conv_transpose2d_winograd(m),
                        [&](CaseBuilder& b) {
                          const Shape weights{c.ic, c.oc / group, c.kh, c.kw};
                          return b.add(op, {b.input(Shape{1, c.ic, c.h, c.w}), b.constant(weights)});
                        })
        .refusal;
  };
  EXPECT_EQ(refusal(4, {}), "");
  EXPECT_EQ(refusal(4, {}, 2), "grouped");
  EXPECT_EQ(refusal(4, {}, 1, 2), "dilated");
  EXPECT_EQ(refusal(4, {.kh = 2, .kw = 2, .pads = {0, 0, 0, 0}}), "the window is no larger than the stride");
  EXPECT_EQ(refusal(6, {.kh = 8}), "the tile would have more than 8 inputs a side");
  EXPECT_EQ(refusal(4, {.ic = 7}), "too few channels to pay for the transforms");
}

}  // namespace
}  // namespace convoy
