// Partitioned Boolean quadratic problems: each node takes one of its alternatives, so that the sum of the alternatives'
// own costs and of the costs between neighbours is least.
//
// Nodes of up to two neighbours are eliminated exactly; a network is little more than a chain with detours, so that as
// a rule nothing is left. Otherwise the node with the most neighbours tries its alternatives one after the other, as
// long as there are not too many in all.
// Source: A. Anderson and D. Gregg, "Optimal DNN primitive selection with partitioned boolean quadratic programming"
// (CGO 2018); B. Scholz and E. Eckstein, "Register allocation for irregular architectures" (LCTES 2002).
#pragma once

#include <vector>

namespace convoy {

/// Costs between two nodes: [alternative of the first][alternative of the second].
using EdgeCosts = std::vector<std::vector<double>>;

class Pbqp {
 public:
  /// Stands for "impossible"; a solution takes it only where nothing else is left.
  static constexpr double kImpossible = 1e30;

  /// A node with at least one alternative; returns its number.
  int add_node(std::vector<double> costs);
  /// Adds to the costs that the nodes have between them already, if any. `a` and `b` differ.
  void add_edge(int a, int b, const EdgeCosts& costs);

  /// The alternative of each node.
  std::vector<int> solve() const;
  /// Of a choice of alternatives: what solve() minimises.
  double cost(const std::vector<int>& picked) const;

 private:
  struct Edge {
    int a, b;
    EdgeCosts costs;
  };
  std::vector<std::vector<double>> nodes_;
  std::vector<Edge> edges_;
};

}  // namespace convoy
