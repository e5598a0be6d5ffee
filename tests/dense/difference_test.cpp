// The difference that dense inference reports for approximate networks, against the exact network's results.
#include <convoy/dense.h>

#include <cstring>

#include "passes/pass_test.h"
#include "support/int_math.h"

namespace convoy {
namespace {

DenseProgram program(const std::string& model, bool approximate, Border border) {
  DenseOptions options{.border = border, .approximate = approximate, .tile_height = 16, .tile_width = 24};
  options.compile.threads = 2;
  auto dense = compile_dense(std::string(CONVOY_TEST_DATA) + "/" + model, options);
  EXPECT_TRUE(dense) << dense.status().message();
  return *dense;
}

Tensor random_image(int64_t height, int64_t width) {
  std::mt19937 random(3);
  return random_tensor({DType::f32, Shape{1, 1, height, width}}, random, 0, 1);
}

Tensor result_of(const DenseProgram& dense, const Tensor& image) {
  const auto [rows, cols] = dense.output_size(image.shape()[2], image.shape()[3]);
  Tensor result(DType::f32, Shape{1, dense.info().out_channels, rows, cols});
  const Status status = dense.run(image_of(image), image_of(result));
  EXPECT_TRUE(status.ok()) << status.message();
  return result;
}

constexpr const char* kPadded = "patch_denoise_stride2.onnx";

DenseDifference difference_of(const Tensor& result, const Tensor& exact) {
  DenseDifference d{.low = exact.as<float>()[0], .high = exact.as<float>()[0]};
  for (int64_t i = 0; i < exact.elems(); ++i) {
    const float wanted = exact.as<float>()[i];
    const double difference = std::abs(double{result.as<float>()[i]} - wanted);
    d.largest = std::max(d.largest, difference);
    d.mean += difference / static_cast<double>(exact.elems());
    d.low = std::min(d.low, wanted), d.high = std::max(d.high, wanted);
  }
  return d;
}

void expect_equal(const DenseDifference& found, const DenseDifference& expected) {
  EXPECT_NEAR(found.largest, expected.largest, 1e-5);
  EXPECT_NEAR(found.mean, expected.mean, 1e-6);
  EXPECT_NEAR(found.low, expected.low, 1e-5);
  EXPECT_NEAR(found.high, expected.high, 1e-5);
}

/// All patches of a small image are in the sample.
TEST(Difference, OfAllPatches) {
  for (Border border : {Border::reflect, Border::replicate, Border::zero, Border::valid}) {
    SCOPED_TRACE(to_string(border));
    const DenseProgram exact = program(kPadded, false, border), approximate = program(kPadded, true, border);
    EXPECT_EQ(approximate.info().approximated, std::vector<std::string>{"node '/2/Conv' (conv2d)"});
    EXPECT_EQ(approximate.info().not_shared, "");
    const Tensor image = random_image(59, 62), result = result_of(approximate, image);
    const auto found = approximate.difference(image_of(image), image_of(result));
    ASSERT_TRUE(found) << found.status().message();
    EXPECT_EQ(found->patches, ceil_div(result.shape()[2], 4) * ceil_div(result.shape()[3], 4));
    EXPECT_GT(found->largest, 1e-3) << "padding makes a difference";
    expect_equal(*found, difference_of(result, result_of(exact, image)));
  }
}

DenseRows rows_of(const Tensor& image) {
  DenseRows rows;
  const int64_t width = image.shape()[3];
  rows.height = image.shape()[2], rows.width = width;
  rows.read = [&image, width](int64_t first, int64_t count, float* planes, int64_t) {
    std::memcpy(planes, image.as<float>() + first * width, count * width * sizeof(float));
  };
  rows.write = [](int64_t, int64_t, const float*, int64_t) {};
  return rows;
}

TEST(Difference, OfAnImageThatStreams) {
  const DenseProgram dense = program(kPadded, true, Border::reflect);
  const Tensor image = random_image(211, 75), result = result_of(dense, image);
  const auto whole = dense.difference(image_of(image), image_of(result));
  ASSERT_TRUE(whole) << whole.status().message();
  EXPECT_EQ(whole->patches, 256);
  DenseDifference found;
  DenseRows rows = rows_of(image);
  rows.band_rows = 16, rows.difference = &found;
  ASSERT_TRUE(dense.run(rows).ok());
  EXPECT_EQ(found.patches, 256);
  expect_equal(found, *whole);
}

TEST(Difference, OfEachShard) {
  const DenseProgram dense = program(kPadded, true, Border::reflect);
  const Tensor image = random_image(211, 75);
  for (int64_t shard : {0, 1, 2}) {
    DenseDifference found;
    DenseRows rows = rows_of(image);
    rows.band_rows = 16, rows.difference = &found, rows.shard = shard, rows.shards = 3;
    ASSERT_TRUE(dense.run(rows).ok());
    EXPECT_EQ(found.patches, 256);
    EXPECT_GT(found.largest, 1e-3);
  }
}

TEST(Difference, NoneOfExactNetworks) {
  const DenseProgram exact = program("patch_denoise_valid.onnx", true, Border::reflect);
  EXPECT_TRUE(exact.info().approximated.empty());
  const Tensor image = random_image(40, 40), result = result_of(exact, image);
  DenseDifference found{.patches = 7, .largest = 1};
  DenseRows rows = rows_of(image);
  rows.difference = &found;
  ASSERT_TRUE(exact.run(rows).ok());
  EXPECT_EQ(found.patches, 0);
  EXPECT_EQ(exact.difference(image_of(image), image_of(result))->patches, 0);
  EXPECT_FALSE(exact.difference(image_of(image), {}));
}

}  // namespace
}  // namespace convoy
