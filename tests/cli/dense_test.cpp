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
  EXPECT_EQ(read("y.json").find("approximate"), std::string::npos);
}

TEST_F(Dense, ApproximatesPaddedNetworks) {
  const std::string first = "approximate: node '/2/Conv' (conv2d) reads the image around the patch";
  const std::string out = expect_success(first, dense("--approximate --output y.npy --json y.json"));
  EXPECT_EQ(out.find("computed patch by patch"), std::string::npos) << out;
  EXPECT_NE(out.find("difference from exact results at 130 patches spread over the image: "), std::string::npos) << out;
  EXPECT_NE(read("y.json").find("\"patches\": 130"), std::string::npos) << read("y.json");
  EXPECT_NE(read("y.json").find("\"max_difference\""), std::string::npos) << read("y.json");
  expect_success("difference from exact results at 130 patches", dense("--approximate --runs 1 --output z.npy"));
  expect_success("spread over the shard", dense("--approximate --output z.npy --shard 2/2"));
  const std::string valid = "dense " + model("patch_denoise_valid.onnx") + " --input x.npy --tile 24x16 ";
  EXPECT_EQ(expect_success("results are exact", valid + "--approximate --output z.npy").find("difference"),
            std::string::npos);
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

TEST_F(Dense, DepthsOfPictures) {
  // The network's steps are of 4 pixels, and its border is mirrored: any size will do.
  const std::string command = "dense " + model("patch_denoise_stride2.onnx") + " --tile 24x16 --input ";
  expect_success("52x40 grey, 16 bits, 0..1", command + "x.npy --output y16.tif --depth 16");
  expect_success("16 bits", command + "y16.tif --output y16.png");
  expect_success("8 bits", command + "y16.tif --output y8.jpg");
  expect_success("float", command + "x.npy --output y.tif --depth float");
  expect_success("float", command + "y.tif --output z.tif");
  expect_success("f32[1x1x40x52]", command + "y.tif --output z.npy");
  expect_success("f32[1x1x40x52]", command + "x.npy --output y.npy");
  expect_success("f32[1x1x40x52]", command + "y.npy --output z2.npy");
  const Tensor a = read_npy(path("z.npy")), b = read_npy(path("z2.npy"));
  for (int64_t i = 0; i < a.elems(); ++i) ASSERT_NEAR(a.as<float>()[i], b.as<float>()[i], 1e-5) << i;
  expect_failure(2, "y.png: only .tif files hold floating point", command + "x.npy --output y.png --depth float");
  expect_failure(2, "y.jpg: only .png and .tif files hold 16 bits", command + "x.npy --output y.jpg --depth 16");
  expect_failure(2, "--depth 12", command + "x.npy --output y.png --depth 12");
}

TEST_F(Dense, ShardsAreMerged) {
  for (const std::string name : {"y.npy", "y.tif", "y.png"}) {
    expect_success("", dense("--output " + name));
    const std::string whole = read(name);
    std::filesystem::remove(path(name));
    for (const char* shard : {"2/3", "1/3"})
      expect_success("-of-3.npy", dense("--output " + name + " --shard " + shard));
    expect_failure(1, name + ".part-3-of-3.npy", "merge " + name);
    expect_success("-of-3.npy", dense("--output " + name + " --shard 3/3"));
    expect_success(name + ": 40 rows of 3 parts", "merge " + name);
    EXPECT_TRUE(read(name) == whole) << name;
  }
  expect_failure(1, "no parts beside it", "merge z.npy");
  expect_failure(2, "1 to N", dense("--output y.npy --shard 4/3"));
  expect_failure(2, "1 to N", dense("--output y.npy --shard 0/3"));
  expect_failure(2, "1 to N", dense("--output y.npy --shard 1"));
  expect_failure(2, "--shard needs --tile",
                 "dense " + model("patch_denoise_stride2.onnx") + " --input x.npy --output y.npy --shard 1/2");
  expect_success("", dense("--output y.npy --shard 1/2"));
  expect_failure(1, "parts of", "merge y.npy");
}

TEST_F(Dense, NothingIsLeftOfAFailure) {
  Tensor pixels(DType::f32, Shape{600, 500, 1});
  for (int64_t i = 0; i < pixels.elems(); ++i) pixels.as<float>()[i] = static_cast<float>(i * 7919 % 256);
  const auto files = [&] {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder())) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  };
  write_image(path("whole.tif"), pixels);
  write_image(path("whole.png"), pixels);
  write_image(path("whole.jpg"), pixels);
  write_npy(path("whole.npy"), Tensor(DType::f32, Shape{600, 500}));
  const std::string command = "dense " + model("patch_denoise_valid.onnx") + " --tile 48x48 --input ";
  for (const std::string format : {".tif", ".png", ".jpg", ".npy"}) {
    const std::string bytes = read("whole" + format);
    write("cut" + format, bytes.substr(0, bytes.size() * 2 / 3));
    auto before = files();
    expect_failure(1, "cut" + format, command + "cut" + format + " --output y.tif");
    EXPECT_EQ(files(), before);
    // A file may have 16 blocks of 512 bytes: the disk is full.
    expect_failure(1, "y" + format, command + "whole.png --output y" + format, "trap '' XFSZ; ulimit -f 16;");
    EXPECT_EQ(files(), before);
    EXPECT_EQ(read("whole" + format), bytes);
  }
}

