#include "ops/resize.h"

#include "ops/region_exact.h"
#include "support/expect_error.h"

namespace convoy {
namespace {

Resize resize(ResizeMode mode, CoordinateMode coordinates, Shape shape, std::vector<double> scales = {}) {
  Resize op;
  op.mode = mode;
  op.coordinates = coordinates;
  op.shape = std::move(shape);
  op.scales = std::move(scales);
  return op;
}

using Floats = std::vector<float>;

Floats resized(const Resize& op, const Floats& src) {
  return values_of<float>(run_op1(op, {make_tensor<float>({static_cast<int64_t>(src.size())}, src)}));
}

TEST(Resize, NearestRoundsAsAsked) {
  Resize op = resize(ResizeMode::nearest, CoordinateMode::asymmetric, {6}, {1.5});
  // Positions 0, 2/3, 4/3, 2, 8/3, 10/3.
  op.nearest = NearestMode::floor;
  EXPECT_EQ(resized(op, {0, 1, 2, 3}), (Floats{0, 0, 1, 2, 2, 3}));
  op.nearest = NearestMode::ceil;
  EXPECT_EQ(resized(op, {0, 1, 2, 3}), (Floats{0, 1, 2, 2, 3, 3}));
  op = resize(ResizeMode::nearest, CoordinateMode::asymmetric, {4}, {2});
  op.nearest = NearestMode::round_prefer_floor;
  EXPECT_EQ(resized(op, {0, 1}), (Floats{0, 0, 1, 1}));
  op.nearest = NearestMode::round_prefer_ceil;
  EXPECT_EQ(resized(op, {0, 1}), (Floats{0, 1, 1, 1}));
}

TEST(Resize, LinearInEachCoordinateMode) {
  const auto linear = [](CoordinateMode mode, int64_t size, std::vector<double> scales = {}) {
    return resized(resize(ResizeMode::linear, mode, {size}, std::move(scales)), {0, 10, 20, 30});
  };
  expect_near(linear(CoordinateMode::half_pixel, 8), {0, 2.5f, 7.5f, 12.5f, 17.5f, 22.5f, 27.5f, 30});
  expect_near(linear(CoordinateMode::asymmetric, 8), {0, 5, 10, 15, 20, 25, 30, 30});
  expect_near(linear(CoordinateMode::align_corners, 7), {0, 5, 10, 15, 20, 25, 30});
  expect_near(linear(CoordinateMode::pytorch_half_pixel, 1), {0});
  expect_near(linear(CoordinateMode::half_pixel, 1), {15});
  expect_near(linear(CoordinateMode::align_corners, 1), {0});
  // The scale says 2.4 elements: positions 0 and 3 / (2.4 - 1).
  expect_near(linear(CoordinateMode::align_corners, 2, {0.6}), {0, 21.428571f});
  // n * scale is 2.4, made 2: the canvas' centre stays on the input's centre.
  expect_near(linear(CoordinateMode::half_pixel_symmetric, 2, {0.6}), {6.666667f, 23.333333f});
}

TEST(Resize, CropAndResizeExtrapolates) {
  Resize op = resize(ResizeMode::linear, CoordinateMode::tf_crop_and_resize, {3});
  op.roi = {0.5, 1.5};
  op.extrapolation_value = -1;
  EXPECT_EQ(resized(op, {0, 10, 20}), (Floats{10, 20, -1}));
  op.shape = {1};
  EXPECT_EQ(resized(op, {0, 10, 20}), (Floats{20}));
}

TEST(Resize, CubicWeighsFourElements) {
  const Resize op = resize(ResizeMode::cubic, CoordinateMode::asymmetric, {8});
  const std::vector<ResizeTap> taps = op.taps(0, 3, 4);  // at 1.5
  ASSERT_EQ(taps.size(), 4u);
  EXPECT_EQ(taps[0].index, 0);
  EXPECT_DOUBLE_EQ(taps[0].weight, -0.09375);
  EXPECT_DOUBLE_EQ(taps[1].weight, 0.59375);
  EXPECT_EQ(op.taps(0, 2, 4), (std::vector<ResizeTap>{{1, 1.0}}));
}

TEST(Resize, ExcludingTheOutsideRenormalises) {
  Resize op = resize(ResizeMode::cubic, CoordinateMode::half_pixel, {8});
  op.exclude_outside = true;
  double sum = 0;
  for (const ResizeTap& tap : op.taps(0, 0, 4)) sum += tap.weight;
  EXPECT_DOUBLE_EQ(sum, 1);
  EXPECT_EQ(op.taps(0, 0, 4).size(), 2u);
}

TEST(Resize, AntialiasAveragesWhenShrinking) {
  Resize op = resize(ResizeMode::linear, CoordinateMode::half_pixel, {2});
  op.antialias = true;
  // Kernel of half width 2 around 0.5: weights 1/4 (beyond the edge: to 0), 3/4, 3/4, 1/4.
  EXPECT_EQ(op.taps(0, 0, 4), (std::vector<ResizeTap>{{0, 0.5}, {1, 0.375}, {2, 0.125}}));
}

TEST(Resize, TwoAxesAreWeightedTogether) {
  const Resize op = resize(ResizeMode::linear, CoordinateMode::align_corners, {1, 1, 3, 3});
  expect_near(values_of<float>(run_op1(op, {make_tensor<float>({1, 1, 2, 2}, {0, 2, 4, 10})})),
              {0, 1, 2, 2, 4, 6, 4, 7, 10});
}

TEST(Resize, IntegersTruncateAndSaturate) {
  const Resize linear = resize(ResizeMode::linear, CoordinateMode::align_corners, {3});
  EXPECT_EQ(values_of<int8_t>(run_op1(linear, {make_tensor<int8_t>({2}, {0, -5})})), (std::vector<int8_t>{0, -2, -5}));
  const Resize cubic = resize(ResizeMode::cubic, CoordinateMode::asymmetric, {8});
  EXPECT_EQ(values_of<uint8_t>(run_op1(cubic, {make_tensor<uint8_t>({4}, {255, 255, 0, 0})}))[1], 255);
  const Resize nearest = resize(ResizeMode::nearest, CoordinateMode::asymmetric, {2});
  const int64_t large = (int64_t{1} << 62) + 1;
  EXPECT_EQ(values_of<int64_t>(run_op1(nearest, {make_tensor<int64_t>({1}, {large})})),
            (std::vector<int64_t>{large, large}));
}

TEST(Resize, Regions) {
  for (ResizeMode mode : {ResizeMode::nearest, ResizeMode::linear, ResizeMode::cubic}) {
    for (CoordinateMode coordinates : {CoordinateMode::half_pixel, CoordinateMode::asymmetric,
                                       CoordinateMode::align_corners, CoordinateMode::tf_half_pixel_for_nn}) {
      expect_region_exact(resize(mode, coordinates, {1, 2, 7, 3}), {scattered({1, 2, 4, 5})});
    }
    Resize crop = resize(mode, CoordinateMode::tf_crop_and_resize, {5, 4});
    crop.roi = {-0.25, 0.2, 0.6, 1.5};
    expect_region_exact(crop, {scattered({5, 4})});
  }
}

TEST(Resize, RefusesWhatCannotBe) {
  const TensorType src{DType::f32, {4}}, none{DType::f32, {0}}, flags{DType::boolean, {4}};
  const auto infer = [](const Resize& op, const TensorType& type) { return op.infer({&type}); };
  const CoordinateMode half = CoordinateMode::half_pixel;
  expect_invalid("scale 0 is out of range", [&] { infer(resize(ResizeMode::linear, half, {8}, {0}), src); });
  expect_invalid("scale 1e-300 of axis 0 makes 4e-300 elements from src 4, but shape is 1",
                 [&] { infer(resize(ResizeMode::linear, half, {1}, {1e-300}), src); });
  expect_invalid("shape 2097152 is out of range, expected 0 to 1048576",
                 [&] { infer(resize(ResizeMode::nearest, half, {1 << 21}), src); });
  expect_invalid("shape has 2 values, expected 1", [&] { infer(resize(ResizeMode::linear, half, {1, 2}), src); });
  expect_invalid("has no elements to resize", [&] { infer(resize(ResizeMode::linear, half, {1}), none); });
  expect_invalid("expected a number type for mode linear",
                 [&] { infer(resize(ResizeMode::linear, half, {1}), flags); });
  expect_invalid("roi has 0 values, expected 2",
                 [&] { infer(resize(ResizeMode::linear, CoordinateMode::tf_crop_and_resize, {1}), src); });
}

TEST(Resize, PositionsThatAreNoNumbersAreOutside) {
  Resize op = resize(ResizeMode::linear, CoordinateMode::tf_crop_and_resize, {2});
  op.roi = {1e308, -1e308};  // of infinite length
  op.extrapolation_value = -1;
  EXPECT_EQ(resized(op, {0, 10, 20}), (Floats{-1, -1}));
}

TEST(Resize, CountsTheStepsOfItsReference) {
  const TensorType src{DType::f32, {1, 3, 10, 1000}};
  const auto steps = [&](const Resize& op) { return op.reference_steps({&src}, {{DType::f32, op.shape}}); };
  const CoordinateMode half = CoordinateMode::half_pixel;
  EXPECT_EQ(steps(resize(ResizeMode::nearest, half, {1, 3, 20, 10})), 30000 + 600);
  Resize shrink = resize(ResizeMode::cubic, half, {1, 3, 10, 10});
  EXPECT_EQ(steps(shrink), (30000 + 300) * 1 * 3 * 4 * 4);
  shrink.antialias = true;
  EXPECT_EQ(steps(shrink), (30000 + 300) * 1 * 3 * 4 * 400);
}

}  // namespace
}  // namespace convoy
