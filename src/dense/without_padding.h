// The same patch network on a larger patch, whose windows read pixels where they read padding before: an approximation
// of the network that overlapping patches share. After the passes, before densify: Graph in, Graph out.
//
//   x: 1xCx16x16 -> conv 3x3, pads 1 -> 1xKx16x16 -> flatten      x: 1xCx18x18 -> conv 3x3 -> 1xKx16x16 -> flatten
//
// Zeros beyond a patch are in the way of sharing, for the next patch has pixels there. How much results change depends
// on the network: layers behind have learned to live with the zeros, and a product over the whole patch weighs all
// places that they reach.
#pragma once

#include <string>
#include <vector>

#include "dense/reach.h"
#include "graph/graph.h"

namespace convoy {

struct WithoutPadding {
  /// Its input is 1 x channels x rows x columns, `margin` larger than patch_image() of the network; its output is of
  /// the same type.
  Graph graph;
  Margins margin = {};
  /// What read padding and now reads pixels, as describe() names nodes; empty when the graph is the network as it was.
  std::vector<std::string> nodes;
};

/// Padding stays behind operators that see the patch as a whole, such as products and global pools, and those that
/// densify does not share: there are no neighbouring elements that it could be replaced by. Throws Error when the
/// larger patch is beyond all measure.
WithoutPadding without_padding(const Graph& patch);

}  // namespace convoy
