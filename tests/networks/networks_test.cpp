// Whole networks against the outputs stored from their framework: every float network of a folder of
// models (CONVOY_MODELS, ../shared/models unless set), and the small ones of tests/data whose outputs are there.
#include <convoy/convoy.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "codegen/isa.h"
#include "io/convert.h"
#include "io/npy.h"
#include "ops/index.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

fs::path models_folder() {
  const char* folder = std::getenv("CONVOY_MODELS");
  return folder ? fs::path(folder) : fs::path(CONVOY_SOURCE_DIR) / "../shared/models";
}

json read_index() {
  std::ifstream file(models_folder() / "expected/index.json");
  return file ? json::parse(file) : json::object();
}

bool is_float_network(const std::string& name) {
  for (const char* quantised : {"int8", "qdq", "quant"}) {
    if (name.find(quantised) != std::string::npos) return false;
  }
  return true;
}

std::vector<std::string> networks() {
  std::vector<std::string> names;
  const json index = read_index();
  for (const auto& [name, entry] : index.items()) {
    if (is_float_network(name)) names.push_back(name);
  }
  if (names.empty()) names.push_back("none");
  return names;
}

/// Calls fn(found, expected) for the stored elements: all, or every fourth row and column.
template <class Fn>
void each_pair(const Tensor& found, const Tensor& expected, bool sampled, Fn&& fn) {
  const float* all = found.as<float>();
  const float* stored = expected.as<float>();
  if (!sampled) {
    for (int64_t i = 0; i < expected.elems(); ++i) fn(all[i], stored[i]);
    return;
  }
  std::vector<int64_t> strides = found.shape().strides();
  for (int axis = 0; axis < 4; ++axis) strides[axis] *= found.shape()[axis] == expected.shape()[axis] ? 1 : 4;
  for_each_index(expected.shape(),
                 [&](std::span<const int64_t> index) { fn(all[offset_of(index, strides)], *stored++); });
}

std::vector<size_t> top5(const Tensor& scores) {
  std::vector<size_t> order(scores.elems());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  const float* s = scores.as<float>();
  std::partial_sort(order.begin(), order.begin() + 5, order.end(), [&](size_t a, size_t b) { return s[a] > s[b]; });
  order.resize(5);
  return order;
}

/// How far outputs may be from the framework's f32 ones, over the largest. Some networks are sensitive to the 8 bits of
/// bf16 (OpenVINO is further off in each): instance normalisation of small variances, small differences of large
/// values.
double tolerance_of(const std::string& network, Precision precision) {
  static const std::map<std::string, double> sensitive = {
      {"fns_mosaic.onnx", 6e-2}, {"ultraface_slim320.onnx", 5e-2}, {"yunet_n_320.onnx", 0.12}};
  if (precision == Precision::f32) return 1e-4;
  const auto found = sensitive.find(network);
  return found == sensitive.end() ? 2e-2 : found->second;
}

/// Scores of classes, the order of which counts: all of the first five, or with bf16 the first.
void check_classes(const Tensor& found, const Tensor& expected, Precision precision, const fs::path& file) {
  const std::vector<size_t> classes = top5(found), wanted = top5(expected);
  if (precision == Precision::f32) {
    EXPECT_EQ(classes, wanted) << file;
  } else {
    EXPECT_EQ(classes[0], wanted[0]) << file;
  }
}

void check_output(const Tensor& found, const fs::path& file, const std::string& network, Precision precision) {
  const Tensor expected = convert(read_npy(file), DType::f32);
  double difference = 0, largest = 0;
  each_pair(found, expected, file.string().find(".s4.") != std::string::npos, [&](float a, float b) {
    difference = std::isnan(a) ? INFINITY : std::max(difference, std::abs(static_cast<double>(a) - b));
    largest = std::max(largest, std::abs(static_cast<double>(b)));
  });
  EXPECT_LE(difference, tolerance_of(network, precision) * largest) << file;
  // More of them are pictures.
  if (found.shape() == Shape{1, 1000} || found.shape() == Shape{1, 1001}) {
    check_classes(found, expected, precision, file);
  }
}

/// Model, instruction set, precision.
struct Network : testing::TestWithParam<std::tuple<std::string, std::string, Precision>> {};

TEST_P(Network, AgreesWithItsFramework) {
  const auto& [name, isa, precision] = GetParam();
  const json index = read_index();
  if (!index.contains(name)) GTEST_SKIP() << models_folder() << " is absent";
  const json& entry = index[name];
  CompileOptions options{.threads = 2, .isa = isa, .precision = precision, .use_cache = false};
  options.shapes[entry["input"]["name"]] = Shape(entry["input"]["shape"].get<std::vector<int64_t>>());
  auto program = compile((models_folder() / "models" / name).string(), options);
  ASSERT_TRUE(program.ok()) << program.status().message();
  EXPECT_LE(program->memory().arena_bytes, program->memory().peak_live_bytes * 1.1);

  Context context(*program);
  const fs::path expected = models_folder() / "expected";
  const Tensor input = convert(read_npy(expected / entry["input"]["file"].get<std::string>()), DType::f32);
  ASSERT_EQ(input.bytes(), context.input(0).bytes());
  std::memcpy(context.input(0).data(), input.data(), input.bytes());
  for (int run = 0; run < 2; ++run) {
    context.run();
    for (size_t i = 0; i < program->outputs().size(); ++i) {
      const fs::path file = expected / entry["outputs"][i]["file"].get<std::string>();
      check_output(context.output(static_cast<int>(i)), file, name, precision);
    }
  }
}

std::string test_name(const testing::TestParamInfo<Network::ParamType>& info) {
  std::string name = std::get<0>(info.param) + "_" + std::get<1>(info.param);
  if (std::get<2>(info.param) == Precision::bf16) name += "_bf16";
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Models, Network,
                         testing::Combine(testing::ValuesIn(networks()), testing::ValuesIn(host_isa_names()),
                                          testing::Values(Precision::f32, Precision::bf16)),
                         test_name);

TEST(Networks, CustomOperatorsAreNamed) {
  const std::string name = "NEG_selfie_segmentation_customop.tflite";
  const fs::path model = models_folder() / "models" / name;
  if (!fs::exists(model)) GTEST_SKIP() << models_folder() << " is absent";
  const auto program = compile(model.string());
  ASSERT_FALSE(program.ok());
  EXPECT_EQ(program.status().kind(), ErrorKind::unsupported);
  EXPECT_NE(program.status().message().find(name + ": 1 of its operators is not supported: CUSTOM "
                                                   "'Convolution2DTransposeBias' ("),
            std::string::npos)
      << program.status().message();
}

}  // namespace
}  // namespace convoy
