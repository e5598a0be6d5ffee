// The subcommands on small networks: what they print and write.
#include <nlohmann/json.hpp>

#include "cli/program_test.h"
#include "frontends/onnx/model_builder.h"
#include "io/image.h"
#include "io/npy.h"
#include "io/npz.h"

namespace convoy::cli {
namespace {

class Commands : public Program {
 protected:
  Commands() {
    Tensor digit(DType::u8, Shape{1, 1, 28, 28});
    for (int y = 4; y < 24; ++y) digit.as<uint8_t>()[y * 28 + 14] = 255;  // a one
    write_npy(path("one.npy"), digit);
    Tensor picture(DType::f32, Shape{20, 30, 3});
    for (int64_t i = 0; i < picture.elems(); ++i) picture.as<float>()[i] = static_cast<float>(i % 251);
    write_image(path("picture.png"), picture);
  }
  nlohmann::json json(const std::string& name) { return nlohmann::json::parse(read(name)); }
};

TEST_F(Commands, Help) {
  expect_success("convoy 0.", "--version");
  expect_success("Exit codes: 0 done", "--help");
  for (const std::string command : {"run", "bench", "profile", "explain", "compare", "info"}) {
    expect_success("Example: convoy " + command, command + " --help");
  }
}

TEST_F(Commands, RunOnAnArray) {
  // u8 is converted exactly; scores go through softmax.
  const std::string out =
      expect_success("softmax is applied", "run " + model("mnist.onnx") + " --input one.npy --top 2");
  EXPECT_NE(out.find("%  1"), std::string::npos) << out;
  EXPECT_NE(out.find("ran in "), std::string::npos);
}

TEST_F(Commands, RunWritesOutputs) {
  expect_success(
      "y.npy", "run " + model("mnist.onnx") + " --input Input3=one.npy --output y.npy --output all.npz --json r.json");
  const Tensor scores = read_npy(path("y.npy"));
  EXPECT_EQ(scores.type(), (TensorType{DType::f32, {1, 10}}));
  const NamedTensors all = read_npz(path("all.npz"));
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].first, "Plus214_Output_0");
  EXPECT_EQ(json("r.json")["outputs"][0]["name"], "Plus214_Output_0");
}

TEST_F(Commands, RunOnAPictureOfAnySize) {
  const std::string out = expect_success("picture.png 30x20, grey, x/255  (guessed: --preprocess unit",
                                         "run " + model("espcn_x2.onnx") + " --input picture.png --output large.png");
  EXPECT_NE(out.find("large.png: 60x40 grey"), std::string::npos) << out;
  EXPECT_EQ(image_size(path("large.png")), (ImageSize{40, 60}));
}

TEST_F(Commands, RunCropsForClassifiers) {
  expect_success("picture.png 30x20 -> crop 32x32, RGB, (x - 127.5) / 127.5",
                 "run " + model("cifar10_cnn.onnx") + " --input picture.png --preprocess tf --top 1");
}

TEST_F(Commands, RunOnAPictureForIntegers) {
  const std::string network = model("keyword_spotting_int8.tflite");
  const std::string out =
      expect_success("picture.png 30x20 -> crop 10x49, grey, (x - 127.5) / 127.5, quantised with scale 0.58",
                     "run " + network + " --input picture.png --preprocess tf");
  EXPECT_NE(out.find("%"), std::string::npos) << "probabilities, not stored integers: " << out;
  const std::string info = expect_success("scale 0.00390625, zero point -128", "info " + network + " --json q.json");
  EXPECT_NE(info.find(", zero point 83"), std::string::npos) << info;
  EXPECT_EQ(json("q.json")["outputs"][0]["zero_point"], -128);
}

TEST_F(Commands, Bench) {
  expect_success("latency", "bench " + model("mnist.onnx") + " --runs 3 --threads 1 --json b.json");
  const nlohmann::json bench = json("b.json");
  EXPECT_EQ(bench["version"], 1);
  EXPECT_EQ(bench["model"], "mnist.onnx");
  EXPECT_EQ(bench["threads"], 1);
  EXPECT_EQ(bench["latency_ms"]["runs"], 3);
  EXPECT_GT(bench["latency_ms"]["median"], 0);
  EXPECT_GT(bench["peak_gflops"], 0);
  EXPECT_GT(bench["memory"]["peak_rss_bytes"], 0);
  for (const char* key : {"name", "op", "impl", "engine", "out", "ms", "gflops"}) {
    EXPECT_TRUE(bench["layers"][0].contains(key)) << key;
  }
}

