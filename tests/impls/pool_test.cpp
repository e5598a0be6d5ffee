#include <gtest/gtest.h>

#include <random>

#include "impls/harness.h"
#include "impls/pool/list.h"
#include "ops/avg_pool2d.h"
#include "ops/max_pool2d.h"

namespace convoy {
namespace {

struct PoolCase {
  std::vector<int64_t> src;  ///< N, C, H, W
  std::vector<int64_t> kernel, strides = {1, 1}, pads = {0, 0, 0, 0}, dilations = {1, 1};
  bool ceil_mode = false;
};

template <class Op>
Op pool_op(const PoolCase& c) {
  Op op;
  op.kernel = c.kernel;
  op.window = {c.strides, c.dilations, c.pads};
  op.ceil_mode = c.ceil_mode;
  return op;
}

void check_max(const PoolCase& c) {
  check(max_pool2d_window(), [&](CaseBuilder& b) { return b.add(pool_op<MaxPool2d>(c), {b.input(Shape(c.src))}); },
        {.ulps = 0, .terms = 0});
}

void check_average(const PoolCase& c, bool count_include_pad) {
  AvgPool2d op = pool_op<AvgPool2d>(c);
  op.count_include_pad = count_include_pad;
  check(avg_pool2d_window(), [&](CaseBuilder& b) { return b.add(op, {b.input(Shape(c.src))}); });
}

void check_all(const PoolCase& c) {
  check_max(c);
  check_average(c, false);
  check_average(c, true);
}

TEST(Pool, ChannelsAroundVectors) {
  for (int64_t channels : {1, 3, 4, 5, 7, 8, 9, 15, 16, 17}) {
    check_max({{2, channels, 5, 6}, {3, 3}, {2, 2}, {1, 1, 1, 1}});
    check_average({{2, channels, 5, 6}, {3, 3}, {2, 2}, {1, 1, 1, 1}}, false);
  }
}

Tensor random_integers(DType dtype, const Shape& shape) {
  std::mt19937 random(3);
  Tensor tensor(dtype, shape);
  for (int64_t i = 0; i < tensor.bytes(); ++i) static_cast<uint8_t*>(tensor.data())[i] = static_cast<uint8_t>(random());
  return tensor;
}

void check_integers(const PoolCase& c) {
  for (DType dtype : {DType::i8, DType::u8, DType::i16}) {
    const Tensor src = random_integers(dtype, Shape(c.src));
    check(max_pool2d_window(), [&](CaseBuilder& b) { return b.add(pool_op<MaxPool2d>(c), {b.input(src)}); });
    check(avg_pool2d_window(), [&](CaseBuilder& b) { return b.add(pool_op<AvgPool2d>(c), {b.input(src)}); });
  }
}

TEST(Pool, Integers) {
  for (int64_t channels : {1, 15, 17}) check_integers({{2, channels, 5, 6}, {3, 3}, {2, 2}, {1, 1, 1, 1}});
  check_integers({{1, 20, 7, 7}, {7, 7}});
  check_integers({{1, 4, 30, 40}, {30, 40}});
  check_integers({{1, 17, 12, 15}, {3, 2}, {1, 2}, {0, 1, 2, 0}});
}

TEST(Pool, StridesAndWindows) {
  for (int64_t stride : {1, 2, 3}) {
    for (int64_t kernel : {1, 2, 3, 5}) check_all({{1, 18, 9, 14}, {kernel, kernel}, {stride, stride}});
  }
  check_all({{1, 17, 12, 15}, {3, 2}, {1, 2}, {0, 1, 2, 0}});
  check_all({{1, 17, 12, 15}, {2, 3}, {3, 1}, {1, 0, 0, 2}});
}

TEST(Pool, OneWide) {
  check_all({{2, 19, 13, 1}, {3, 1}, {2, 1}, {1, 0, 1, 0}});
  check_all({{2, 19, 1, 13}, {1, 3}, {1, 2}, {0, 1, 0, 1}});
  check_all({{1, 19, 1, 1}, {3, 3}, {1, 1}, {1, 1, 1, 1}});
}

TEST(Pool, Dilated) {
  check_all({{1, 20, 15, 16}, {3, 3}, {1, 1}, {2, 2, 2, 2}, {2, 2}});
  check_all({{1, 20, 15, 16}, {2, 3}, {2, 1}, {1, 0, 2, 1}, {3, 2}});
}

TEST(Pool, CeilMode) {
  check_all({{1, 18, 12, 10}, {3, 3}, {2, 2}, {0, 0, 0, 0}, {1, 1}, true});
  check_all({{1, 18, 12, 11}, {3, 2}, {2, 3}, {1, 1, 1, 1}, {1, 1}, true});
  check_all({{1, 18, 7, 8}, {4, 5}, {3, 3}, {1, 2, 3, 1}, {1, 1}, true});
}

TEST(Pool, LargeWindows) {
  check_all({{1, 20, 13, 13}, {13, 13}, {1, 1}, {6, 6, 6, 6}});
  check_all({{1, 20, 26, 40}, {9, 9}, {1, 1}, {4, 4, 4, 4}});
  check_all({{1, 20, 30, 41}, {27, 29}, {1, 3}, {3, 2, 0, 14}});
}

TEST(Pool, Epilogue) {
  check(max_pool2d_window(), [](CaseBuilder& b) {
    ValueId dst = b.add(pool_op<MaxPool2d>({.kernel = {3, 3}, .strides = {2, 2}, .pads = {1, 1, 1, 1}}),
                        {b.input(Shape{1, 21, 9, 17})});
    return b.add(unary(UnaryKind::relu), {b.add(binary(BinaryKind::mul), {dst, b.constant(Shape{21, 1, 1})})});
  });
  check(avg_pool2d_window(), [](CaseBuilder& b) {
    ValueId dst = b.add(pool_op<AvgPool2d>({.kernel = {2, 2}, .strides = {2, 2}}), {b.input(Shape{2, 21, 8, 6})});
    return b.add(binary(BinaryKind::add), {dst, b.input(Shape{2, 21, 4, 3})});
  });
}

TEST(Pool, NansAreNeverTheMaximum) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  check(max_pool2d_window(), [&](CaseBuilder& b) {
    Tensor src(DType::f32, Shape{1, 2, 3, 3});
    const float values[] = {nan, 1, nan, 2, nan, -inf, nan, -inf, nan};
    for (int i = 0; i < 18; ++i) src.as<float>()[i] = values[i % 9];
    return b.add(pool_op<MaxPool2d>({.kernel = {2, 2}}), {b.input(src)});
  });
}

TEST(Pool, RefusesIndices) {
  const Proposal proposal = proposal_for(max_pool2d_window(), [](CaseBuilder& b) {
    MaxPool2d op = pool_op<MaxPool2d>({.kernel = {2, 2}});
    op.with_indices = true;
    return b.add(op, {b.input(Shape{1, 16, 4, 4})});
  });
  EXPECT_EQ(proposal.refusal, "indices are wanted");
}

}  // namespace
}  // namespace convoy
