#include "runtime/compile.h"

#include <chrono>
#include <utility>

#include "choose/measurement_log.h"
#include "frontends/import.h"
#include "passes/without_quantization.h"
#include "runtime/cache_dir.h"
#include "runtime/cpu.h"
#include "runtime/program_data.h"
#include "support/error.h"

namespace convoy {

namespace {

/// Runs `stage` and adds the seconds it took to `seconds`.
template <class Fn>
auto timed(double& seconds, Fn&& stage) {
  const auto begin = std::chrono::steady_clock::now();
  auto result = stage();
  seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

std::vector<PortInfo> port_infos(const std::vector<Port>& ports) {
  std::vector<PortInfo> infos;
  for (const Port& port : ports) infos.push_back({port.name, port.type});
  return infos;
}

Program make_program(Plan plan, std::shared_ptr<const JitCode> code) {
  auto data = std::make_shared<detail::ProgramData>();
  for (const PlanStep& step : plan.steps) {
    data->step_kernels.push_back(step.kernel < 0 ? nullptr : code->functions().at(step.kernel));
  }
  data->inputs = port_infos(plan.inputs);
  data->outputs = port_infos(plan.outputs);
  data->plan = std::move(plan);
  data->code = std::move(code);
  return Program(std::move(data));
}

JitOptions jit_options(const CompileOptions& options) {
  // Compiling uses all cores even when the network will run on fewer.
  return {.threads = default_thread_count(), .cache_dir = cache_dir_of(options)};
}

}  // namespace

Target make_target(const CompileOptions& options) {
  constexpr int kMaxThreads = 1024;
  if (options.threads < 0 || options.threads > kMaxThreads) {
    usage_error("{} threads: expected 1 to {}, or 0 for as many as there are cores", options.threads, kMaxThreads);
  }
  Target target;
  target.isa = options.isa.empty() ? host_isa() : host_isa(options.isa);
  target.caches = host_caches();
  target.max_error = options.max_error;
  target.threads = options.threads ? options.threads : default_thread_count();
  return target;
}

ChoiceOptions fixed_choices(const CompileOptions& options, const Target& target) {
  ChoiceOptions choice{.forced = options.set_impl, .measured = {}};
  if (options.plan_file.empty()) return choice;
  choice.saved = read_saved_plan(options.plan_file);
  const std::string& made_for = choice.saved->isa;
  if (made_for != target.isa.name) {
    usage_error("{}: is a plan for {}, not for {}", options.plan_file, made_for, target.isa.name);
  }
  return choice;
}

ChoiceOptions choice_options(const CompileOptions& options, const Target& target) {
  ChoiceOptions choice = fixed_choices(options, target);
  const std::string path = tuning_log_of(options);
  if (path.empty()) return choice;
  const MeasurementLog log(path, measured_on(target.isa, target.threads), MeasurementLog::Open::existing);
  choice.measured = log.load();
  return choice;
}

Plan plan_network(GroupedGraph grouped, const Target& target, const CompileOptions& options) {
  const ChoiceOptions choice = choice_options(options, target);
  if (options.max_memory == 0) return make_plan(std::move(grouped), target, choice);
  return make_plan_within(std::move(grouped), target, choice, options.max_memory);
}

Program compile_plan(Plan plan, const CompileOptions& options, CompileReport* report) {
  CompileReport ignored;
  if (!report) report = &ignored;
  auto code =
      timed(report->times.codegen_s, [&] { return jit_compile(plan.kernels, plan.target.isa, jit_options(options)); });
  report->jit = code->stats();
  return make_program(std::move(plan), std::move(code));
}

Graph load_model(const std::string& path, const CompileOptions& options, CompileReport* report) {
  CompileReport ignored;
  return timed((report ? report : &ignored)->times.import_s,
               [&] { return import_model_file(path, {.shapes = options.shapes, .rounding = options.rounding}); });
}

Graph load_in_floats(const std::string& path, const CompileOptions& options) {
  const ImportOptions import{.shapes = options.shapes, .rounding = options.rounding, .in_floats = true};
  const Graph graph = import_model_file(path, import);
  return with_context(path, [&] { return without_quantization(graph); });
}

CompileOptions options_in_floats(CompileOptions options) {
  options.set_impl.clear();
  options.plan_file.clear();
  options.max_memory = 0;
  options.precision = Precision::f32;
  return options;
}

Program compile_graph(Graph graph, const CompileOptions& options, CompileReport* report) {
  CompileReport ignored;
  if (!report) report = &ignored;
  CompileTimes& times = report->times;
  const Target target = make_target(options);
  GroupedGraph grouped =
      timed(times.passes_s, [&] { return make_groups(run_passes(std::move(graph)), options.precision); });
  Plan plan = timed(times.plan_s, [&] { return plan_network(std::move(grouped), target, options); });
  return compile_plan(std::move(plan), options, report);
}

Result<Program> compile(const std::string& model_path, const CompileOptions& options) {
  return catch_errors([&] { return compile_graph(load_model(model_path, options), options); });
}

Result<Program> compile(const void* model, size_t bytes, const CompileOptions& options) {
  return catch_errors([&] {
    Graph graph =
        import_model_bytes(model, bytes, "model in memory", {.shapes = options.shapes, .rounding = options.rounding});
    return compile_graph(std::move(graph), options);
  });
}

}  // namespace convoy