TEST_F(Commands, Profile) {
  const std::string out =
      expect_success("% peak", "profile " + model("mnist.onnx") + " --runs 2 --sort time --trace t.json");
  EXPECT_NE(out.find("Convolution28"), std::string::npos);
  const nlohmann::json trace = json("t.json");
  EXPECT_EQ(trace["traceEvents"][1]["name"], "Convolution28");
  for (size_t i = 1; i < trace["traceEvents"].size(); ++i) {
    const auto& event = trace["traceEvents"][i];
    EXPECT_EQ(event["ph"], "X") << "a complete event";
    for (const char* key : {"ts", "dur", "pid", "tid"}) EXPECT_TRUE(event[key].is_number()) << key;
  }
  expect_success("index,layer,op,detail,output,kernel", "profile " + model("mnist.onnx") + " --runs 2 --csv");
}

TEST_F(Commands, Explain) {
  expect_success("<--", "explain " + model("mnist.onnx"));
  const std::string one =
      expect_success("Convolution28: conv2d", "explain " + model("mnist.onnx") + " --layer '*tion28'");
  EXPECT_EQ(one.find("Convolution110"), std::string::npos);
  expect_success("\n  not depthwise: conv2d_depthwise", "explain " + model("mnist.onnx") + " --layer '*tion28'");
  expect_success("graph ", "explain " + model("mnist.onnx") + " --stage import");
  expect_success("graph ", "explain " + model("mnist.onnx") + " --stage graph");
  expect_success("Convolution28: conv2d", "explain " + model("mnist.onnx") + " --stage groups");
  expect_success("arena", "explain " + model("mnist.onnx") + " --stage plan");
  expect_success("define", "explain " + model("mnist.onnx") + " --stage llvm --layer Convolution28");
  expect_success("ret", "explain " + model("mnist.onnx") + " --stage asm --layer Convolution28");
}

TEST_F(Commands, ExplainSetsF32BesideInt8) {
  const std::string network = "explain " + model("keyword_spotting_int8.tflite") + " --threads 1 --untuned";
  const std::string out = expect_success("Beside the same network in f32:", network);
  for (const char* part : {"f32/int8", "conv2d 10x4 s2 + relu", "\ntotal", "x\n", "layers", "--with-f32"})
    EXPECT_NE(out.find(part), std::string::npos) << part << " is missing in " << out;

  const std::string one = expect_success("In f32:\nfunctional_1/dense/BiasAdd: matmul", network + " --layer matmul");
  EXPECT_EQ(one.find("conv2d"), std::string::npos) << one;
  EXPECT_EQ(one.find("\ntotal"), std::string::npos) << one;
  const Finished floats = convoy("explain " + model("mnist.onnx"));
  EXPECT_EQ(floats.out.find("in f32"), std::string::npos) << "not a quantised network";
}

/// What --set, a plan and --max-memory decide is not about the network in f32.
TEST_F(Commands, ExplainChoosesFreelyInF32) {
  const std::string network = "explain " + model("keyword_spotting_int8.tflite") + " --threads 1 --untuned";
  const std::string limits = " --set conv2d:impl=reference --save-plan plan.json";
  const std::string out = expect_success("no int8 kernel for conv2d", network + limits);
  const std::string totals = out.substr(out.find("\ntotal"));
  EXPECT_EQ(expect_success(totals, network + " --plan plan.json"), out);
}

TEST_F(Commands, TuneAlsoInF32) {
  const std::string options = " --threads 1 --budget 600 --log log.db --with-f32";
  expect_success("in f32", "tune " + model("keyword_spotting_int8.tflite") + options + " --json t.json");
  EXPECT_GT(json("t.json")["measured_in_f32"], 0);
  const std::string out =
      expect_success("\ntotal", "explain " + model("keyword_spotting_int8.tflite") + " --threads 1 --log log.db");
  EXPECT_EQ(out.find("is an estimate"), std::string::npos) << out;
  expect_failure(2, "--with-f32 is for quantised networks", "tune " + model("mnist.onnx") + options);
}

