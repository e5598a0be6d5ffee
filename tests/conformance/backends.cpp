#include "conformance/backends.h"

#include <convoy/program.h>

#include <algorithm>
#include <cstring>

#include "codegen/isa.h"
#include "runtime/compile.h"
#include "support/error.h"

namespace convoy::conformance {
namespace {

std::vector<Tensor> run_reference(const Graph& graph, const std::vector<Tensor>& inputs) {
  const std::vector<Tensor> values = evaluate(graph, inputs);
  std::vector<Tensor> outputs;
  for (ValueId id : graph.outputs) outputs.push_back(values[id]);
  return outputs;
}

/// Compiled for the best level of this machine up to `isa`.
std::vector<Tensor> run_compiled(const char* isa, const Graph& graph, const std::vector<Tensor>& inputs) {
  const std::vector<std::string> available = host_isa_names();
  CompileOptions options{.threads = 2, .use_cache = false};
  options.isa = std::ranges::find(available, isa) != available.end() ? isa : available.back();
  Context context(compile_graph(graph, options));
  for (size_t i = 0; i < inputs.size(); ++i) {
    Tensor& input = context.input(static_cast<int>(i));
    if (input.type() != inputs[i].type()) invalid_input("input {} is {}", i, inputs[i].type().str());
    std::memcpy(input.data(), inputs[i].data(), inputs[i].bytes());
  }
  context.run();
  std::vector<Tensor> outputs;
  for (size_t i = 0; i < graph.outputs.size(); ++i) {
    const Tensor& output = context.output(static_cast<int>(i));
    Tensor copy(output.type());  // the Context's own memory goes with it
    std::memcpy(copy.data(), output.data(), output.bytes());
    outputs.push_back(std::move(copy));
  }
  return outputs;
}

std::vector<Tensor> run_avx512(const Graph& graph, const std::vector<Tensor>& inputs) {
  return run_compiled("avx512", graph, inputs);
}
std::vector<Tensor> run_avx2(const Graph& graph, const std::vector<Tensor>& inputs) {
  return run_compiled("avx2", graph, inputs);
}
std::vector<Tensor> run_sse2(const Graph& graph, const std::vector<Tensor>& inputs) {
  return run_compiled("sse2", graph, inputs);
}

/// A new back end adds one line.
constexpr Backend kBackends[] = {
    {"reference", run_reference, "skips.txt"},
    {"avx512", run_avx512, "skips.txt"},
    {"avx2", run_avx2, "skips.txt"},
    {"sse2", run_sse2, "skips.txt"},
};

}  // namespace

std::span<const Backend> backends() {
  return kBackends;
}

}  // namespace convoy::conformance
