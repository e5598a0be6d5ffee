#include "conformance/backends.h"

namespace convoy::conformance {
namespace {

std::vector<Tensor> run_reference(const Graph& graph, const std::vector<Tensor>& inputs) {
  const std::vector<Tensor> values = evaluate(graph, inputs);
  std::vector<Tensor> outputs;
  for (ValueId id : graph.outputs) outputs.push_back(values[id]);
  return outputs;
}

/// A new back end adds one line.
constexpr Backend kBackends[] = {
    {"reference", run_reference, "skips.txt"},
};

}  // namespace

std::span<const Backend> backends() {
  return kBackends;
}

}  // namespace convoy::conformance
