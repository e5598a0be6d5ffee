// The graph as text, for `convoy explain --stage graph`, golden tests and bug reports. It parses back.
//
//   graph squeezenet
//   input %data f32[1x3x224x224]
//   constant %conv1_w f32[64x3x3x3] 0.25 -0.5 ...      (`...` alone stands for data not written)
//   %conv1 f32[1x64x112x112] = conv2d(%data, %conv1_w, _) strides=[2,2] ... @conv1
//   output %conv1
#pragma once

#include <string>
#include <string_view>

#include "graph/graph.h"

namespace convoy {

struct TextOptions {
  /// Constants with more elements than this are written as `...`.
  int64_t max_constant_elems = 16;
};

std::string to_text(const Graph& graph, const TextOptions& options = {});

/// Parses the text form; constants written as `...` get zeros. Throws Error naming the line.
Graph graph_from_text(std::string_view text);

}  // namespace convoy