TEST_F(Dense, KilledMidWay) {
  Tensor image(DType::f32, Shape{3000, 3000});
  write_npy(path("large.npy"), image);
  const std::string command =
      "dense " + model("patch_denoise_valid.onnx") + " --threads 1 --tile 48x48 --input large.npy";
  expect_success("", "dense " + model("patch_denoise_valid.onnx") + " --threads 1 --tile 48x48 --input x.npy");
  for (const std::string name : {"y.npy", "y.tif"}) {
    EXPECT_NE(convoy(command + " --output " + name, "timeout -s KILL 0.6 env").exit_code, 0) << "finished in time";
    EXPECT_FALSE(std::filesystem::exists(path(name)));
  }
}

TEST_F(Dense, NetworksFromImageToImage) {
  Tensor image(DType::f32, Shape{1, 1, 1040, 1030});
  for (int64_t i = 0; i < image.elems(); ++i) image.as<float>()[i] = static_cast<float>(i * 37 % 101) / 100;
  write_npy(path("large.npy"), image);
  const std::string command = "run " + model("espcn_x2.onnx") + " --shape input=1x1x1040x1030 --input large.npy ";
  expect_success("strips of 24 rows", command + "--output y.npy --json y.json");
  EXPECT_NE(read("y.json").find("\"strip_rows\": 24"), std::string::npos);
  const std::string whole = expect_success("f32[1x1x2080x2060]", command + "--output whole.npy --strip off");
  EXPECT_EQ(whole.find("strips"), std::string::npos);
  const Tensor a = read_npy(path("y.npy")), b = read_npy(path("whole.npy"));
  for (int64_t i = 0; i < a.elems(); ++i) ASSERT_NEAR(a.as<float>()[i], b.as<float>()[i], 2e-5) << i;
  expect_success("strips of 40 rows", command + "--output y.tif --strip 40 --layers");
  EXPECT_EQ(image_size(path("y.tif")), (ImageSize{2080, 2060}));
  expect_failure(1, "No space left", command + "--output full.npy", "ln -s /dev/full full.npy;");
  // So does bench, on random pixels as well.
  const std::string bench = "bench " + model("espcn_x2.onnx") + " --runs 2 --shape input=1x1x";
  expect_success("slowest layers of a strip", bench + "1040x1030 --json b.json");
  EXPECT_NE(read("b.json").find("\"strip_rows\": 24"), std::string::npos);
  expect_success("in strips of 8 rows", bench + "40x40 --strip 8");
  for (const std::string whole : {"40x40", "1040x1030 --strip off"}) {
    EXPECT_EQ(expect_success("arena", bench + whole).find("strip"), std::string::npos);
  }
  // Arrays that are no images take the usual way.
  write_npy(path("batch.npy"), Tensor(DType::f32, Shape{2, 1, 28, 28}));
  expect_failure(1, "input 'Input3'", "run " + model("mnist.onnx") + " --input batch.npy --output z.npy");
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
