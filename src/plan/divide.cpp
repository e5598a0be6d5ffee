#include "plan/divide.h"

#include <algorithm>

#include "support/int_math.h"

namespace convoy {

namespace {

/// Waking the other threads and waiting for the last costs about this much.
constexpr double kForkNs = 2000;

/// Work of the largest of `tasks` parts of `extent`, relative to an even division.
double imbalance(int64_t extent, int64_t tasks) {
  const int64_t largest = ceil_div(extent, tasks);
  return static_cast<double>(largest * tasks) / static_cast<double>(extent);
}

}  // namespace

std::pair<int64_t, int64_t> divide_step(const StepSpec& step, int threads) {
  if (threads <= 1 || step.cost_ns < 2 * kForkNs) return {1, 1};
  const int64_t most_rows = std::max<int64_t>(1, step.rows / std::max<int64_t>(1, step.row_grain));
  const int64_t most_cols = std::max<int64_t>(1, step.cols / std::max<int64_t>(1, step.col_grain));
  std::pair<int64_t, int64_t> best = {1, 1};
  double best_score = 1e300;
  for (int64_t rows = 1; rows <= std::min<int64_t>(threads, most_rows); ++rows) {
    const int64_t cols = std::min<int64_t>(most_cols, ceil_div(threads, rows));
    const double span = imbalance(step.rows, rows) * imbalance(step.cols, cols) / static_cast<double>(rows * cols);
    // The side that is not preferred reads the same weights or activations once per part.
    const double repeated = static_cast<double>(step.split_cols_first ? rows : cols) - 1;
    const double score = span * (1 + 0.03 * repeated);
    if (score < best_score) best = {rows, cols}, best_score = score;
  }
  return best;
}

}  // namespace convoy
