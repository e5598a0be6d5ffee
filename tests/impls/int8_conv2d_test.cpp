// Convolutions of quantised numbers: bit for bit the reference's results on every instruction set.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "impls/conv2d/list.h"
#include "impls/conv_transpose2d/list.h"
#include "impls/harness.h"
#include "impls/matmul/list.h"
#include "ops/cast.h"
#include "ops/conv2d.h"
#include "ops/conv_transpose2d.h"
#include "ops/lookup.h"
#include "ops/matmul.h"
#include "ops/requantize.h"

namespace convoy {
namespace {

struct Int8Case {
  int64_t n = 1, ic = 8, h = 9, w = 9, oc = 8, kh = 3, kw = 3;
  std::vector<int64_t> strides = {1, 1}, dilations = {1, 1}, pads = {0, 0, 0, 0};
  int64_t group = 1;
  DType src = DType::u8, weights = DType::i8;
  ZeroPoints zeros = {};

  Conv2d op() const {
    Conv2d conv;
    conv.window = {strides, dilations, pads};
    conv.group = group, conv.zeros = zeros;
    return conv;
  }
  Shape src_shape() const { return {n, ic, h, w}; }
  Shape weights_shape() const { return {oc, ic / group, kh, kw}; }
  Shape dst_shape() const { return {n, oc, op().window.output_extent(0, h, kh), op().window.output_extent(1, w, kw)}; }
};

/// Bytes of the whole range, the ends more often than others.
Tensor random_bytes(DType dtype, const Shape& shape, uint32_t seed) {
  std::mt19937 random(seed);
  Tensor tensor(dtype, shape);
  for (int64_t i = 0; i < tensor.elems(); ++i) {
    const uint32_t bits = random();
    const uint32_t ends[] = {0, 255, 127, 128};
    tensor.as<uint8_t>()[i] = static_cast<uint8_t>(bits & 0x700 ? bits : ends[bits & 3]);
  }
  return tensor;
}

Tensor random_numbers(const Shape& shape, int32_t low, int32_t high, uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int32_t> values(low, high);
  Tensor tensor(DType::i32, shape);
  for (int64_t i = 0; i < tensor.elems(); ++i) tensor.as<int32_t>()[i] = values(random);
  return tensor;
}

ValueId convolve(CaseBuilder& b, const Int8Case& c) {
  const ValueId bias = b.constant(random_numbers({c.oc}, -100000, 100000, 3));
  return b.add(c.op(), {b.input(random_bytes(c.src, c.src_shape(), 1)),
                        b.constant(random_bytes(c.weights, c.weights_shape(), 2)), bias});
}

/// Scales each channel so that results fill the range, and now and then leave it.
ValueId requantized(CaseBuilder& b, const Int8Case& c, ValueId sums, const Requantize& op) {
  const Tensor multiplier = random_numbers({c.oc, 1, 1}, 1 << 30, std::numeric_limits<int32_t>::max(), 5);
  const int least = -6 - static_cast<int>(std::log2(static_cast<double>(c.ic / c.group * c.kh * c.kw)) / 2);
  const Tensor shift = random_numbers({c.oc, 1, 1}, least - 1, least, 6);
  return b.add(op, {sums, b.constant(multiplier), b.constant(shift)});
}

Requantize requantize(DType to, int64_t zero, Rounding rounding) {
  Requantize op;
  op.to = to, op.zero = zero, op.rounding = rounding;
  op.low = to == DType::u8 ? 0 : -128, op.high = to == DType::u8 ? 255 : 127;
  return op;
}

Requantize requantize_for(const Int8Case& c, Rounding rounding) {
  return requantize(c.src, c.src == DType::u8 ? 131 : -7, rounding);
}

/// The sums themselves, and scaled as TFLite does it.
void check_int8(const Int8Case& c, const Impl& impl = conv2d_int8()) {
  check(impl, [&](CaseBuilder& b) { return convolve(b, c); });
  check(impl, [&](CaseBuilder& b) { return requantized(b, c, convolve(b, c), requantize_for(c, Rounding::once)); });
}

constexpr DType kBytes[] = {DType::u8, DType::i8};

TEST(Int8Conv2d, OperandTypesAndZeroPoints) {
  for (DType src : kBytes) {
    for (DType weights : kBytes) {
      const int64_t middle = weights == DType::u8 ? 128 : 0;
      for (const std::vector<int64_t>& zeros : {std::vector<int64_t>{}, {middle}, {middle + 3}}) {
        const ZeroPoints points{.src = src == DType::u8 ? 255 : -128, .weights = zeros};
        check_int8({.ic = 12, .oc = 20, .pads = {1, 1, 1, 1}, .src = src, .weights = weights, .zeros = points});
        check_int8({.ic = 20, .oc = 17, .kh = 1, .kw = 1, .src = src, .weights = weights, .zeros = points});
      }
    }
  }
  check_int8({.ic = 4, .oc = 3, .zeros = {.src = 3, .weights = {1, -2, 0}}});
}

TEST(Int8Conv2d, FirstLayers) {
  for (DType src : kBytes) {
    check_int8({.ic = 3, .h = 17, .w = 23, .oc = 32, .strides = {2, 2}, .pads = {1, 1, 1, 1}, .src = src});
    check_int8({.ic = 3, .h = 12, .w = 9, .oc = 8, .strides = {2, 2}, .pads = {0, 0, 1, 1}, .src = src});
    check_int8({.ic = 1, .h = 12, .w = 12, .oc = 16, .kh = 5, .kw = 5, .pads = {2, 2, 2, 2}, .src = src});
    check_int8({.ic = 3, .h = 7, .w = 40, .oc = 70, .kh = 1, .kw = 1, .src = src});
  }
}

TEST(Int8Conv2d, ChannelTails) {
  for (int64_t oc : {1, 15, 17, 33, 65}) check_int8({.ic = 5, .h = 6, .w = 8, .oc = oc});
  for (int64_t ic : {1, 2, 4, 7, 64}) check_int8({.ic = ic, .h = 5, .w = 9, .oc = 24, .pads = {1, 1, 1, 1}});
  for (int64_t ic : {2, 4, 6, 100})
    check_int8({.ic = ic, .h = 4, .w = 5, .oc = 24, .kh = 1, .kw = 1, .src = DType::i8});
}

TEST(Int8Conv2d, Windows) {
  check_int8({.kh = 1, .kw = 5, .pads = {0, 2, 0, 2}});
  check_int8({.kh = 2, .kw = 4, .pads = {0, 1, 1, 2}});
  check_int8({.h = 15, .w = 14, .strides = {3, 2}, .pads = {0, 1, 2, 0}, .zeros = {.src = 9}});
  check_int8({.h = 15, .w = 14, .dilations = {2, 3}, .pads = {2, 3, 2, 3}, .zeros = {.src = 9}});
  check_int8({.h = 4, .w = 5, .dilations = {6, 6}, .pads = {6, 6, 6, 6}, .zeros = {.src = 200}});
  check_int8({.ic = 4, .h = 3, .w = 3, .pads = {4, 4, 4, 4}, .zeros = {.src = 77}});
  for (int64_t w : {1, 6, 13}) check_int8({.h = 4, .w = w, .oc = 64, .pads = {1, 1, 1, 1}});
}

TEST(Int8Conv2d, GroupsAndBatches) {
  check_int8({.ic = 12, .oc = 20, .pads = {1, 1, 1, 1}, .group = 2, .zeros = {.src = 5}});
  check_int8({.ic = 64, .h = 5, .w = 5, .oc = 64, .kh = 1, .kw = 1, .group = 4, .src = DType::i8});
  check_int8({.n = 3, .ic = 4, .h = 6, .w = 5, .pads = {1, 0, 1, 0}, .zeros = {.src = 5}});
  check_int8({.n = 2, .ic = 16, .h = 3, .w = 8, .oc = 40, .kh = 1, .kw = 1});
}

TEST(Int8MatMul, ShapesAndZeroPoints) {
  const auto check_product = [](Shape a, Shape b, const MatMul& op, DType left) {
    check(matmul_int8(), [&](CaseBuilder& build) {
      const ValueId sums =
          build.add(op, {build.input(random_bytes(left, a, 1)), build.constant(random_bytes(DType::i8, b, 2))});
      const ValueId bias = build.constant(random_numbers({b[op.trans_b ? 0 : 1]}, -5000, 5000, 3));
      const ValueId moved = build.add(binary(BinaryKind::add), {sums, bias});
      return build.add(
          requantize(DType::i8, 5, Rounding::once),
          {moved, build.constant(Tensor::scalar<int32_t>(1234567890)), build.constant(Tensor::scalar<int32_t>(-9))});
    });
  };
  MatMul op, transposed;
  transposed.trans_b = true, transposed.zeros.src = 3;
  for (DType left : {DType::u8, DType::i8}) {
    check_product({1, 64}, {64, 10}, op, left);
    check_product({7, 30}, {33, 30}, transposed, left);
    check_product({2, 3, 5, 12}, {12, 20}, op, left);
  }
  op.zeros = {.src = 9, .weights = {-3}};
  check_product({3, 41}, {41, 20}, op, DType::u8);
}

TEST(Int8Conv2d, RoundedTwice) {
  const Int8Case c{.oc = 20, .src = DType::i8};
  check(conv2d_int8(),
        [&](CaseBuilder& b) { return requantized(b, c, convolve(b, c), requantize_for(c, Rounding::twice)); });
}

/// The sum of a residual and the result of `sums`, as in TFLite: both numbers are bytes, scaled to one scale first.
ValueId add_residual(CaseBuilder& b, const Int8Case& c, ValueId sums, Rounding rounding) {
  Cast wide;
  wide.to = DType::i32;
  Requantize scaling;
  scaling.to = DType::i32, scaling.rounding = rounding;
  scaling.low = std::numeric_limits<int32_t>::min(), scaling.high = std::numeric_limits<int32_t>::max();
  const auto number = [&](int32_t value) { return b.constant(Tensor::scalar<int32_t>(value)); };
  const auto scaled = [&](ValueId bytes, int32_t zero, int32_t multiplier) {
    const ValueId moved = b.add(binary(BinaryKind::sub), {b.add(wide, {bytes}), number(zero)});
    const ValueId shifted = b.add(binary(BinaryKind::mul), {moved, number(1 << 20)});
    return b.add(scaling, {shifted, number(multiplier), number(-1)});
  };
  const Requantize last = requantize_for(c, rounding);
  const ValueId own = scaled(requantized(b, c, sums, last), 11, 1876543210);
  const ValueId skip = scaled(b.input(random_bytes(c.src, c.dst_shape(), 7)), c.src == DType::u8 ? 140 : -14, 1 << 30);
  return b.add(last, {b.add(binary(BinaryKind::add), {own, skip}), number(1345678901), number(-18)});
}

/// As in QDQ graphs.
ValueId add_dequantised(CaseBuilder& b, const Int8Case& c, ValueId sums) {
  Cast real, narrow;
  real.to = DType::f32, narrow.to = c.src;
  const auto number = [&](float value) { return b.constant(Tensor::scalar<float>(value)); };
  const auto scaled = [&](ValueId numbers, float factor) {
    return b.add(binary(BinaryKind::mul), {b.add(real, {numbers}), number(factor)});
  };
  const ValueId skip = scaled(b.input(random_bytes(c.src, c.dst_shape(), 7)), 0.75F);
  const ValueId sum = b.add(binary(BinaryKind::add), {scaled(sums, 0x1p-9F), skip});
  const double low = c.src == DType::u8 ? 0 : -128;
  return b.add(narrow, {b.add(unary(UnaryKind::clip, low, low + 255), {b.add(unary(UnaryKind::round), {sum})})});
}

TEST(Int8Conv2d, ResidualsBehind) {
  for (DType src : kBytes) {
    Int8Case wide{.oc = 20, .pads = {1, 1, 1, 1}, .src = src, .zeros = {.src = 4}};
    Int8Case pointwise{.n = 2, .ic = 16, .h = 3, .w = 15, .oc = 24, .kh = 1, .kw = 1, .src = src};
    Int8Case depthwise{.ic = 19, .h = 7, .w = 10, .oc = 19, .pads = {1, 1, 1, 1}, .group = 19, .src = src};
    for (const Int8Case& c : {wide, pointwise, depthwise}) {
      const Impl& impl = c.group > 1 ? conv2d_int8_depthwise() : conv2d_int8();
      for (Rounding rounding : {Rounding::once, Rounding::twice}) {
        check(impl, [&](CaseBuilder& b) { return add_residual(b, c, convolve(b, c), rounding); });
      }
      check(impl, [&](CaseBuilder& b) { return add_dequantised(b, c, convolve(b, c)); });
    }
  }
}

TEST(Int8Conv2d, ScaledAsFloats) {
  const Int8Case c{.oc = 20, .pads = {1, 1, 1, 1}};
  check(conv2d_int8(), [&](CaseBuilder& b) {
    Cast real, narrow;
    real.to = DType::f32, narrow.to = DType::u8;
    const ValueId scale = b.constant(Shape{c.oc, 1, 1}, {.low = 1e-4, .high = 2e-3});
    const ValueId scaled = b.add(binary(BinaryKind::mul), {b.add(real, {convolve(b, c)}), scale});
    const ValueId rounded = b.add(unary(UnaryKind::round), {scaled});
    const ValueId moved = b.add(binary(BinaryKind::add), {rounded, b.constant(Tensor::scalar<float>(7))});
    return b.add(narrow, {b.add(unary(UnaryKind::clip, 0, 255), {moved})});
  });
}

void check_winograd(const Int8Case& c) {
  for (int m : {2, 3, 4}) check_int8(c, conv2d_int8_winograd(m));
}

TEST(Int8Winograd, OperandTypesAndZeroPoints) {
  for (DType src : kBytes) {
    for (DType weights : kBytes) {
      const int64_t middle = weights == DType::u8 ? 128 : 0;
      for (const std::vector<int64_t>& zeros : {std::vector<int64_t>{}, {middle}, {middle + 3}}) {
        const ZeroPoints points{.src = src == DType::u8 ? 255 : -128, .weights = zeros};
        check_winograd({.ic = 12, .oc = 20, .pads = {1, 1, 1, 1}, .src = src, .weights = weights, .zeros = points});
      }
    }
  }
}

TEST(Int8Winograd, ShapesAndWindows) {
  for (int64_t oc : {8, 15, 33, 65}) check_winograd({.ic = 9, .h = 6, .w = 8, .oc = oc});
  for (int64_t ic : {8, 16, 31, 64}) check_winograd({.ic = ic, .h = 5, .w = 9, .oc = 24, .pads = {1, 1, 1, 1}});
  for (int64_t w : {1, 6, 13, 70}) check_winograd({.h = 4, .w = w, .oc = 64, .pads = {1, 1, 1, 1}});
  check_winograd({.n = 3, .ic = 10, .h = 11, .w = 5, .pads = {1, 0, 1, 0}, .zeros = {.src = 5}});
  check_winograd({.ic = 8, .h = 3, .w = 3, .pads = {4, 4, 4, 4}, .src = DType::i8, .zeros = {.src = -77}});
  check_winograd({.h = 9, .w = 14, .kh = 1, .kw = 3, .pads = {0, 1, 0, 1}});
  check_winograd({.h = 9, .w = 14, .kh = 2, .kw = 3, .pads = {1, 1, 0, 1}});
  for (int m : {2, 3}) check_int8({.h = 14, .w = 9, .kh = m == 2 ? 5 : 4, .kw = 1}, conv2d_int8_winograd(m));
}

/// Sums are right only where the largest that the weights allow stays below 2^31 / the power of two in the scale.
TEST(Int8Winograd, LargestSums) {
  const auto largest = [](int64_t ic) {
    return [=](CaseBuilder& b) {
      const Int8Case c{.ic = ic, .h = 6, .w = 6, .oc = 8, .src = DType::i8};
      Tensor src(DType::i8, c.src_shape()), weights(DType::i8, c.weights_shape());
      std::fill_n(src.as<int8_t>(), src.elems(), int8_t{-128});
      std::fill_n(weights.as<int8_t>(), weights.elems(), int8_t{-128});
      return b.add(c.op(), {b.input(src), b.constant(weights)});
    };
  };
  check(conv2d_int8_winograd(4), largest(224));
  EXPECT_EQ(proposal_for(conv2d_int8_winograd(4), largest(232)).refusal, "sums may not fit into i32");
  check(conv2d_int8_winograd(3), largest(232));
}

TEST(Int8Winograd, SaysWhyNot) {
  const auto refusal = [](const Int8Case& c) {
    return proposal_for(conv2d_int8_winograd(4), [&](CaseBuilder& b) { return convolve(b, c); }).refusal;
  };
  EXPECT_EQ(refusal({.ic = 8, .oc = 8, .strides = {2, 2}}), "strided");
  EXPECT_EQ(refusal({.ic = 8, .oc = 8, .kh = 1, .kw = 1}), "the window is 1x1");
  EXPECT_EQ(refusal({.ic = 4, .oc = 8}), "too few channels to pay for the transforms");
  EXPECT_EQ(refusal({.ic = 8, .h = 12, .w = 12, .oc = 8, .kh = 5, .kw = 5}), "transformed numbers do not fit into i16");
}

void check_depthwise(Int8Case c) {
  c.oc = c.group = c.ic;
  check_int8(c, conv2d_int8_depthwise());
}

TEST(Int8Depthwise, ShapesAndWindows) {
  for (int64_t c : {2, 15, 16, 40}) check_depthwise({.ic = c, .h = 7, .w = 13, .pads = {1, 1, 1, 1}});
  check_depthwise({.ic = 20, .h = 14, .w = 25, .strides = {2, 2}, .pads = {0, 0, 1, 1}, .zeros = {.src = 4}});
  check_depthwise({.ic = 20, .h = 9, .w = 9, .kh = 5, .kw = 5, .pads = {2, 2, 2, 2}, .src = DType::i8});
  check_depthwise({.ic = 18, .h = 12, .w = 11, .kh = 7, .kw = 3, .strides = {2, 1}, .pads = {3, 1, 3, 1}});
  check_depthwise({.n = 2, .ic = 16, .h = 11, .w = 13, .dilations = {2, 4}, .pads = {2, 4, 2, 4}, .zeros = {.src = 9}});
  check_depthwise({.ic = 16, .h = 1, .w = 1, .kh = 1, .kw = 1, .src = DType::i8, .zeros = {.src = -128}});
}

TEST(Int8Depthwise, WeightsWithZeroPoints) {
  for (int64_t zero : {0, 128, 151}) {
    check_depthwise({.ic = 20, .pads = {1, 1, 1, 1}, .weights = DType::u8, .zeros = {.src = 127, .weights = {zero}}});
  }
}

TEST(Int8Depthwise, SeveralOutputsAChannel) {
  check_int8({.ic = 4, .oc = 8, .pads = {1, 1, 1, 1}, .group = 4, .zeros = {.src = 4}});
}

struct Int8Transposed {
  int64_t ic = 8, oc = 8, h = 5, w = 6, k = 3, stride = 2, pad = 1, dilation = 1, group = 1;
  DType src = DType::i8, weights = DType::i8;
  ZeroPoints zeros = {};
};

void check_transposed(const Int8Transposed& c) {
  ConvTranspose2d op;
  op.window = {{c.stride, c.stride}, {c.dilation, c.dilation}, {c.pad, c.pad, c.pad, c.pad}};
  op.group = c.group, op.zeros = c.zeros;
  const Int8Case like{.ic = c.ic, .oc = c.oc, .kh = c.k, .kw = c.k, .group = c.group, .src = c.src};
  check(conv_transpose2d_int8(), [&](CaseBuilder& b) {
    const ValueId sums = b.add(op, {b.input(random_bytes(c.src, {2, c.ic, c.h, c.w}, 1)),
                                    b.constant(random_bytes(c.weights, {c.ic, c.oc / c.group, c.k, c.k}, 2)),
                                    b.constant(random_numbers({c.oc}, -100000, 100000, 3))});
    return requantized(b, like, sums, requantize_for(like, Rounding::twice));
  });
}

TEST(Int8ConvTranspose2d, ResidualsBehind) {
  ConvTranspose2d op;
  op.window = {{2, 2}, {1, 1}, {1, 1, 1, 1}};
  const Int8Case like{.n = 2, .ic = 8, .h = 9, .w = 11, .oc = 12, .kh = 1, .kw = 1, .src = DType::i8};
  check(conv_transpose2d_int8(), [&](CaseBuilder& b) {
    const ValueId sums = b.add(op, {b.input(random_bytes(DType::i8, {2, 8, 5, 6}, 1)),
                                    b.constant(random_bytes(DType::i8, {8, 12, 3, 3}, 2)), kAbsent});
    return add_residual(b, like, sums, Rounding::once);
  });
}

TEST(Int8ConvTranspose2d, ShapesAndWindows) {
  for (DType src : kBytes) {
    check_transposed({.ic = 16, .oc = 20, .src = src, .zeros = {.src = src == DType::u8 ? 131 : -9}});
    check_transposed({.ic = 5, .oc = 3, .k = 4, .src = src});
  }
  check_transposed({.ic = 12, .oc = 9, .k = 2, .pad = 0});
  check_transposed({.ic = 6, .oc = 12, .w = 15, .k = 5, .stride = 3, .pad = 2, .group = 2, .zeros = {.src = 100}});
  check_transposed({.k = 3, .pad = 2, .dilation = 2, .zeros = {.src = -128}});
  check_transposed({.k = 1, .pad = 0, .zeros = {.src = 4}});  // phases without a tap
  check_transposed({.ic = 8, .oc = 8, .stride = 1, .weights = DType::u8, .zeros = {.src = 1, .weights = {140}}});
}

/// Factors of one and more, no shift at all, and sums at the ends of i32.
TEST(Int8Conv2d, RoundedTwiceFarOut) {
  check(conv2d_int8(), [](CaseBuilder& b) {
    const Int8Case c{.ic = 4, .oc = 24, .kh = 1, .kw = 1, .src = DType::i8};
    Tensor bias(DType::i32, Shape{c.oc}), multiplier(DType::i32, Shape{c.oc, 1, 1}), shift = multiplier;
    for (int64_t o = 0; o < c.oc; ++o) {
      bias.as<int32_t>()[o] = static_cast<int32_t>((o % 2 ? -1 : 1) * (int64_t{2147000000} >> o));
      multiplier.as<int32_t>()[o] = o % 5 == 0 ? 0 : (1 << 30) + static_cast<int32_t>(o * 40000001);
      shift.as<int32_t>()[o] = static_cast<int32_t>(o % 3 == 0 ? 4 - o / 4 : -o);
    }
    const ValueId sums = b.add(c.op(), {b.input(random_bytes(c.src, c.src_shape(), 1)),
                                        b.constant(random_bytes(c.weights, c.weights_shape(), 2)), b.constant(bias)});
    return b.add(requantize(DType::i8, 5, Rounding::twice), {sums, b.constant(multiplier), b.constant(shift)});
  });
}

TEST(Int8Conv2d, TablesBehind) {
  const Int8Case c{.oc = 20, .src = DType::i8};
  check(conv2d_int8(), [&](CaseBuilder& b) {
    const ValueId bytes = requantized(b, c, convolve(b, c), requantize(DType::i8, 1, Rounding::once));
    return b.add(Lookup(), {bytes, b.constant(random_bytes(DType::u8, {256}, 8))});
  });
}

TEST(Int8Conv2d, SaysWhyNot) {
  const auto refusal = [](const BuildCase& build) { return proposal_for(conv2d_int8(), build).refusal; };
  EXPECT_EQ(refusal([](CaseBuilder& b) {
              return b.add(Conv2d{}, {b.input(Shape{1, 4, 8, 8}), b.constant(Shape{4, 4, 3, 3})});
            }),
            "no sums of bytes");
}

}  // namespace
}  // namespace convoy
