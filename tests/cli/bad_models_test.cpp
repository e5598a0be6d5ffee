// Models that are wrong or hostile, from the command line: every command gives one line that names the file and the
// node, quickly and in little memory.
#include <sys/resource.h>

#include <limits>

#include "cli/program_test.h"
#include "frontends/onnx/model_builder.h"
#include "io/npy.h"
#include "support/sanitizers.h"

namespace convoy::cli {
namespace {

using onnx_frontend::TestModel;

constexpr int64_t kHuge = int64_t{1} << 40;
constexpr const char* kCommands[] = {"run", "info", "bench", "compare"};

#if defined(CONVOY_ASAN) || defined(CONVOY_TSAN)
constexpr int64_t kMaxMemoryBytes = int64_t{4} << 30;
#else
constexpr int64_t kMaxMemoryBytes = int64_t{500} << 20;
#endif

/// Largest memory of any program that this process has run.
int64_t peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  return int64_t{usage.ru_maxrss} << 10;
}

class BadModels : public Program {
 protected:
  BadModels() { write_npy(path("x.npy"), Tensor(DType::f32, Shape{1, 4, 6, 6})); }
  ~BadModels() override { EXPECT_LT(peak_memory_bytes(), kMaxMemoryBytes); }

  /// Every command refuses the model with "bad.onnx: ...`part`..." and writes nothing.
  void expect_refused(const TestModel& model, const std::string& part, const std::string& options = "") {
    write("bad.onnx", model.bytes());
    const size_t files = count();
    for (const std::string command : kCommands) {
      std::string arguments = command + " bad.onnx" + options;
      if (command == "run") arguments += " --input x.npy --output y.npy";
      if (command == "info" || command == "bench") arguments += " --json y.json";
      expect_failure(1, "bad.onnx: ", arguments);
      expect_failure(1, part, arguments);
      EXPECT_EQ(count(), files) << arguments << " leaves a file";
    }
  }
};

/// x [1,4,6,6] -> node 'bad' of this operator -> y. Inputs besides x follow as initializers.
TestModel model_of(const std::string& op_type, const std::vector<std::string>& more_inputs = {}) {
  TestModel model;
  std::vector<std::string> inputs = {"x"};
  inputs.insert(inputs.end(), more_inputs.begin(), more_inputs.end());
  model.input("x", {1, 4, 6, 6}).add(op_type, inputs, {"y"}, "bad").output("y");
  return model;
}

TestModel resize_by(const std::vector<float>& scales) {
  return model_of("Resize", {"", "scales"}).floats("scales", {static_cast<int64_t>(scales.size())}, scales);
}

TEST_F(BadModels, Structure) {
  TestModel cycle;
  cycle.input("x", {1, 4}).add("Add", {"x", "b"}, {"a"}, "first").add("Relu", {"a"}, {"b"}, "second").output("b");
  expect_refused(cycle, "node 'first' (Add) lies on a cycle");
  expect_refused(model_of("Frobnicate"), "Frobnicate");
  expect_refused(model_of("Add", {"nothing"}), "node 'bad' (Add) reads 'nothing', which is no network input");
}

TEST_F(BadModels, ShapesThatDoNotFit) {
  expect_refused(model_of("Conv", {"w"}).floats("w", {2, 3, 1, 1}, std::vector<float>(6)),
                 "node 'bad' (conv2d): weights 2x3x1x1 need 3 input channels per group, but src is 1x4x6x6");
  expect_refused(model_of("Conv", {"w"}).floats("w", {2, 4, 9, 9}, std::vector<float>(8 * 81)),
                 "node 'bad' (conv2d): kernel 9 with dilation 1 covers 9 rows, but src has 6");
  expect_refused(model_of("Reshape", {"s"}).ints("s", {2}, {7, 7}), "node 'bad' (");
  expect_refused(model_of("Concat", {"c"}).floats("c", {1, 1, 2, 2}, {1, 2, 3, 4}).attr("axis", int64_t{1}),
                 "node 'bad' (concat)");
  TestModel gemm;
  gemm.input("x", {2, 3}).floats("b", {4, 5}, std::vector<float>(20)).add("Gemm", {"x", "b"}, {"y"}, "bad").output("y");
  expect_refused(gemm, "node 'bad' (");
}

TEST_F(BadModels, ResizeScales) {
  for (float scale :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), -1.0f, 0.0f, 1e30f, 1e5f}) {
    SCOPED_TRACE(scale);
    expect_refused(resize_by({1, 1, scale, scale}), "node 'bad' (");
  }
  expect_refused(model_of("Resize", {"", "", "sizes"}).ints("sizes", {4}, {1, 4, kHuge, kHuge}), "node 'bad' (");
  expect_refused(model_of("Resize", {"", "", "sizes"}).ints("sizes", {4}, {1, 4, -3, 5}), "node 'bad' (");
}

