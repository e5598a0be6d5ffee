#include "choose/pbqp.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

namespace convoy {

namespace {

constexpr int kMostBranches = 2000;

int least(const std::vector<double>& costs) {
  return static_cast<int>(std::ranges::min_element(costs) - costs.begin());
}

EdgeCosts transposed(const EdgeCosts& costs) {
  EdgeCosts result(costs.front().size(), std::vector<double>(costs.size()));
  for (size_t i = 0; i < costs.size(); ++i) {
    for (size_t j = 0; j < costs[i].size(); ++j) result[j][i] = costs[i][j];
  }
  return result;
}

/// The problem as it shrinks. Every edge is kept twice, seen from either end.
class Reduction {
 public:
  explicit Reduction(std::vector<std::vector<double>> nodes) : costs_(std::move(nodes)), edges_(costs_.size()) {
    for (size_t i = 0; i < costs_.size(); ++i) left_.insert(static_cast<int>(i));
  }

  void add_edge(int a, int b, const EdgeCosts& costs) {
    add_directed(a, b, costs);
    add_directed(b, a, transposed(costs));
  }

  /// The alternative of each node. `branches` counts down what may still be tried.
  std::vector<int> solve(int& branches) {
    while (!left_.empty()) {
      const int node = *std::ranges::min_element(left_, {}, [&](int n) { return edges_[n].size(); });
      if (edges_[node].size() > 2) return branch(branches);
      eliminate(node);
    }
    return picks();
  }

 private:
  /// A node that is gone: what it will take, once its neighbours of then are known.
  struct Gone {
    int node;
    std::vector<double> costs;
    std::map<int, EdgeCosts> edges;
  };

  void add_directed(int from, int to, const EdgeCosts& costs) {
    const auto [known, is_new] = edges_[from].try_emplace(to, costs);
    if (is_new) return;
    for (size_t i = 0; i < costs.size(); ++i) {
      for (size_t j = 0; j < costs[i].size(); ++j) known->second[i][j] += costs[i][j];
    }
  }

  Gone remove(int node) {
    Gone gone{node, costs_[node], std::move(edges_[node])};
    edges_[node].clear();
    for (const auto& [other, costs] : gone.edges) edges_[other].erase(node);
    left_.erase(node);
    return gone;
  }

  /// A node of at most two neighbours: its best cost becomes theirs.
  void eliminate(int node) {
    Gone gone = remove(node);
    if (gone.edges.size() == 1) {
      const auto& [other, between] = *gone.edges.begin();
      for (size_t k = 0; k < costs_[other].size(); ++k) {
        double best = std::numeric_limits<double>::max();
        for (size_t i = 0; i < gone.costs.size(); ++i) best = std::min(best, gone.costs[i] + between[i][k]);
        costs_[other][k] += best;
      }
    } else if (gone.edges.size() == 2) {
      const auto& [a, to_a] = *gone.edges.begin();
      const auto& [b, to_b] = *gone.edges.rbegin();
      EdgeCosts joined(costs_[a].size(), std::vector<double>(costs_[b].size(), std::numeric_limits<double>::max()));
      for (size_t j = 0; j < joined.size(); ++j) {
        for (size_t k = 0; k < joined[j].size(); ++k) {
          for (size_t i = 0; i < gone.costs.size(); ++i)
            joined[j][k] = std::min(joined[j][k], gone.costs[i] + to_a[i][j] + to_b[i][k]);
        }
      }
      add_edge(a, b, joined);
    }
    gone_.push_back(std::move(gone));
  }

  /// Every node left has three neighbours or more. One of them tries its alternatives, each a smaller problem; with no
  /// branches left it takes the one that is best if its neighbours can take what suits it.
  std::vector<int> branch(int& branches) {
    const int node = *std::ranges::max_element(left_, {}, [&](int n) { return edges_[n].size(); });
    const std::vector<double> hopes = best_cases(node);
    std::vector<int> order(hopes.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
    std::ranges::stable_sort(order, {}, [&](int i) { return hopes[i]; });
    std::vector<int> best;
    double best_cost = std::numeric_limits<double>::max();
    for (int alternative : order) {
      if (!best.empty() && (branches <= 0 || hopes[alternative] >= Pbqp::kImpossible)) break;
      --branches;
      Reduction smaller = *this;
      smaller.fix(node, alternative);
      std::vector<int> picked = smaller.solve(branches);
      if (const double cost = cost_of(picked); cost < best_cost) {
        best = std::move(picked);
        best_cost = cost;
      }
    }
    return best;
  }

  std::vector<double> best_cases(int node) const {
    std::vector<double> costs = costs_[node];
    for (size_t i = 0; i < costs.size(); ++i) {
      for (const auto& [other, between] : edges_[node]) {
        double best = std::numeric_limits<double>::max();
        for (size_t k = 0; k < between[i].size(); ++k) best = std::min(best, between[i][k] + costs_[other][k]);
        costs[i] += best;
      }
    }
    return costs;
  }

  void fix(int node, int alternative) {
    Gone gone = remove(node);
    for (const auto& [other, between] : gone.edges) {
      for (size_t k = 0; k < costs_[other].size(); ++k) costs_[other][k] += between[alternative][k];
    }
    std::vector<double> fixed(gone.costs.size(), std::numeric_limits<double>::max());
    fixed[alternative] = 0;
    gone_.push_back({node, std::move(fixed), {}});
  }

  /// Of the nodes that are left, for the picks of all.
  double cost_of(const std::vector<int>& picked) const {
    double sum = 0;
    for (int node : left_) {
      sum += costs_[node][picked[node]];
      for (const auto& [other, between] : edges_[node]) {
        if (node < other) sum += between[picked[node]][picked[other]];
      }
    }
    return sum;
  }

  /// Back from the last that went to the first.
  std::vector<int> picks() const {
    std::vector<int> picked(costs_.size(), 0);
    for (auto gone = gone_.rbegin(); gone != gone_.rend(); ++gone) {
      std::vector<double> costs = gone->costs;
      for (const auto& [other, between] : gone->edges) {
        for (size_t i = 0; i < costs.size(); ++i) costs[i] += between[i][picked[other]];
      }
      picked[gone->node] = least(costs);
    }
    return picked;
  }

  std::vector<std::vector<double>> costs_;       ///< by node
  std::vector<std::map<int, EdgeCosts>> edges_;  ///< by node: to its neighbours
  std::set<int> left_;
  std::vector<Gone> gone_;
};

}  // namespace

int Pbqp::add_node(std::vector<double> costs) {
  nodes_.push_back(std::move(costs));
  return static_cast<int>(nodes_.size()) - 1;
}

void Pbqp::add_edge(int a, int b, const EdgeCosts& costs) {
  edges_.push_back({a, b, costs});
}

std::vector<int> Pbqp::solve() const {
  Reduction reduction(nodes_);
  for (const Edge& edge : edges_) reduction.add_edge(edge.a, edge.b, edge.costs);
  int branches = kMostBranches;
  return reduction.solve(branches);
}

double Pbqp::cost(const std::vector<int>& picked) const {
  double sum = 0;
  for (size_t i = 0; i < nodes_.size(); ++i) sum += nodes_[i][picked[i]];
  for (const Edge& edge : edges_) sum += edge.costs[picked[edge.a]][picked[edge.b]];
  return sum;
}

}  // namespace convoy
