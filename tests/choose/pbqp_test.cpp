#include "choose/pbqp.h"

#include <gtest/gtest.h>

#include <random>

namespace convoy {
namespace {

struct Generated {
  Pbqp problem;
  std::vector<int> alternatives;  ///< by node
};

/// `edges` random edges between `nodes` nodes; some costs are impossible.
Generated random_problem(std::mt19937& random, int nodes, int edges) {
  const auto cost = [&] { return random() % 12 == 0 ? Pbqp::kImpossible : static_cast<double>(random() % 100); };
  Generated generated;
  for (int i = 0; i < nodes; ++i) {
    std::vector<double> costs(1 + random() % 4);
    for (double& one : costs) one = cost();
    generated.alternatives.push_back(static_cast<int>(costs.size()));
    generated.problem.add_node(costs);
  }
  for (int i = 0; i < edges; ++i) {
    const int a = static_cast<int>(random() % nodes), b = static_cast<int>(random() % nodes);
    if (a == b) continue;
    EdgeCosts costs(generated.alternatives[a], std::vector<double>(generated.alternatives[b]));
    for (auto& row : costs) {
      for (double& one : row) one = cost();
    }
    generated.problem.add_edge(a, b, costs);
  }
  return generated;
}

/// By trying everything.
double least_cost(const Generated& generated) {
  std::vector<int> picked(generated.alternatives.size(), 0);
  double best = generated.problem.cost(picked);
  for (size_t i = 0; i < picked.size();) {
    if (++picked[i] < generated.alternatives[i]) {
      best = std::min(best, generated.problem.cost(picked));
      i = 0;
    } else {
      picked[i++] = 0;
    }
  }
  return best;
}

TEST(Pbqp, FindsTheLeastCostOfAnyGraph) {
  std::mt19937 random(1);
  for (int i = 0; i < 400; ++i) {
    const int nodes = 1 + static_cast<int>(random() % 7);
    const Generated generated = random_problem(random, nodes, static_cast<int>(random() % (3 * nodes)));
    EXPECT_DOUBLE_EQ(generated.problem.cost(generated.problem.solve()), least_cost(generated)) << "problem " << i;
  }
}

TEST(Pbqp, AvoidsWhatIsImpossible) {
  Pbqp problem;
  const int a = problem.add_node({1, 5}), b = problem.add_node({1, 5});
  problem.add_edge(a, b, {{Pbqp::kImpossible, Pbqp::kImpossible}, {Pbqp::kImpossible, 0}});
  EXPECT_EQ(problem.solve(), (std::vector{1, 1}));
}

TEST(Pbqp, LongChainsWithDetoursTakeNoTime) {
  std::mt19937 random(2);
  Pbqp problem;
  int previous = problem.add_node({0, 0, 0}), before = previous;
  for (int i = 0; i < 5000; ++i) {
    EdgeCosts costs(3, std::vector<double>(3));
    for (auto& row : costs) {
      for (double& one : row) one = static_cast<double>(random() % 100);
    }
    const int next = problem.add_node({1, 2, 3});
    problem.add_edge(previous, next, costs);
    if (i % 3 == 2) {
      problem.add_edge(before, next, costs);
      before = next;
    }
    previous = next;
  }
  EXPECT_LT(problem.cost(problem.solve()), 5000 * 60.0);
}

TEST(Pbqp, DenseGraphsEnd) {
  std::mt19937 random(3);
  const Generated generated = random_problem(random, 60, 1000);
  EXPECT_LE(generated.problem.cost(generated.problem.solve()), generated.problem.cost(std::vector<int>(60, 0)));
}

}  // namespace
}  // namespace convoy
