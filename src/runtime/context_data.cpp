#include "runtime/context_data.h"

#include <algorithm>
#include <chrono>

#include "support/error.h"
#include "support/int_math.h"

namespace convoy::detail {

namespace {

/// Scratch areas of different threads do not share a page.
constexpr int64_t kScratchAlignment = 4096;

/// When the program was idle this long between two runs, the threads need not watch for the next one.
constexpr int64_t kIdleNs = 500'000;

int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::vector<Tensor> make_tensors(const std::vector<PortInfo>& ports) {
  std::vector<Tensor> tensors;
  for (const PortInfo& port : ports) tensors.emplace_back(port.type);
  return tensors;
}

/// Part `index` of `parts` of [0, extent).
std::pair<int64_t, int64_t> part(int64_t extent, int64_t index, int64_t parts) {
  return {extent * index / parts, extent * (index + 1) / parts};
}

std::shared_ptr<Workspace> workspace_for(const Plan& plan, std::shared_ptr<Workspace> given) {
  const int64_t arena_bytes = round_up(plan.arena_bytes, kScratchAlignment);
  const int64_t scratch_stride = round_up(plan.scratch_bytes, kScratchAlignment);
  const bool suffices = given && given->arena_bytes >= arena_bytes && given->scratch_stride >= scratch_stride &&
                        given->pool.threads() == plan.target.threads;
  return suffices ? given : std::make_shared<Workspace>(arena_bytes, scratch_stride, plan.target.threads);
}

}  // namespace

Workspace::Workspace(int64_t arena, int64_t scratch, int threads)
    : pool(threads),
      arena_bytes(arena),
      scratch_stride(scratch),
      memory(allocate_aligned(arena + scratch * pool.threads())) {}

ContextData::ContextData(std::shared_ptr<const ProgramData> program_data, std::shared_ptr<Workspace> given)
    : program(std::move(program_data)),
      inputs(make_tensors(program->inputs)),
      outputs(make_tensors(program->outputs)),
      workspace_(workspace_for(program->plan, std::move(given))) {
  prepare();
}

void ContextData::prepare() {
  const Plan& plan = program->plan;
  size_t arg_count = 0;
  for (const PlanStep& step : plan.steps) arg_count += step.args.size();
  args_.resize(arg_count);
  void** arg = args_.data();
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const PlanStep& step = plan.steps[i];
    const KernelFn kernel = program->step_kernels[i];
    if (!kernel && !step.host) internal_error("step '{}' has neither a kernel nor a host function", step.name);
    steps_.push_back({kernel, &step.host, arg, step.rows, step.cols, step.row_tasks, step.col_tasks});
    if (kernel && step.row_tasks * step.col_tasks > 1) last_parallel_step_ = i;
    for (const Location& location : step.args) {
      *arg = resolve(location, arg);
      ++arg;
    }
  }
}

void* ContextData::resolve(const Location& location, void** arg) {
  switch (location.space) {
    case Location::Space::arena:
      return workspace_->memory.get() + location.offset;
    case Location::Space::constant: {
      const auto* data = static_cast<const std::byte*>(program->plan.constants.at(location.index).data());
      return const_cast<std::byte*>(data) + location.offset;
    }
    case Location::Space::input:
      port_args_.push_back({arg, &inputs.at(location.index), location.offset});
      return nullptr;
    case Location::Space::output:
      port_args_.push_back({arg, &outputs.at(location.index), location.offset});
      return nullptr;
  }
  internal_error("unknown memory space");
}

void ContextData::run_step(const PreparedStep& step, Afterwards afterwards) {
  if (!step.kernel) return (*step.host)(step.args);
  if (step.row_tasks * step.col_tasks == 1)
    return step.kernel(step.args, 0, step.rows, 0, step.cols, workspace_->scratch(0));
  workspace_->pool.parallelize(
      step.row_tasks, step.col_tasks,
      [this, &step](int thread, int64_t i, int64_t j) {
        const auto [row_begin, row_end] = part(step.rows, i, step.row_tasks);
        const auto [col_begin, col_end] = part(step.cols, j, step.col_tasks);
        step.kernel(step.args, row_begin, row_end, col_begin, col_end, workspace_->scratch(thread));
      },
      afterwards);
}

void ContextData::run(std::vector<double>* step_ns) {
  // A program that runs again at once gets threads that are awake; one that has other work to do in between
  // gets its cores back.
  const int64_t begin_ns = now_ns();
  const Afterwards at_end = begin_ns - last_run_end_ns_ < kIdleNs ? Afterwards::watch : Afterwards::sleep;
  for (const PortArg& port : port_args_)
    *port.arg = static_cast<std::byte*>(const_cast<void*>(port.port->data())) + port.offset;
  if (step_ns) step_ns->resize(steps_.size());
  int64_t before_ns = begin_ns;
  for (size_t i = 0; i < steps_.size(); ++i) {
    run_step(steps_[i], i == last_parallel_step_ ? at_end : Afterwards::watch);
    if (!step_ns) continue;
    const int64_t after_ns = now_ns();
    (*step_ns)[i] += static_cast<double>(after_ns - before_ns);
    before_ns = after_ns;
  }
  last_run_end_ns_ = now_ns();
}

}  // namespace convoy::detail
