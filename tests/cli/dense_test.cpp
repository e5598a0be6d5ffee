// convoy dense: whole images by patch networks, from files to files.
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/program_test.h"
#include "io/image.h"
#include "io/npy.h"

namespace convoy::cli {
namespace {

class Dense : public Program {
 protected:
  Dense() {
    Tensor image(DType::f32, Shape{1, 1, 40, 52});
    for (int64_t i = 0; i < image.elems(); ++i) image.as<float>()[i] = static_cast<float>(i * 37 % 101) / 100;
    write_npy(path("x.npy"), image);
  }

  /// The command on the image of the test; tiles are given, which saves the time to measure them.
  static std::string dense(const std::string& options) {
    return "dense " + model("patch_denoise_stride2.onnx") + " --input x.npy --tile 24x16 " + options;
  }
};

TEST_F(Dense, ComputesAnImage) {
  const std::string out =
      expect_success("16x16x1 patches every 4 pixels -> 4x4x1", dense("--output y.npy --json y.json"));
  EXPECT_NE(out.find("52x40 pixels in"), std::string::npos) << out;
  EXPECT_NE(out.find("computed patch by patch from node '/2/Conv' (conv2d): its padding"), std::string::npos) << out;
  EXPECT_EQ(read_npy(path("y.npy")).shape(), (Shape{1, 1, 40, 52}));
  EXPECT_NE(read("y.json").find("\"patch_macs_per_pixel\": 41220.0"), std::string::npos) << read("y.json");
}

TEST_F(Dense, BordersAndSteps) {
  expect_success("patches every pixel -> 1x1x16",
                 "dense " + model("patch_denoise_stride2.onnx") +
                     " --input x.npy --tile 9x9 --border valid --step 1 --block 1 --output y.npy");
  EXPECT_EQ(read_npy(path("y.npy")).shape(), (Shape{1, 16, 25, 37}));
}

TEST_F(Dense, ReadsAndWritesPictures) {
  Tensor pixels(DType::f32, Shape{30, 45, 3});
  std::fill_n(pixels.as<float>(), pixels.elems(), 128.0f);
  write_image(path("x.png"), pixels);
  expect_success("y.png",
                 "dense " + model("patch_denoise_rgb_pool.onnx") + " --input x.png --tile 24x16 --output y.png");
  EXPECT_EQ(image_size(path("y.png")), (ImageSize{30, 45}));
}

TEST_F(Dense, Errors) {
  expect_failure(2, "takes one --input", "dense " + model("patch_denoise_stride2.onnx"));
  expect_failure(1, "missing.npy", "dense " + model("patch_denoise_stride2.onnx") + " --input missing.npy");
  expect_failure(2, "--border", dense("--border mirror"));
  expect_failure(2, "WIDTHxHEIGHT", "dense " + model("patch_denoise_stride2.onnx") + " --input x.npy --tile 24");
  expect_failure(1, "blocks of 4x4 pixels every 8 pixels leave gaps", dense("--step 8"));
  expect_failure(1, "patch_denoise_stride2.onnx: the output 'block' is f32[1x16], which is no block of 3x3",
                 dense("--block 3"));
  expect_failure(1, "/nowhere/y.npy", dense("--output /nowhere/y.npy"));
  expect_failure(1, "input 'patch'", "dense " + model("patch_denoise_rgb_pool.onnx") + " --tile 8x8 --input x.npy");
}

}  // namespace
}  // namespace convoy::cli
