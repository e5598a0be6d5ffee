// Random quantised TFLite networks: the compiled program gives the bits of the imported graph's reference loops, on
// every instruction set of this machine. CONVOY_RANDOM_NETWORKS=N takes N networks instead of some,
// CONVOY_RANDOM_SEED=S begins at seed S, CONVOY_RANDOM_FOLDER=DIR writes each with its inputs and outputs to DIR.
#include "networks/random_tflite.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "frontends/import.h"
#include "io/npy.h"
#include "passes/without_quantization.h"
#include "runtime/compile.h"
#include "support/dtypes.h"

namespace convoy::tflite_frontend {
namespace {

namespace fs = std::filesystem;

constexpr int kNetworks = 40;

int from_environment(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  return text ? std::atoi(text) : otherwise;
}

TestModel network_of(unsigned seed) {
  constexpr Type kTypes[] = {Type::UINT8, Type::INT8, Type::INT8, Type::INT16};
  return RandomTflite(seed, kTypes[seed % 4]).build(3 + static_cast<int>(seed % 7));
}

std::vector<Tensor> random_inputs(const Graph& graph, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<Tensor> inputs;
  for (ValueId id : graph.inputs) {
    Tensor& tensor = inputs.emplace_back(graph.type(id));
    auto* bytes = static_cast<uint8_t*>(tensor.data());
    std::generate_n(bytes, tensor.bytes(), [&] { return static_cast<uint8_t>(random()); });
  }
  return inputs;
}

void write_network(const std::string& folder, unsigned seed, const std::string& model,
                   const std::vector<Tensor>& inputs, const std::vector<Tensor>& outputs) {
  const std::string stem = fmt::format("{}/{:06}", folder, seed);
  std::ofstream(stem + ".tflite", std::ios::binary) << model;
  for (size_t i = 0; i < inputs.size(); ++i) write_npy(fmt::format("{}.in{}.npy", stem, i), inputs[i]);
  for (size_t i = 0; i < outputs.size(); ++i) write_npy(fmt::format("{}.out{}.npy", stem, i), outputs[i]);
}

std::vector<Tensor> reference_outputs(const Graph& graph, const std::vector<Tensor>& inputs) {
  const std::vector<Tensor> values = evaluate(graph, inputs);
  std::vector<Tensor> outputs;
  for (ValueId id : graph.outputs) outputs.push_back(values[id]);
  return outputs;
}

void expect_equal(const Program& program, const std::vector<Tensor>& inputs, const std::vector<Tensor>& expected) {
  Context context(program);
  for (size_t i = 0; i < inputs.size(); ++i) {
    ASSERT_TRUE(context.bind_input(static_cast<int>(i), inputs[i]).ok());
  }
  context.run();
  for (size_t i = 0; i < expected.size(); ++i) {
    const Tensor& found = context.output(static_cast<int>(i));
    EXPECT_EQ(std::memcmp(found.data(), expected[i].data(), expected[i].bytes()), 0)
        << "output '" << program.outputs()[i].name << "' " << expected[i].type().str();
  }
}

void check_network(unsigned seed) {
  const std::string model = network_of(seed).bytes();
  const Graph graph = import_model_bytes(model.data(), model.size(), fmt::format("random network {}", seed));
  const std::vector<Tensor> inputs = random_inputs(graph, seed), expected = reference_outputs(graph, inputs);
  if (const char* folder = std::getenv("CONVOY_RANDOM_FOLDER")) write_network(folder, seed, model, inputs, expected);
  for (const std::string& isa : host_isa_names()) {
    SCOPED_TRACE(isa);
    CompileOptions options;
    options.isa = isa;
    options.threads = 1 + static_cast<int>(seed % 2);
    options.use_cache = false;
    expect_equal(compile_graph(graph, options), inputs, expected);
  }
}

/// What `convoy explain` sets them beside.
TEST(RandomTflite, HaveAFormInFloats) {
  const int first = from_environment("CONVOY_RANDOM_SEED", 0);
  const int count = from_environment("CONVOY_RANDOM_NETWORKS", kNetworks);
  for (int seed = first; seed < first + count && !HasFailure(); ++seed) {
    SCOPED_TRACE(fmt::format("repeat with CONVOY_RANDOM_SEED={} CONVOY_RANDOM_NETWORKS=1", seed));
    const std::string model = network_of(static_cast<unsigned>(seed)).bytes();
    const Graph graph = import_model_bytes(model.data(), model.size(), "random", {.shapes = {}, .in_floats = true});
    EXPECT_FALSE(multiplies_integers(run_passes(graph)));
    for (ValueId id : graph.inputs) EXPECT_EQ(graph.type(id).dtype, DType::f32);
  }
}

TEST(RandomTflite, ProgramsGiveTheBitsOfTheReference) {
  const int first = from_environment("CONVOY_RANDOM_SEED", 0);
  const int count = from_environment("CONVOY_RANDOM_NETWORKS", kNetworks);
  for (int seed = first; seed < first + count && !HasFailure(); ++seed) {
    SCOPED_TRACE(fmt::format("repeat with CONVOY_RANDOM_SEED={} CONVOY_RANDOM_NETWORKS=1", seed));
    check_network(static_cast<unsigned>(seed));
  }
}

}  // namespace
}  // namespace convoy::tflite_frontend
