// What a Context is made of: everything run() needs, prepared so that it allocates nothing.
#pragma once

#include <convoy/program.h>

#include <memory>
#include <vector>

#include "runtime/aligned_memory.h"
#include "runtime/program_data.h"
#include "runtime/thread_pool.h"

namespace convoy::detail {

/// A step with its arguments resolved to pointers.
struct PreparedStep {
  KernelFn kernel;  ///< null: `host`
  const HostFn* host;
  void* const* args;
  int64_t rows, cols, row_tasks, col_tasks;
};

/// An argument that points into a network input or output, whose memory may change between runs.
struct PortArg {
  void** arg;
  const Tensor* port;
  int64_t offset;
};

/// Memory and threads, which contexts that take turns may share.
struct Workspace {
  Workspace(int64_t arena_bytes, int64_t scratch_stride, int threads);

  ThreadPool pool;
  int64_t arena_bytes, scratch_stride;
  AlignedMemory memory;  ///< the arena, then one scratch area a thread

  std::byte* scratch(int thread) const { return memory.get() + arena_bytes + thread * scratch_stride; }
};

struct ContextData {
  /// Makes a workspace of its own where the one given, if any, is too small.
  explicit ContextData(std::shared_ptr<const ProgramData> program, std::shared_ptr<Workspace> workspace = nullptr);

  const std::shared_ptr<Workspace>& workspace() const { return workspace_; }

  void run(std::vector<double>* step_ns);

  std::shared_ptr<const ProgramData> program;
  std::vector<Tensor> inputs, outputs;

 private:
  void prepare();
  void* resolve(const Location& location, void** arg);
  void run_step(const PreparedStep& step, Afterwards afterwards);

  std::shared_ptr<Workspace> workspace_;
  std::vector<void*> args_;  ///< of all steps, one after the other
  std::vector<PreparedStep> steps_;
  std::vector<PortArg> port_args_;
  size_t last_parallel_step_ = 0;
  int64_t last_run_end_ns_ = 0;
};

}  // namespace convoy::detail
