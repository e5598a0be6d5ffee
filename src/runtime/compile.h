// From a model file to a Program.
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

/// How a compilation went.
struct CompileReport {
  CompileTimes times;
  JitStats jit;
};

Target make_target(const CompileOptions& options);
/// Throws Error.
Graph load_model(const std::string& path, const CompileOptions& options, CompileReport* report = nullptr);
/// The network that a quantised model stands for, in f32; others as they are. Throws Error.
Graph load_in_floats(const std::string& path, const CompileOptions& options);
/// Options for it: what decides for single layers, or limits memory, is meant for the network as it is.
CompileOptions options_in_floats(CompileOptions options);
/// What --set and a plan file decide. Throws Error.
ChoiceOptions fixed_choices(const CompileOptions& options, const Target& target);
/// What the choice of implementations depends on: that, and what the tuning log holds for this machine. Throws Error.
ChoiceOptions choice_options(const CompileOptions& options, const Target& target);
/// The plan that the options ask for. Throws Error.
Plan plan_network(GroupedGraph grouped, const Target& target, const CompileOptions& options);
/// Machine code for a plan.
Program compile_plan(Plan plan, const CompileOptions& options, CompileReport* report = nullptr);
/// Throws Error. `report` may be null. The graph's constants are freed one by one as they are packed, unless the
/// caller keeps a copy of the graph.
Program compile_graph(Graph graph, const CompileOptions& options, CompileReport* report = nullptr);

}  // namespace convoy
