// convoy quantize: what it prints and writes, and what it refuses.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/program_test.h"
#include "frontends/onnx/model_builder.h"
#include "io/image.h"
#include "io/npy.h"

namespace convoy::cli {
namespace {

namespace fs = std::filesystem;

class QuantizeCommand : public Program {
 protected:
  QuantizeCommand() {
    for (const char* folder : {"samples", "empty", "classes"}) fs::create_directory(path(folder));
    for (int i = 0; i < 4; ++i) {
      write_picture("samples/" + std::to_string(i) + ".png", i);
      fs::create_directory(path("classes/" + std::to_string(i)));
      write_picture("classes/" + std::to_string(i) + "/a.png", i + 10);
    }
    write("samples/readme.txt", "no picture");
  }

  /// Stripes, of another width for each seed.
  void write_picture(const std::string& name, int seed) {
    Tensor picture(DType::f32, Shape{40, 40, 3});
    for (int64_t i = 0; i < picture.elems(); ++i) {
      picture.as<float>()[i] = static_cast<float>((i / (3 * (seed + 2)) * 97 + i % 3 * 31) % 256);
    }
    write_image(path(name), picture);
  }

  nlohmann::json json(const std::string& name) { return nlohmann::json::parse(read(name)); }

  std::string arguments(const std::string& more) {
    return "quantize " + model("cifar10_cnn.onnx") + " --preprocess tf --threads 1 " + more;
  }
};

TEST_F(QuantizeCommand, WritesANetworkThatRuns) {
  const std::string out = expect_success("q.onnx: ", arguments("--calibrate samples -o q.onnx --report r.json"));
  EXPECT_NE(out.find("4 samples of samples, int8 by mse"), std::string::npos) << out;
  EXPECT_NE(out.find("0.png 40x40"), std::string::npos) << out;
  EXPECT_NE(out.find("Conv + Relu"), std::string::npos) << out;
  EXPECT_LT(fs::file_size(path("q.onnx")), fs::file_size(model("cifar10_cnn.onnx")) / 3);
  expect_success("QuantizeLinear", "info q.onnx");
  expect_success("%", "run q.onnx --input samples/1.png --preprocess tf --top 1");
  const nlohmann::json report = json("r.json");
  EXPECT_EQ(report["version"], 1);
  EXPECT_EQ(report["scheme"], "int8");
  EXPECT_EQ(report["samples"], 4);
  EXPECT_EQ(report["layers"][0]["operators"], "input");
  EXPECT_EQ(report["layers"][1]["type"], "u8");
  EXPECT_GT(report["layers"][1]["own_sqnr_db"], 20);
}

TEST_F(QuantizeCommand, ComparesWithLabelsFromFolders) {
  const std::string out =
      expect_success("top-1 agreement with float", arguments("--calibrate samples --evaluate classes -o q.onnx"
                                                             " --report r.json --scheme pow2 --method minmax"));
  EXPECT_NE(out.find("top-1 of the quantised one"), std::string::npos) << out;
  EXPECT_EQ(json("r.json")["evaluation"]["samples"], 4);
  EXPECT_TRUE(json("r.json")["evaluation"].contains("float_top1"));
}

TEST_F(QuantizeCommand, ComparesWithLabelsFromAFile) {
  write("samples/labels.txt", "0.png 1\n1.png 2\n2.png,3\n3.png 4\n");
  expect_success("top-1 of the float network", arguments("--calibrate samples --evaluate samples -o q.onnx"));
  write("samples/labels.txt", "0.png cat\n");
  expect_failure(1, "labels.txt: '0.png cat' is not a file's name and the number of its class",
                 arguments("--calibrate samples -o q.onnx"));
  write("samples/labels.txt", "other.png 1\n");
  expect_failure(1, "there is no file 'other.png'", arguments("--calibrate samples -o q.onnx"));
  write("samples/labels.txt", "0.png 1\n1.png 2\n2.png 3\n3.png 10\n");
  expect_failure(1, "has the label 10, the network has classes 0 to 9",
                 arguments("--calibrate samples --evaluate samples -o q.onnx"));
}

TEST_F(QuantizeCommand, ArraysAreSamples) {
  fs::create_directory(path("arrays"));
  Tensor digit(DType::u8, Shape{1, 1, 28, 28});
  for (int y = 4; y < 24; ++y) digit.as<uint8_t>()[y * 28 + 14] = 255;
  write_npy(path("arrays/one.npy"), digit);
  expect_success("1 samples of arrays", "quantize " + model("mnist.onnx") + " --calibrate arrays -o q.onnx");
  expect_success("  1", "run q.onnx --input arrays/one.npy --top 1");
}

TEST_F(QuantizeCommand, SizesThatTheNetworkLeavesOpen) {
  expect_success("q.onnx: ", "quantize " + model("espcn_x2.onnx") + " --calibrate samples -o q.onnx");
  expect_success("80x80", "run q.onnx --input samples/0.png --output y.png");
  fs::create_directory(path("arrays"));
  write_npy(path("arrays/x.npy"), Tensor(DType::f32, Shape{1, 1, 8, 8}));
  expect_failure(2, "--shape", "quantize " + model("espcn_x2.onnx") + " --calibrate arrays -o q.onnx");
}

TEST_F(QuantizeCommand, RefusesFoldersWithoutSamples) {
  expect_failure(1, "empty: holds no pictures, .npy or .npz files", arguments("--calibrate empty -o q.onnx"));
  expect_failure(1, "absent: the folder does not exist", arguments("--calibrate absent -o q.onnx"));
  expect_failure(1, "expected a folder", arguments("--calibrate samples/0.png -o q.onnx"));
  write("samples/9.png", "no picture at all");
  expect_failure(1, "9.png", arguments("--calibrate samples -o q.onnx"));
  EXPECT_FALSE(fs::exists(path("q.onnx")));
}

TEST_F(QuantizeCommand, RefusesNetworks) {
  expect_failure(1, "is a TFLite network",
                 "quantize " + model("face_detection_short_range.tflite") + " --calibrate samples -o q.onnx");
  expect_success("q.onnx: ", arguments("--calibrate samples -o q.onnx"));
  expect_failure(1, "is quantised already", "quantize q.onnx --calibrate samples -o r.onnx");
  write("relu.onnx", onnx_frontend::relu_model().bytes());
  write_npy(path("empty/x.npy"), Tensor(DType::f32, Shape{1, 4}));
  expect_failure(1, "relu.onnx: there is nothing to quantise", "quantize relu.onnx --calibrate empty -o r.onnx");
  expect_failure(1, "absent.onnx: the file does not exist", "quantize absent.onnx --calibrate samples -o r.onnx");
  EXPECT_FALSE(fs::exists(path("r.onnx")));
}

TEST_F(QuantizeCommand, RefusesWrongUsage) {
  expect_failure(2, "--calibrate is required", arguments("-o q.onnx"));
  expect_failure(2, "there is no node 'other' to be kept float",
                 arguments("--calibrate samples -o q.onnx --keep-float other"));
  expect_failure(2, "--scheme", arguments("--calibrate samples -o q.onnx --scheme int4"));
  fs::copy(model("cifar10_cnn.onnx"), path("net.onnx"));
  expect_failure(2, "is the network that is read", "quantize net.onnx --calibrate samples -o net.onnx");
  expect_failure(1, "cannot be written", arguments("--calibrate samples -o no/such/folder/q.onnx"));
}

}  // namespace
}  // namespace convoy::cli
