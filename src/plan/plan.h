// The Plan: what a compiled network does, step by step, with every buffer placed. It is what explain
// prints, codegen compiles and the runtime executes.
#pragma once

#include <convoy/tensor.h>

#include <optional>
#include <string>
#include <vector>

#include "choose/choose.h"
#include "codegen/llvm/jit.h"
#include "impls/impl.h"

namespace convoy {

/// A place in memory: byte `offset` of the arena, of a constant, or of a network input or output.
struct Location {
  enum class Space { arena, constant, input, output };
  Space space = Space::arena;
  int32_t index = 0;  ///< which constant, input or output
  int64_t offset = 0;
  bool operator==(const Location&) const = default;
};

struct PlanStep {
  std::string name;    ///< of the group, unique in the plan
  std::string op;      ///< the anchor's operator: "conv2d"
  std::string detail;  ///< members of the group and geometry, for the table: "3x3 s2 + relu"
  std::string impl;    ///< kernel name: "conv2d_direct_f32_14x2_avx512", or "reference"
  TensorType output;
  int64_t macs = 0;
  int64_t bytes = 0;   ///< read and written, weights included
  double cost_ns = 0;  ///< the cost model's estimate, one thread

  int32_t choice = -1;  ///< index into Plan::choices; -1 for a copy
  /// What its time says something about: the group's signature and the candidate picked, or those of a copy.
  std::string signature, candidate;

  int32_t kernel = -1;  ///< index into Plan::kernels, or -1: `host`
  HostFn host;
  std::vector<Location> args;
  int64_t rows = 1, cols = 1;
  int64_t row_tasks = 1, col_tasks = 1;  ///< the grid of tasks the threads share
};

/// A network input or output as its user sees it: dense row-major.
struct Port {
  std::string name;
  TensorType type;
};

struct GroupChoice {
  std::string group, op, signature, picked;
  std::vector<Considered> candidates;
  std::vector<std::string> reads;  ///< names of the prologue's nodes
};

/// What --max-memory asked for, and by what part of the time it made the plan slower, as far as is known.
struct MemoryLimit {
  int64_t bytes = 0;
  double slower = 0;
};

/// A block of the arena, and the steps at which it holds something: from `first_step` up to and including `last_step`.
struct ArenaBuffer {
  std::string name;  ///< of the value that it was made for; "GROUP.temp" where it is temporary
  int64_t offset = 0;
  int64_t bytes = 0;  ///< a multiple of kArenaAlignment
  int32_t first_step = 0, last_step = 0;
};

struct Plan {
  std::string name;
  Precision precision = Precision::f32;
  Target target;
  std::vector<Port> inputs, outputs;
  std::vector<PlanStep> steps;
  std::vector<KernelSpec> kernels;
  std::vector<Tensor> constants;
  std::vector<GroupChoice> choices;
  std::vector<ArenaBuffer> arena_buffers;
  int64_t arena_bytes = 0;
  int64_t peak_live_bytes = 0;  ///< the largest sum of simultaneously live buffers: the arena's lower bound
  int64_t scratch_bytes = 0;    ///< per thread
  int64_t weights_bytes = 0;
  int64_t macs = 0;
  std::optional<MemoryLimit> limit = std::nullopt;

  /// Of a program and one Context: arena, weights, scratch, inputs and outputs.
  int64_t memory_bytes() const;
};

/// Text for `explain --stage plan`.
std::string to_text(const Plan& plan);

/// The choice that a plan was made by.
SavedPlan saved_plan(const Plan& plan);

/// Lays out and schedules a grouped network for a target; see make_plan.cpp. Constants are freed as soon as they
/// are packed, unless the caller keeps them.
Plan make_plan(GroupedGraph grouped, const Target& target, const ChoiceOptions& options = {});

/// The same plan with empty tensors instead of packed weights: its sizes, in little time.
Plan draft_plan(GroupedGraph grouped, const Target& target, const ChoiceOptions& options);

/// The fastest plan of at most `max_bytes` that could be found; see within_memory.cpp. Throws Error when there is none.
Plan make_plan_within(GroupedGraph grouped, const Target& target, ChoiceOptions options, int64_t max_bytes);

}  // namespace convoy
