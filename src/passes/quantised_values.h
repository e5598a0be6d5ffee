// What the rules of fold_quantization look for: values that dequantize computes, and their parameters.
#pragma once

#include <optional>
#include <vector>

#include "graph/graph.h"

namespace convoy {

/// A value that dequantize computes, by what it reads.
struct Dequantised {
  ValueId src = kAbsent;  ///< the integers
  ValueId scale = kAbsent, zero = kAbsent;
  int64_t axis = 0;
};

/// Nothing when something else computes the value.
std::optional<Dequantised> dequantised(const Graph& graph, ValueId id);

/// Scales and zero points that are known: one of each for the whole tensor, or one an index of an axis.
struct Parameters {
  std::vector<float> scale;
  std::vector<int64_t> zero;  ///< none: 0
};

/// Nothing when one of them is computed when the network runs, or a scale is no normal positive number.
std::optional<Parameters> known_parameters(const Graph& graph, ValueId scale, ValueId zero);

/// One scale and zero point for a whole tensor.
struct PerTensor {
  float scale;
  int64_t zero;
  bool operator==(const PerTensor&) const = default;
};

std::optional<PerTensor> per_tensor(const Graph& graph, ValueId scale, ValueId zero);

inline bool is_byte(DType dtype) {
  return dtype == DType::i8 || dtype == DType::u8;
}

}  // namespace convoy
