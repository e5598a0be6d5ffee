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
#include <stdexcept>

#include "codegen/isa.h"
#include "frontends/onnx/import.h"
#include "io/convert.h"
#include "io/npy.h"
#include "ops/index.h"
#include "ops/quantize.h"
#include "passes/float_nodes.h"

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

bool is_quantised(const std::string& name) {
  return name.find("int8") != std::string::npos || name.find("qdq") != std::string::npos ||
         name.find("quant") != std::string::npos;
}

std::vector<std::string> networks(bool quantised) {
  std::vector<std::string> names;
  const json index = read_index();
  for (const auto& [name, entry] : index.items()) {
    const bool quantised_tflite = is_quantised(name) && name.ends_with(".tflite");
    if (is_quantised(name) == quantised && !quantised_tflite) names.push_back(name);
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

CompileOptions options_for(const json& entry, const std::string& isa) {
  CompileOptions options{.threads = 2, .isa = isa, .use_cache = false};
  options.shapes[entry["input"]["name"]] = Shape(entry["input"]["shape"].get<std::vector<int64_t>>());
  return options;
}

/// Its only output, given the stored input.
Tensor run_network(const std::string& name, const json& entry, const std::string& isa) {
  auto program = compile((models_folder() / "models" / name).string(), options_for(entry, isa));
  if (!program.ok()) throw std::runtime_error(program.status().message());
  Context context(*program);
  const fs::path file = models_folder() / "expected" / entry["input"]["file"].get<std::string>();
  const Tensor input = convert(read_npy(file), DType::f32);
  std::memcpy(context.input(0).data(), input.data(), input.bytes());
  context.run();
  Tensor output(context.output(0).type());
  std::memcpy(output.data(), context.output(0).data(), output.bytes());
  return output;
}

/// The scale of the last quantize in the network.
float quantum_of(const Graph& graph) {
  const auto is_quantize = [](const Node& node) { return op_cast<Quantize>(*node.op) != nullptr; };
  const auto last = std::find_if(graph.nodes.rbegin(), graph.nodes.rend(), is_quantize);
  return *graph.value(last->inputs[1]).constant->as<float>();
}

/// No element is off by more than a quantum, and at most one in a thousand by more than half of one. What softmax and
/// tanh make of the last quantised values is closer than these are.
void check_quanta(const Tensor& found, const Tensor& expected, float quantum) {
  ASSERT_EQ(found.elems(), expected.elems());
  int64_t different = 0;
  for (int64_t i = 0; i < found.elems(); ++i) {
    const float quanta = std::abs(found.as<float>()[i] - expected.as<float>()[i]) / quantum;
    ASSERT_LT(quanta, 1.001f) << "element " << i;
    different += quanta > 0.5f;
  }
  EXPECT_LE(different * 1000, found.elems());
}

struct QuantisedNetwork : testing::TestWithParam<std::string> {};

/// Stored by ONNX Runtime without its optimisations: it convolves floats and rounds sums. Bits are the same on all
/// instruction sets where everything is computed on integers.
TEST_P(QuantisedNetwork, AgreesWithItsFrameworkOnEveryIsa) {
  const std::string& name = GetParam();
  const json index = read_index();
  if (!index.contains(name)) GTEST_SKIP() << models_folder() << " is absent";
  const json& entry = index[name];
  const Graph graph =
      onnx_frontend::import_file((models_folder() / "models" / name).string(), {options_for(entry, "").shapes});
  const fs::path file = models_folder() / "expected" / entry["outputs"][0]["file"].get<std::string>();
  const Tensor expected = convert(read_npy(file), DType::f32);
  Tensor first;
  for (const std::string& isa : host_isa_names()) {
    SCOPED_TRACE(isa);
    const Tensor found = run_network(name, entry, isa);
    check_quanta(found, expected, quantum_of(graph));
    if (expected.elems() <= 1001) {
      EXPECT_EQ(top5(found)[0], top5(expected)[0]);
    }
    if (first.empty()) first = found;
    if (float_nodes(graph).empty()) {
      EXPECT_EQ(std::memcmp(found.data(), first.data(), found.bytes()), 0);
    }
  }
}

std::string word(std::string name) {
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Models, QuantisedNetwork, testing::ValuesIn(networks(true)),
                         [](const auto& info) { return word(info.param); });

std::string test_name(const testing::TestParamInfo<Network::ParamType>& info) {
  std::string name = std::get<0>(info.param) + "_" + std::get<1>(info.param);
  if (std::get<2>(info.param) == Precision::bf16) name += "_bf16";
  return word(name);
}

INSTANTIATE_TEST_SUITE_P(Models, Network,
                         testing::Combine(testing::ValuesIn(networks(false)), testing::ValuesIn(host_isa_names()),
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
