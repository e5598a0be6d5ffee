#include "passes/quantised_values.h"

#include <algorithm>
#include <cmath>

#include "ops/quantize.h"
#include "passes/match.h"
#include "support/dtypes.h"

namespace convoy {
namespace {

std::vector<int64_t> integers(const Tensor& tensor) {
  return visit_dtype(tensor.dtype(), [&]<class T>() {
    std::vector<int64_t> values;
    if constexpr (kIsInteger<T>) values.assign(tensor.as<T>(), tensor.as<T>() + tensor.elems());
    return values;
  });
}

}  // namespace

std::optional<Dequantised> dequantised(const Graph& graph, ValueId id) {
  const Node* node = producer_of<Dequantize>(graph, id);
  if (!node) return std::nullopt;
  return Dequantised{node->inputs[0], node->inputs[1], node->inputs.size() > 2 ? node->inputs[2] : kAbsent,
                     op_cast<Dequantize>(*node->op)->axis};
}

std::optional<Parameters> known_parameters(const Graph& graph, ValueId scale, ValueId zero) {
  if (!graph.is_constant(scale) || (zero != kAbsent && !graph.is_constant(zero))) return std::nullopt;
  const Tensor& scales = *graph.value(scale).constant;
  Parameters parameters;
  parameters.scale.assign(scales.as<float>(), scales.as<float>() + scales.elems());
  if (!std::ranges::all_of(parameters.scale, [](float s) { return std::isnormal(s) && s > 0; })) return std::nullopt;
  if (zero != kAbsent) parameters.zero = integers(*graph.value(zero).constant);
  if (std::ranges::all_of(parameters.zero, [](int64_t z) { return z == 0; })) parameters.zero.clear();
  return parameters;
}

std::optional<PerTensor> per_tensor(const Graph& graph, ValueId scale, ValueId zero) {
  const auto parameters = known_parameters(graph, scale, zero);
  if (!parameters || parameters->scale.size() != 1 || parameters->zero.size() > 1) return std::nullopt;
  return PerTensor{parameters->scale[0], parameters->zero.empty() ? 0 : parameters->zero[0]};
}

}  // namespace convoy
