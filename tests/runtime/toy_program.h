// A Program made by hand, whose kernels are plain C++ functions: what the runtime is tested with.
#pragma once

#include <convoy/program.h>

namespace convoy::test {

/// The toy network: input x[kRows, kCols], outputs y = 2 x + 10 r + c, and total = the sum of y.
constexpr int64_t kRows = 13, kCols = 7;

/// How many tasks the parallel steps have.
struct Grid {
  int64_t row_tasks = 4, col_tasks = 2;
};

Program toy_program(int threads, Grid grid = {});

/// What the toy network gives for an input.
float expected_y(const float* x, int64_t index);
float expected_total(const float* x);

/// Fills the context's input from `seed`, runs, and says whether both outputs are right.
bool run_and_check(Context& context, int seed);

}  // namespace convoy::test
