// A network for tests that look at its layers.
#pragma once

#include "graph/text.h"

namespace convoy {

/// conv_a, conv_b and conv_c in a row, and a softmax: four groups.
inline Graph three_convolutions() {
  return graph_from_text(R"(graph chain
input %x f32[1x2x5x5]
constant %wa f32[3x2x1x1] 1 0.5 -0.5 1 0.25 2
constant %wb f32[2x3x1x1] 1 -1 0.5 0.25 2 -0.5
constant %wc f32[2x2x1x1] 1 3 -2 1
%a f32[1x3x5x5] = conv2d(%x, %wa, _) @conv_a
%b f32[1x2x5x5] = conv2d(%a, %wb, _) @conv_b
%c f32[1x2x5x5] = conv2d(%b, %wc, _) @conv_c
%y f32[1x2x5x5] = softmax(%c) axis=1 @softmax
output %y
)");
}

/// -3, -2, ... 3, -3, ...
inline Tensor ramp(const TensorType& type) {
  Tensor tensor(type);
  for (int64_t i = 0; i < tensor.elems(); ++i) tensor.as<float>()[i] = static_cast<float>(i % 7) - 3;
  return tensor;
}

}  // namespace convoy
