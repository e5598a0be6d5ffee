// What the program says, and how it exits, when something is wrong.
#include <filesystem>

#include "cli/program_test.h"
#include "io/image.h"
#include "io/npy.h"
#include "io/npz.h"

namespace convoy::cli {
namespace {

using Errors = Program;

constexpr const char* kCommands[] = {"run", "bench", "profile", "explain", "compare", "info"};

TEST_F(Errors, Usage) {
  expect_failure(2, "subcommand is required", "");
  expect_failure(2, "frobnicate", "frobnicate");
  for (const std::string command : kCommands) {
    expect_failure(2, "MODEL is required (see convoy " + command + " --help)", command);
    expect_failure(2, "--bogus", command + " " + model("mnist.onnx") + " --bogus");
    expect_failure(2, "--threads", command + " " + model("mnist.onnx") + " --threads 0");
    expect_failure(2, "--threads", command + " " + model("mnist.onnx") + " --threads many");
  }
  expect_failure(2, "mmx", "run " + model("mnist.onnx") + " --isa mmx");
  expect_failure(2, "--stage", "explain " + model("mnist.onnx") + " --stage wasm");
  expect_failure(2, "does not go with --stage plan", "explain " + model("mnist.onnx") + " --stage plan --layer x");
}

TEST_F(Errors, ModelFiles) {
  write("empty.onnx", "");
  write("text.onnx", "this is no model\n");
  const std::string good = [&] {
    std::ifstream file(model("mnist.onnx"), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }();
  write("cut.onnx", good.substr(0, good.size() / 2));
  for (const std::string command : kCommands) {
    expect_failure(1, "none.onnx: ", command + " none.onnx");
    expect_failure(1, "empty.onnx: ", command + " empty.onnx");
    expect_failure(1, "text.onnx: ", command + " text.onnx");
    expect_failure(1, "cut.onnx: ", command + " cut.onnx");
    expect_failure(1, "is a folder", command + " .");
  }
}

TEST_F(Errors, Shapes) {
  expect_failure(2, "is not a shape like", "info " + model("espcn_x2.onnx") + " --shape 1x1xHxW");
  expect_failure(2, "which is no input", "info " + model("espcn_x2.onnx") + " --shape nope=1x1x8x8");
  expect_failure(2, "contradicts the model", "info " + model("mnist.onnx") + " --shape 1x3x28x28");
  expect_failure(2, "--shape input=", "info " + model("espcn_x2.onnx"));
}

TEST_F(Errors, Patterns) {
  expect_failure(2, "'nope*' matches no layer", "explain " + model("mnist.onnx") + " --layer 'nope*'");
  expect_failure(2, "nope", "info " + model("mnist.onnx") + " --set nope:impl=reference");
  expect_failure(2, "conv2d_magic", "info " + model("mnist.onnx") + " --set conv2d:impl=conv2d_magic");
  expect_failure(2, "PATTERN:impl=NAME", "info " + model("mnist.onnx") + " --set conv2d");
}

TEST_F(Errors, MissingAndWrongInputs) {
  const std::string run = "run " + model("mnist.onnx");
  expect_failure(2, "is not given: use --input", run);
  expect_failure(1, "none.npy: cannot be read", run + " --input none.npy");
  expect_failure(2, "no input of the network; it has 'Input3' f32[1x1x28x28]", run + " --input nope=x.npy");
  write_npy(path("small.npy"), Tensor(DType::f32, Shape{1, 1, 14, 14}));
  expect_failure(1, "takes f32[1x1x28x28], the file holds f32[1x1x14x14]", run + " --input small.npy");
  write_npy(path("double.npy"), Tensor(DType::f64, Shape{1, 1, 28, 28}));
  expect_failure(1, "takes f32[1x1x28x28], the file holds f64[1x1x28x28]; convert it first",
                 run + " --input double.npy");
  write_npy(path("good.npy"), Tensor(DType::f32, Shape{1, 1, 28, 28}));
  expect_failure(2, "more files than the network has inputs", run + " --input good.npy --input good.npy");
  write_npz(path("wrong.npz"), {{"a", Tensor(DType::f32, Shape{1})}, {"b", Tensor(DType::f32, Shape{1})}});
  expect_failure(2, "wrong.npz: --input names 'a', which is no input", run + " --input wrong.npz");
}

TEST_F(Errors, DamagedInputs) {
  write_npy(path("good.npy"), Tensor(DType::f32, Shape{1, 1, 28, 28}));
  write_npz(path("good.npz"), {{"Input3", Tensor(DType::f32, Shape{1, 1, 28, 28})}});
  for (const std::string kind : {".npy", ".npz", ".png", ".jpg"}) {
    write("empty" + kind, "");
    if (kind != ".jpg" && kind != ".png") write("cut" + kind, read("good" + kind).substr(0, 100));
  }
  for (const std::string command : {"run ", "compare ", "bench "}) {
    for (const std::string file : {"empty.npy", "empty.npz", "empty.png", "empty.jpg", "cut.npy", "cut.npz", "."}) {
      expect_failure(1, file == "." ? "is a folder" : file + ": ", command + model("mnist.onnx") + " --input " + file);
    }
  }
}

TEST_F(Errors, Pictures) {
  const std::string run = "run " + model("cifar10_cnn.onnx");
  write("text.png", "no picture");
  expect_failure(1, "text.png: is not a picture", run + " --input text.png");
  write_image(path("good.png"), Tensor(DType::f32, Shape{64, 64, 3}));
  const std::string good = read("good.png");
  write("cut.png", good.substr(0, good.size() - 40));
  expect_failure(1, "cut.png: ", run + " --input cut.png");
  expect_failure(1, "good.png: is 64x64, the network takes 32x32", run + " --input good.png --fit none");
  expect_failure(2, "'zoom' is none of", run + " --input good.png --fit zoom");
  expect_failure(2, "'torch' is none of", run + " --input good.png --preprocess torch");
  expect_failure(2, "--mean has 2 values", run + " --input good.png --mean 1,2");
}

TEST_F(Errors, Outputs) {
  write_npy(path("x.npy"), Tensor(DType::f32, Shape{1, 1, 28, 28}));
  const std::string run = "run " + model("mnist.onnx") + " --input x.npy";
  expect_failure(1, "none/y.npy: cannot be written: No such file", run + " --output none/y.npy");
  const std::string folder = testing::TempDir() + "convoy_folder.npy";
  std::filesystem::create_directories(folder);
  expect_failure(1, "is a folder", run + " --output " + folder);
  expect_failure(2, "the name must end in", run + " --output y.txt");
  expect_failure(2, "is not a picture; write a .npy", run + " --output y.png");
  expect_failure(2, "which is no output", run + " --output nope=y.npy");
  expect_failure(2, "--overlay needs a picture", run + " --overlay y.png");
  expect_failure(1, "none/j.json: cannot be written", "bench " + model("mnist.onnx") + " --json none/j.json");
  expect_failure(1, "none/t.json: cannot be written", "profile " + model("mnist.onnx") + " --trace none/t.json");
  EXPECT_EQ(count(), 1u) << "nothing but x.npy is left";
}

TEST_F(Errors, Labels) {
  write_npy(path("x.npy"), Tensor(DType::f32, Shape{1, 1, 28, 28}));
  write("three.txt", "a\nb\nc\n");
  write("none.txt", "\n\n");
  const std::string run = "run " + model("mnist.onnx") + " --input x.npy --labels ";
  expect_failure(1, "nowhere.txt: cannot be read", run + "nowhere.txt");
  expect_failure(1, "has 3 lines, the network 10 classes", run + "three.txt");
  expect_failure(1, "holds no labels", run + "none.txt");
}

TEST_F(Errors, FullDisk) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP();
  const Finished finished = convoy("info " + model("mnist.onnx") + " > /dev/full 2>&1");
  (void)finished;
  std::filesystem::create_symlink("/dev/full", path("full.npy"));
  write_npy(path("x.npy"), Tensor(DType::f32, Shape{1, 1, 28, 28}));
  expect_failure(1, "full.npy: cannot be written: No space left",
                 "run " + model("mnist.onnx") + " --input x.npy --output full.npy");
}

}  // namespace
}  // namespace convoy::cli
