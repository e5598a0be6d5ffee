// From a model file to a Program, with the results of each stage at hand for those who print them.
#pragma once

#include <convoy/program.h>

#include <functional>
#include <string>

#include "passes/passes.h"
#include "plan/plan.h"

namespace convoy {

/// Seconds spent in each stage.
struct CompileTimes {
  double import_s = 0, passes_s = 0, plan_s = 0, codegen_s = 0;
  double total() const { return import_s + passes_s + plan_s + codegen_s; }
};

/// The stages' results, filled as far as compilation went.
struct CompileTrace {
  Graph imported, optimised;
  GroupedGraph grouped;
  CompileTimes times;
  JitStats jit;
};

Target make_target(const CompileOptions& options);
/// Throws Error.
Graph load_model(const std::string& path, const CompileOptions& options);
/// Throws Error. `trace` may be null; it costs a copy of the graphs (their constants are shared).
Program compile_graph(Graph graph, const CompileOptions& options, CompileTrace* trace = nullptr);

}  // namespace convoy
