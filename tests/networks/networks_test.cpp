// Whole networks against the outputs stored from their framework: every float ONNX network of a folder of
// models (CONVOY_MODELS, ../shared/models unless set), and the small ones of tests/data whose outputs are there.
#include <convoy/convoy.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "codegen/isa.h"
#include "io/convert.h"
#include "io/npy.h"

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

bool is_float_onnx(const std::string& name) {
  return name.ends_with(".onnx") && name.find("int8") == std::string::npos && name.find("qdq") == std::string::npos;
}

std::vector<std::string> networks() {
  std::vector<std::string> names;
  const json index = read_index();
  for (const auto& [name, entry] : index.items()) {
    if (is_float_onnx(name)) names.push_back(name);
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
  const Shape& shape = found.shape();
  for (int64_t image = 0; image < shape[0] * shape[1]; ++image) {
    for (int64_t h = 0; h < shape[2]; h += 4) {
      for (int64_t w = 0; w < shape[3]; w += 4) fn(all[(image * shape[2] + h) * shape[3] + w], *stored++);
    }
  }
}

std::vector<size_t> top5(const Tensor& scores) {
  std::vector<size_t> order(scores.elems());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  const float* s = scores.as<float>();
  std::partial_sort(order.begin(), order.begin() + 5, order.end(), [&](size_t a, size_t b) { return s[a] > s[b]; });
  order.resize(5);
  return order;
}

void check_output(const Tensor& found, const fs::path& file) {
  const Tensor expected = convert(read_npy(file), DType::f32);
  double difference = 0, largest = 0;
  each_pair(found, expected, file.string().find(".s4.") != std::string::npos, [&](float a, float b) {
    difference = std::isnan(a) ? INFINITY : std::max(difference, std::abs(static_cast<double>(a) - b));
    largest = std::max(largest, std::abs(static_cast<double>(b)));
  });
  EXPECT_LE(difference, 1e-4 * largest) << file;
  if (found.shape().rank() == 2 && found.elems() >= 1000 && found.shape()[0] == 1) {
    EXPECT_EQ(top5(found), top5(expected)) << file;
  }
}

struct Network : testing::TestWithParam<std::tuple<std::string, std::string>> {};

TEST_P(Network, AgreesWithItsFramework) {
  const auto& [name, isa] = GetParam();
  const json index = read_index();
  if (!index.contains(name)) GTEST_SKIP() << models_folder() << " is absent";
  const json& entry = index[name];
  CompileOptions options{.threads = 2, .isa = isa, .use_cache = false};
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
      check_output(context.output(static_cast<int>(i)), expected / entry["outputs"][i]["file"].get<std::string>());
    }
  }
}

std::string test_name(const testing::TestParamInfo<Network::ParamType>& info) {
  std::string name = std::get<0>(info.param) + "_" + std::get<1>(info.param);
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Models, Network,
                         testing::Combine(testing::ValuesIn(networks()), testing::ValuesIn(host_isa_names())),
                         test_name);

}  // namespace
}  // namespace convoy
