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
#include <vector>

#include "graph/graph.h"

namespace convoy {

/// An input of 1 x 1 x count x 1 that says which rows of a value lie inside its image: run t makes rows [t * count +
/// lead, (t + 1) * count + lead), and those from 0 to `height` are to be 1, others 0.
struct RowMask {
  int input = 0;  ///< of the network
  int64_t count = 0, lead = 0, height = 0;
};

/// An input of `total` indices (i64) of rows among those that an enlargement reads: run t reads rows [t * count + lead,
/// t
/// * count + lead + total) of a value, and of rows outside [0, height) the nearest one inside.
struct RowClamp {
  int input = 0;  ///< of the network
  int64_t count = 0, lead = 0, total = 0, height = 0;
};

/// What a run has to be told of the image's ends.
struct RowEdges {
  std::vector<RowMask> masks;
  std::vector<RowClamp> clamps;

  bool empty() const { return masks.empty() && clamps.empty(); }
  /// Whether run t makes and reads rows of the image alone.
  bool inside(int64_t t) const;
};

struct StreamNetwork {
  /// Inputs: 1 x channels x input_rows x columns, then states, masks and clamps. Outputs: 1 x channels x output_rows x
  /// columns, then the states for the next run, in the same order and of the same types.
  Graph graph;
  int64_t input_rows = 0, output_rows = 0;
  /// Run t = 0, 1, ... makes rows [t * output_rows - delay, (t + 1) * output_rows - delay) of the result; those before
  /// row 0 mean nothing.
  int64_t delay = 0;
  std::vector<int> states;  ///< inputs; zero before the first run
  RowEdges edges;           ///< empty when no layer looks beyond the image, and for Edges::none
};

/// Beyond the first and the last row of its image, where runs make rows of their own, a layer that pads reads zeros and
/// an enlargement the nearest row.
enum class Edges {
  none,    ///< right for runs that make no such rows
  masked,  ///< such rows are made zero or replaced, as masks and clamps say
};

/// The network with `input_rows` new rows a run, or nothing, and why, when its rows do not come one after the other:
/// operators that mix all rows, padding with other values than zero. `network` has one input and one output, both 1 x
/// channels x rows x columns. Where layers pad, rows of the image beyond its ends must be given as zero.
std::optional<StreamNetwork> stream(const Graph& network, int64_t input_rows, Edges edges, std::string& refusal);

}  // namespace convoy
