#include "ops/pad.h"

#include <limits>

#include "ops/region_exact.h"
#include "support/expect_error.h"

namespace convoy {
namespace {

Pad pad(PadMode mode, std::vector<int64_t> begin, std::vector<int64_t> end, double value = 0) {
  Pad op;
  op.mode = mode;
  op.begin = std::move(begin);
  op.end = std::move(end);
  op.value = value;
  return op;
}

std::vector<float> padded(PadMode mode, int64_t begin, int64_t end) {
  return values_of<float>(run_op1(pad(mode, {begin}, {end}, 9), {make_tensor<float>({4}, {1, 2, 3, 4})}));
}

using Floats = std::vector<float>;

TEST(Pad, Constant) {
  EXPECT_EQ(padded(PadMode::constant, 1, 2), (Floats{9, 1, 2, 3, 4, 9, 9}));
  EXPECT_EQ(padded(PadMode::constant, -1, 1), (Floats{2, 3, 4, 9}));
  EXPECT_EQ(padded(PadMode::constant, 5, -7), (Floats{9, 9}));
  EXPECT_EQ(padded(PadMode::constant, -7, 5), (Floats{9, 9}));
  EXPECT_EQ(padded(PadMode::constant, -4, 0), Floats{});
}

TEST(Pad, Edge) {
  EXPECT_EQ(padded(PadMode::edge, 2, 1), (Floats{1, 1, 1, 2, 3, 4, 4}));
  EXPECT_EQ(padded(PadMode::edge, 2, -2), (Floats{1, 1, 1, 2}));
}

TEST(Pad, Reflect) {
  EXPECT_EQ(padded(PadMode::reflect, 2, 3), (Floats{3, 2, 1, 2, 3, 4, 3, 2, 1}));
  EXPECT_EQ(padded(PadMode::reflect, 5, 0), (Floats{2, 3, 4, 3, 2, 1, 2, 3, 4}));
  EXPECT_EQ(padded(PadMode::reflect, -3, 2), (Floats{4, 4, 4}));
}

TEST(Pad, Wrap) {
  EXPECT_EQ(padded(PadMode::wrap, 2, 1), (Floats{3, 4, 1, 2, 3, 4, 1}));
  EXPECT_EQ(padded(PadMode::wrap, 5, 0), (Floats{4, 1, 2, 3, 4, 1, 2, 3, 4}));
}

TEST(Pad, SeveralAxesAndEveryType) {
  const Tensor src = make_tensor<int64_t>({1, 2}, {1, 2});
  EXPECT_EQ(values_of<int64_t>(run_op1(pad(PadMode::constant, {1, 0}, {0, 1}, -7), {src})),
            (std::vector<int64_t>{-7, -7, -7, 1, 2, -7}));
  const Tensor flag = make_tensor<bool>({1}, {false});
  EXPECT_EQ(values_of<bool>(run_op1(pad(PadMode::constant, {0}, {1}, 1), {flag})), (std::vector<bool>{false, true}));
}

TEST(Pad, Regions) {
  for (PadMode mode : {PadMode::constant, PadMode::edge, PadMode::reflect, PadMode::wrap}) {
    expect_region_exact(pad(mode, {2, -1}, {3, 2}), {scattered({3, 4})});
    expect_region_exact(pad(mode, {7, 0}, {0, 6}), {scattered({2, 3})});
  }
  expect_region_exact(pad(PadMode::constant, {5}, {-7}), {scattered({4})});
}

TEST(Pad, RefusesWhatCannotBe) {
  const TensorType src{DType::f32, {2, 3}}, bytes{DType::u8, {2, 3}}, none{DType::f32, {2, 0}};
  expect_invalid("pads -1 and -3 remove more than the 3 elements along axis 1", [&] {
    pad(PadMode::edge, {0, -1}, {0, -3}).infer({&src});
  });
  expect_invalid("mode reflect needs an element along axis 1 to repeat", [&] {
    pad(PadMode::reflect, {0, 1}, {0, 0}).infer({&none});
  });
  expect_invalid("pad 4611686018427387904 is out of range", [&] {
    pad(PadMode::constant, {0, int64_t{1} << 62}, {0, 0}).infer({&src});
  });
  expect_invalid("begin has 1 values, expected 2", [&] { pad(PadMode::constant, {0}, {0, 0}).infer({&src}); });
  for (double value : {256.0, -1.0, 0.5, std::numeric_limits<double>::quiet_NaN()}) {
    expect_invalid("is no value of src's type u8", [&] {
      pad(PadMode::constant, {0, 0}, {0, 0}, value).infer({&bytes});
    });
  }
}

}  // namespace
}  // namespace convoy
