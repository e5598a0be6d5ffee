// From a network over a whole image to one that takes the image strip by strip of rows: each run continues where the
// last one ended and computes only rows that are new. Rows of intermediate maps that later runs read again are kept
// (line buffers), as inputs and outputs of the network: whoever runs it gives each run the states that the last one
// left. Before the passes, like densify: Graph in, Graph out.
//
//   x: 1xCxHxW -> conv 3x3 -> y            x: the new rows, s: the last 2 rows of x before them
//                                          concat(s, x) -> conv 3x3 -> y, the new rows; the last 2 rows -> s'
#pragma once

#include <optional>
#include <string>

#include "graph/graph.h"

namespace convoy {

struct StreamNetwork {
  /// Inputs: 1 x channels x input_rows x columns, then the states. Outputs: 1 x channels x output_rows x columns, then
  /// the states for the next run, in the same order and of the same types.
  Graph graph;
  int64_t input_rows = 0, output_rows = 0;
  /// Run t = 0, 1, ... makes rows [t * output_rows - delay, (t + 1) * output_rows - delay) of the result; those before
  /// row 0 mean nothing.
  int64_t delay = 0;
};

/// The network with `input_rows` new rows a run, or nothing, and why, when its rows do not come one after the other:
/// padding above and below, operators that mix all rows. `dense` has one input and one output, both 1 x channels x rows
/// x columns; its rows may be any number.
std::optional<StreamNetwork> stream(const Graph& dense, int64_t input_rows, std::string& refusal);

}  // namespace convoy