TEST_F(BadModels, HugeTensors) {
  expect_refused(model_of("Add", {"c"}).floats("c", {1 << 20, 1 << 20}, {1}), "'c'");
  expect_refused(model_of("Expand", {"s"}).ints("s", {6}, {1 << 20, 1 << 20, 1, 4, 6, 6}), "node 'bad' (expand)");
  expect_refused(model_of("Tile", {"s"}).ints("s", {4}, {kHuge, 1, 1, 1}), "node 'bad' (tile)");
  expect_refused(model_of("Pad", {"s"}).ints("s", {8}, {0, 0, kHuge, 0, 0, 0, kHuge, 0}), "node 'bad' (");
  expect_refused(model_of("Pad", {"s"}).ints("s", {8}, {0, 0, 1 << 20, 1 << 20, 0, 0, 0, 0}), "node 'bad' (");
  expect_refused(model_of("MaxPool")
                     .attr_ints("kernel_shape", {1 << 20, 1 << 20})
                     .attr_ints("pads", {1 << 20, 1 << 20, 1 << 20, 1 << 20}),
                 "node 'bad' (");
  TestModel constant;
  constant.input("x", {1, 4, 6, 6}).ints("s", {2}, {1 << 20, 1 << 20}).add("ConstantOfShape", {"s"}, {"c"}, "bad");
  constant.add("Add", {"x", "c"}, {"y"}, "add").output("y");
  expect_refused(constant, "node 'bad' (expand): the output f32[1048576x1048576] has more than 2^31 elements");
  TestModel input;
  input.input("x", {1, 3, "h", "w"}).add("Relu", {"x"}, {"y"}, "relu").output("y");
  expect_refused(input, "input 'x'", " --shape x=1x3x1000000x1000000");
  TestModel rank;
  rank.ints("s", {1000}, std::vector<int64_t>(1000, 1)).add("ConstantOfShape", {"s"}, {"y"}, "bad").output("y");
  expect_refused(rank, "node 'bad' (expand): a tensor of rank 1000; 32 is the highest");
}

TEST_F(BadModels, ExternalData) {
  TestModel model = model_of("Add", {"c"});
  model.floats("c", {1}, {});
  onnx::TensorProto& tensor = *model.graph().mutable_initializer(0);
  tensor.clear_raw_data();
  tensor.set_data_location(onnx::TensorProto::EXTERNAL);
  onnx::StringStringEntryProto& location = *tensor.add_external_data();
  location.set_key("location");
  location.set_value("weights.bin");
  expect_refused(model, "weights.bin");
  location.set_value("../../../../etc/passwd");
  expect_refused(model, "'c'");
}

TEST_F(BadModels, ManyLargeConstantsStaySmall) {
  // 2,000 x 4 MiB in a file of 100 kB: not a wrong model, but one that must not be computed while compiling.
  TestModel model;
  model.input("x", {1, 1}).ints("s", {2}, {1 << 10, 1 << 10});
  model.add("Relu", {"x"}, {"v0"});
  for (int i = 0; i < 2000; ++i) {
    const std::string n = std::to_string(i), next = std::to_string(i + 1);
    model.floats("f" + n, {1, 1}, {static_cast<float>(i)});
    model.add("Expand", {"f" + n, "s"}, {"c" + n}).add("Add", {"v" + n, "c" + n}, {"v" + next});
  }
  write("many.onnx", model.output("v2000").bytes());
  expect_success("2000", "info many.onnx");
}

TEST_F(BadModels, DamagedFiles) {
  const std::string good = model_of("Relu").bytes();
  for (size_t keep : {size_t{1}, good.size() / 2, good.size() - 1}) {
    write("cut.onnx", good.substr(0, keep));
    for (const std::string command : kCommands) expect_failure(1, "cut.onnx: ", command + " cut.onnx");
  }
  std::string flipped = good;
  flipped[flipped.find("Relu")] ^= 0x20;
  write("flipped.onnx", flipped);
  for (const std::string command : kCommands) expect_failure(1, "flipped.onnx: ", command + " flipped.onnx");
}

}  // namespace
}  // namespace convoy::cli
