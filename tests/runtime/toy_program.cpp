#include "runtime/toy_program.h"

#include "runtime/program_data.h"

namespace convoy::test {

namespace {

constexpr int64_t kElems = kRows * kCols;
constexpr int64_t kBytes = kElems * static_cast<int64_t>(sizeof(float));
/// The two arena buffers, the second behind a gap as a planner might leave it.
constexpr int64_t kDoubledOffset = 64, kSumOffset = 1024;

float* elem(void* tensor, int64_t row, int64_t col) {
  return static_cast<float*>(tensor) + row * kCols + col;
}

/// args[1] = 2 * args[0], by way of the thread's scratch, which a task of another thread must not disturb.
void double_kernel(void* const* args, int64_t row_begin, int64_t row_end, int64_t col_begin, int64_t col_end,
                   void* scratch) {
  auto* staged = static_cast<float*>(scratch);
  for (int64_t r = row_begin; r < row_end; ++r) {
    for (int64_t c = col_begin; c < col_end; ++c) staged[c] = 2 * *elem(args[0], r, c);
    for (int64_t c = col_begin; c < col_end; ++c) *elem(args[1], r, c) = staged[c];
  }
}

/// args[2] = args[0] + args[1].
void add_kernel(void* const* args, int64_t row_begin, int64_t row_end, int64_t col_begin, int64_t col_end, void*) {
  for (int64_t r = row_begin; r < row_end; ++r) {
    for (int64_t c = col_begin; c < col_end; ++c) *elem(args[2], r, c) = *elem(args[0], r, c) + *elem(args[1], r, c);
  }
}

/// args[1] = args[0]: a step of one task.
void copy_kernel(void* const* args, int64_t row_begin, int64_t row_end, int64_t col_begin, int64_t col_end, void*) {
  for (int64_t r = row_begin; r < row_end; ++r) {
    for (int64_t c = col_begin; c < col_end; ++c) *elem(args[1], r, c) = *elem(args[0], r, c);
  }
}

void sum_on_host(void* const* args) {
  float sum = 0;
  for (int64_t i = 0; i < kElems; ++i) sum += static_cast<const float*>(args[0])[i];
  *static_cast<float*>(args[1]) = sum;
}

Tensor ramp() {
  Tensor tensor(DType::f32, {kRows, kCols});
  for (int64_t i = 0; i < kElems; ++i) tensor.as<float>()[i] = static_cast<float>(10 * (i / kCols) + i % kCols);
  return tensor;
}

PlanStep kernel_step(const char* name, std::vector<Location> args, Grid grid) {
  PlanStep step;
  step.name = name;
  step.kernel = 0;
  step.args = std::move(args);
  step.rows = kRows;
  step.cols = kCols;
  step.row_tasks = grid.row_tasks;
  step.col_tasks = grid.col_tasks;
  return step;
}

PlanStep host_step(const char* name, std::vector<Location> args) {
  PlanStep step;
  step.name = name;
  step.host = sum_on_host;
  step.args = std::move(args);
  return step;
}

}  // namespace

Program toy_program(int threads, Grid grid) {
  using Space = Location::Space;
  const Location x{Space::input, 0, 0}, y{Space::output, 0, 0}, total{Space::output, 1, 0};
  const Location constant{Space::constant, 0, 0};
  const Location doubled{Space::arena, 0, kDoubledOffset}, sum{Space::arena, 0, kSumOffset};
  auto data = std::make_shared<detail::ProgramData>();
  data->plan.target.threads = threads;
  data->plan.constants = {ramp()};
  data->plan.steps = {kernel_step("double", {x, doubled}, grid), kernel_step("add", {doubled, constant, sum}, grid),
                      kernel_step("copy", {sum, y}, {1, 1}), host_step("total", {y, total})};
  data->step_kernels = {double_kernel, add_kernel, copy_kernel, nullptr};
  data->plan.arena_bytes = kSumOffset + kBytes;
  data->plan.peak_live_bytes = 2 * kBytes;
  data->plan.weights_bytes = kBytes;
  data->plan.scratch_bytes = kCols * static_cast<int64_t>(sizeof(float));
  data->inputs = {{"x", {DType::f32, {kRows, kCols}}}};
  data->outputs = {{"y", {DType::f32, {kRows, kCols}}}, {"total", {DType::f32, {}}}};
  return Program(std::move(data));
}

float expected_y(const float* x, int64_t index) {
  return 2 * x[index] + static_cast<float>(10 * (index / kCols) + index % kCols);
}

float expected_total(const float* x) {
  float total = 0;
  for (int64_t i = 0; i < kElems; ++i) total += expected_y(x, i);
  return total;
}

bool run_and_check(Context& context, int seed) {
  auto* x = context.input(0).as<float>();
  for (int64_t i = 0; i < kElems; ++i) x[i] = static_cast<float>((i * 37 + seed) % 101);
  context.run();
  for (int64_t i = 0; i < kElems; ++i) {
    if (context.output(0).as<float>()[i] != expected_y(x, i)) return false;
  }
  return context.output(1).as<float>()[0] == expected_total(x);
}

}  // namespace convoy::test
