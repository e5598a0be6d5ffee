// Whole images of all sizes, tile by tile, against the patch network for each patch.
#include <convoy/dense.h>

#include <filesystem>

#include "dense/dense_compiler.h"
#include "dense/patch_by_patch.h"
#include "dense/random_patch_network.h"
#include "dense/tiles.h"
#include "dense/without_padding.h"
#include "passes/pass_test.h"
#include "runtime/compile.h"

namespace convoy {
namespace {

std::string model_path(const std::string& name) {
  return std::string(CONVOY_TEST_DATA) + "/" + name;
}

Tensor random_image(const Shape& shape, unsigned seed = 5) {
  std::mt19937 random(seed);
  return random_tensor({DType::f32, shape}, random, 0, 1);
}

/// The image with all that patches see beyond it, by plain indexing.
Tensor with_border(const Tensor& image, const PatchGeometry& geometry, Border border, const PatchLayout& layout) {
  const int64_t height = (layout.grid.rows - 1) * geometry.step + geometry.rows_read();
  const int64_t width = (layout.grid.cols - 1) * geometry.step + geometry.cols_read();
  const Shape& shape = image.shape();
  Tensor wide(DType::f32, Shape{1, shape[1], height, width});
  const auto rows = seen_pixels(-layout.top, height, shape[2], border);
  const auto cols = seen_pixels(-layout.left, width, shape[3], border);
  float* out = wide.as<float>();
  for (int64_t c = 0; c < shape[1]; ++c) {
    for (int64_t row : rows) {
      for (int64_t col : cols)
        *out++ = row < 0 || col < 0 ? 0 : image.as<float>()[(c * shape[2] + row) * shape[3] + col];
    }
  }
  return wide;
}

Tensor expected_result(const Graph& patch, const DenseOptions& options, const Tensor& image) {
  PatchGeometry geometry = patch_geometry(patch, {.step = options.step, .block = options.block});
  Graph network = patch;
  if (options.approximate) {
    WithoutPadding approximation = without_padding(run_passes(patch));
    network = std::move(approximation.graph);
    geometry.margin = approximation.margin;
  }
  const PatchLayout layout = patch_layout(geometry, options.border, image.shape()[2], image.shape()[3]);
  return patch_by_patch(network, geometry, with_border(image, geometry, options.border, layout), layout.grid);
}

/// Compares the top left part: patches at the end of an image may reach beyond the result.
void expect_result(const Tensor& found, const Tensor& expected) {
  const Shape &shape = found.shape(), &all = expected.shape();
  ASSERT_LE(shape[2], all[2]);
  ASSERT_LE(shape[3], all[3]);
  double difference = 0, largest = 0;
  for (int64_t i = 0; i < found.elems(); ++i) {
    const int64_t c = i / (shape[2] * shape[3]), y = i / shape[3] % shape[2], x = i % shape[3];
    const double wanted = expected.as<float>()[(c * all[2] + y) * all[3] + x];
    difference = std::max(difference, std::abs(found.as<float>()[i] - wanted));
    largest = std::max(largest, std::abs(wanted));
  }
  EXPECT_LE(difference, 1e-5 * largest);
}

void expect_dense(const Graph& patch, const DenseOptions& options, int64_t height, int64_t width) {
  SCOPED_TRACE(fmt::format("{} {} {}x{} tiles of {}x{}", patch.name, to_string(options.border), width, height,
                           options.tile_width, options.tile_height));
  const DenseProgram dense = compile_dense_graph(patch, options);
  const Tensor image = random_image(Shape{1, dense.info().channels, height, width});
  const auto [rows, cols] = dense.output_size(height, width);
  const Tensor result(DType::f32, Shape{1, dense.info().out_channels, rows, cols});
  const Status status = dense.run(image_of(image), image_of(result));
  ASSERT_TRUE(status.ok()) << status.message();
  expect_result(result, expected_result(patch, options, image));
}

void expect_dense(const std::string& model, const DenseOptions& options, int64_t height, int64_t width) {
  SCOPED_TRACE(model);
  expect_dense(load_model(model_path(model), {}), options, height, width);
}

TEST(DenseProgram, EqualsPatchByPatch) {
  for (const char* model : {"patch_denoise_valid.onnx", "patch_denoise_rgb_pool.onnx", "patch_denoise_stride2.onnx"}) {
    for (Border border : {Border::reflect, Border::replicate, Border::zero, Border::valid}) {
      expect_dense(model, {.border = border, .tile_height = 24, .tile_width = 20}, 37, 45);
    }
  }
}

/// A quarter of 200 networks made up at random.
class MadeUpPatchNetworks : public testing::TestWithParam<unsigned> {};

TEST_P(MadeUpPatchNetworks, EqualPatchByPatch) {
  constexpr unsigned kNetworks = 50;
  for (unsigned seed = GetParam() * kNetworks; seed < (GetParam() + 1) * kNetworks; ++seed) {
    SCOPED_TRACE(seed);
    const RandomPatchNetwork network = random_patch_network(1000 + seed);
    DenseOptions options{.step = network.step,
                         .block = network.block,
                         .border = static_cast<Border>(seed % 3),
                         .tile_height = 6 * network.block,
                         .tile_width = 5 * network.block};
    options.compile.threads = 1 + static_cast<int>(seed % 2);
    options.compile.use_cache = false;
    expect_dense(network.graph, options, 20 + seed % 9, 17 + seed % 7);
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Quarters, MadeUpPatchNetworks, testing::Range(0u, 4u));

TEST(DenseProgram, ImagesOfAllSizes) {
  for (int64_t size : {1, 3, 4, 15, 16, 17, 30}) {
    for (int threads : {1, 3}) {
      DenseOptions options{.tile_height = 8, .tile_width = 12};
      options.compile.threads = threads;
      expect_dense("patch_denoise_stride2.onnx", options, size, 31 - size);
    }
  }
}

TEST(DenseProgram, ApproximateNetworksOfAllBorders) {
  for (Border border : {Border::reflect, Border::replicate, Border::zero, Border::valid}) {
    for (int64_t step : {3, 4}) {
      DenseOptions options{
          .step = step, .block = step == 4 ? 4 : 1, .border = border, .approximate = true, .tile_height = 16};
      expect_dense("patch_denoise_stride2.onnx", options, 37, 45);
    }
  }
}

TEST(DenseProgram, ApproximateNetworksMadeUp) {
  constexpr unsigned kNetworks = 200;
  int padded = 0;
  for (unsigned seed = 0; seed < kNetworks; ++seed) {
    SCOPED_TRACE(seed);
    const RandomPatchNetwork network = random_patch_network(2000 + seed);
    if (without_padding(run_passes(network.graph)).nodes.empty()) continue;
    ++padded;
    DenseOptions options{.step = network.step,
                         .block = network.block,
                         .border = static_cast<Border>(seed % 3),
                         .approximate = true,
                         .tile_height = 5 * network.block,
                         .tile_width = 6 * network.block};
    options.compile.use_cache = false;
    expect_dense(network.graph, options, 20 + seed % 9, 17 + seed % 7);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(padded, 20);
}

/// Strips that threads share, each with line buffers to be filled first.
TEST(DenseProgram, StripsOfTallImages) {
  DenseOptions options{.border = Border::reflect, .tile_height = 4, .tile_width = 8};
  options.compile.threads = 3;
  const auto dense = compile_dense(model_path("patch_denoise_valid.onnx"), options);
  ASSERT_TRUE(dense) << dense.status().message();
  EXPECT_TRUE(dense->info().streamed);
  EXPECT_EQ(dense->info().not_shared, "");
  expect_dense("patch_denoise_valid.onnx", options, 301, 22);
}

TEST(DenseProgram, OnePixelAPatch) {
  DenseOptions options{.step = 3, .block = 1, .tile_height = 5, .tile_width = 4};
  expect_dense("patch_denoise_stride2.onnx", options, 40, 35);
  options.border = Border::valid;
  expect_dense("patch_denoise_stride2.onnx", options, 40, 35);
  expect_dense("patch_denoise_valid.onnx", {.step = 2, .block = 1, .tile_height = 5, .tile_width = 4}, 23, 31);
}

TEST(DenseProgram, ReadsAndWritesAnyMemory) {
  const auto dense = compile_dense(model_path("patch_denoise_rgb_pool.onnx"), {.tile_height = 16, .tile_width = 16});
  ASSERT_TRUE(dense) << dense.status().message();
  constexpr int64_t kHeight = 29, kWidth = 42;
  const Tensor planes = random_image(Shape{1, 3, kHeight, kWidth});
  Tensor pixels(DType::f32, Shape{kHeight, kWidth, 3});
  for (int64_t i = 0; i < pixels.elems(); ++i)
    pixels.as<float>()[i] = planes.as<float>()[i % 3 * kHeight * kWidth + i / 3];
  const Tensor from_planes(DType::f32, Shape{1, 1, kHeight, kWidth});
  Tensor two(DType::f32, Shape{kHeight, kWidth, 2});  // a result beside something else
  ASSERT_TRUE(dense->run(image_of(planes), image_of(from_planes)).ok());
  ASSERT_TRUE(dense
                  ->run({pixels.as<float>(), 3, kHeight, kWidth, 1, kWidth * 3, 3},
                        {two.as<float>(), 1, kHeight, kWidth, 0, kWidth * 2, 2})
                  .ok());
  for (int64_t i = 0; i < from_planes.elems(); ++i) {
    ASSERT_EQ(two.as<float>()[2 * i], from_planes.as<float>()[i]);
    ASSERT_EQ(two.as<float>()[2 * i + 1], 0);
  }
}

TEST(DenseProgram, MeasuresTilesThatFit) {
  const auto dense = compile_dense(model_path("patch_denoise_stride2.onnx"), {.height = 100, .width = 130});
  ASSERT_TRUE(dense) << dense.status().message();
  const DenseInfo& info = dense->info();
  EXPECT_EQ(info.tile_height % 4, 0);
  EXPECT_LE(info.tile_height, 100);
  EXPECT_LE(info.tile_width, 132);
  EXPECT_LT(info.macs_per_pixel, info.patch_macs_per_pixel);
}

void expect_refusal(const DenseProgram& dense, const ImageView& image, const ImageView& result,
                    const std::string& message) {
  const Status status = dense.run(image, result);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.message(), message);
}

TEST(DenseProgram, RefusesWhatDoesNotFit) {
  const auto dense = compile_dense(model_path("patch_denoise_valid.onnx"),
                                   {.border = Border::valid, .tile_height = 8, .tile_width = 8});
  ASSERT_TRUE(dense) << dense.status().message();
  const Tensor grey = random_image(Shape{1, 1, 20, 30}), colour = random_image(Shape{1, 3, 20, 30});
  const Tensor small = random_image(Shape{1, 1, 20, 12}), result(DType::f32, Shape{1, 1, 8, 16});
  EXPECT_TRUE(dense->run(image_of(grey), image_of(result)).ok());
  expect_refusal(*dense, image_of(colour), image_of(result), "the image has 3 channels, the network takes 1");
  expect_refusal(*dense, image_of(grey), image_of(grey), "the result is 16x8 with 1 channels, not 30x20 with 1");
  expect_refusal(*dense, image_of(small), image_of(result), "the image of 12x20 is smaller than a patch of 16x16");
  expect_refusal(*dense, {}, image_of(result), "the image has no pixels");
}

std::string refusal(const std::string& model, const DenseOptions& options) {
  const auto dense = compile_dense(model_path(model), options);
  return dense ? "compiled" : dense.status().message();
}

TEST(DenseProgram, RefusesNetworksThatAreNone) {
  EXPECT_NE(refusal("missing.onnx", {}).find("missing.onnx"), std::string::npos);
  EXPECT_NE(refusal("patch_denoise_valid.onnx", {.step = 2}).find("blocks of 4x4 pixels every 2 pixels overlap"),
            std::string::npos);
  EXPECT_NE(refusal("patch_denoise_valid.onnx", {.step = -4}).find("neither is negative"), std::string::npos);
  EXPECT_NE(refusal("patch_denoise_valid.onnx", {.block = 3}).find("no block of 3x3 pixels"), std::string::npos);
}

}  // namespace
}  // namespace convoy