TEST_F(Commands, PlansAreSavedAndReplayed) {
  const std::string network = model("mnist.onnx") + " --threads 1 ";
  const std::string forced = "--set conv2d:impl=conv2d_direct ";
  expect_success("<--", "explain " + network + forced + "--save-plan plan.json");
  const auto plan = json("plan.json");
  EXPECT_EQ(plan["threads"], 1);
  for (const auto& layer : plan["layers"]) {
    const bool is_convolution = layer["operator"] == "conv2d";
    EXPECT_EQ(layer["implementation"] == "conv2d_direct", is_convolution);
  }
  const std::string stage = expect_success("conv2d_direct", "explain " + network + forced + "--stage plan");
  EXPECT_EQ(expect_success("", "explain " + network + "--plan plan.json --stage plan"), stage);
  expect_failure(1, "one.npy: is not JSON", "bench " + network + "--plan one.npy");
  expect_failure(2, "--save-plan does not go with --stage graph",
                 "explain " + network + "--stage graph --save-plan other.json");
  expect_failure(2, "--assert does not go with --stage, --layer and --save-plan",
                 "explain " + network + "--assert --save-plan other.json");
}

TEST_F(Commands, ExplainAsserts) {
  const std::string network = "explain " + model("mnist.onnx") + " --threads 1 --assert ";
  expect_success("0 of ", network + "--tolerance 1000");
  const Finished slow = convoy(network + "--tolerance 50 --set conv2d:impl=reference");
  EXPECT_EQ(slow.exit_code, 1);
  EXPECT_NE(slow.out.find("reference"), std::string::npos) << slow.out;
  expect_failure(2, "--budget 0.1 is not enough", network + "--budget 0.1");
  expect_failure(2, "--assert does not go with", network + "--layer x");
}

TEST_F(Commands, CompareAgrees) {
  expect_success("y.npy", "run " + model("mnist.onnx") + " --input one.npy --output y.npy");
  expect_success("All within 0.0001",
                 "compare " + model("mnist.onnx") + " --input one.npy --expected y.npy --json c.json");
  EXPECT_EQ(json("c.json")["expected"][0]["max_abs"], 0);
  expect_success("random values, --seed 7", "compare " + model("espcn_x2.onnx") + " --shape 1x1x12x16 --seed 7");
}

TEST_F(Commands, CompareFindsAWrongExpectation) {
  write_npy(path("zeros.npy"), Tensor(DType::f32, Shape{1, 10}));
  const Finished finished = convoy("compare " + model("mnist.onnx") + " --input one.npy --expected zeros.npy");
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_NE(finished.out.find("The first to differ by more than 0.0001: 'Plus214_Output_0'"), std::string::npos);
}

TEST_F(Commands, Info) {
  const std::string out = expect_success("opset", "info " + model("mnist.onnx") + " --json i.json");
  EXPECT_NE(out.find("Conv 2"), std::string::npos);
  EXPECT_EQ(json("i.json")["inputs"][0]["type"], "f32[1x1x28x28]");
  EXPECT_GT(json("i.json")["macs"], 700000);
}

TEST_F(Commands, WhatAQuantisedNetworkComputesOnFloats) {
  onnx_frontend::TestModel model;
  model.input("x", {1, 4}, onnx::TensorProto::UINT8).floats("s", {}, {0.5f});
  model.add("DequantizeLinear", {"x", "s"}, {"a"}).add("Softmax", {"a"}, {"b"}, "scores");
  model.add("QuantizeLinear", {"b", "s"}, {"y"}).output("y");
  write("q.onnx", model.bytes());
  expect_success("softmax 1: it has no integer form", "info q.onnx --json q.json");
  EXPECT_EQ(json("q.json")["in_floats"][0]["name"], "scores");
  const std::string out = expect_success("though the network is quantised", "explain q.onnx");
  EXPECT_NE(out.find("scores (softmax): it has no integer form"), std::string::npos) << out;
}

}  // namespace
}  // namespace convoy::cli
