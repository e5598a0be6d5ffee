// convoy bench: latency of whole runs, measured with the profiler off; layers from runs of their own.
#include <algorithm>
#include <string>

#include "cli/bench_image.h"
#include "cli/bench_report.h"
#include "cli/commands.h"
#include "cli/compiled_model.h"
#include "cli/inputs.h"
#include "cli/layers.h"
#include "cli/peak.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/units.h"
#include "io/files.h"
#include "runtime/program_data.h"

namespace convoy::cli {
namespace {

struct BenchResult {
  Latency ms;
  double peak_gflops = 0;
  int64_t peak_rss_bytes = 0;
  std::vector<LayerTime> layers;
};

/// Whether measurements had a part in the choice of implementations.
bool is_tuned(const Plan& plan) {
  return std::ranges::any_of(plan.choices, [](const GroupChoice& choice) {
    return std::ranges::any_of(choice.candidates, [](const Considered& c) { return c.measured.has_value(); });
  });
}

double gflops(const CompiledModel& model, const BenchResult& result) {
  return 2.0 * static_cast<double>(model.plan().macs) / (result.ms.median * 1e6);
}

BenchResult measure(const CompiledModel& model, const BenchOptions& options) {
  ProgressLine progress("warming up " + model.name);
  Context context(model.program);
  const NetworkInputs inputs = read_inputs(options.input, model.program.inputs(), model.program.outputs(),
                                           Missing::random, port_scales(options.model.model));
  bind_inputs(context, inputs.tensors);
  warm_up(context, options.measure);
  progress.show("measuring " + model.name);
  BenchResult result;
  result.ms = summarise(time_runs(context, options.measure));
  result.peak_rss_bytes = peak_rss_bytes();
  progress.show("measuring the layers");
  const MeasureOptions layer_runs{.seconds = options.measure.seconds / 3, .runs = std::min(options.measure.runs, 20)};
  result.layers = time_layers(context, model.plan(), layer_runs);
  progress.show("measuring the machine");
  result.peak_gflops = measure_peak_gflops(model.isa(), model.program.threads());
  return result;
}

nlohmann::ordered_json to_json(const CompiledModel& model, const BenchResult& result) {
  const MemoryInfo memory = model.program.memory();
  return {{"version", 1},
          {"model", model.name},
          {"target", target_text(model.isa())},
          {"precision", to_string(model.plan().precision)},
          {"threads", model.program.threads()},
          {"tuned", is_tuned(model.plan())},
          {"compile_s", model.report.times.total()},
          {"compile_stages_s",
           {{"import", model.report.times.import_s},
            {"passes", model.report.times.passes_s},
            {"plan", model.report.times.plan_s},
            {"codegen", model.report.times.codegen_s}}},
          {"latency_ms", latency_json(result.ms)},
          {"gmac", static_cast<double>(model.plan().macs) / 1e9},
          {"gflops", gflops(model, result)},
          {"peak_gflops", result.peak_gflops},
          {"memory",
           {{"arena_bytes", memory.arena_bytes},
            {"weights_bytes", memory.weights_bytes},
            {"peak_rss_bytes", result.peak_rss_bytes}}},
          {"layers", layers_json(result.layers)}};
}

std::string compile_text(const CompiledModel& model) {
  const JitStats& jit = model.report.jit;
  return fmt::format("{} ({} kernels compiled, {} from the cache)", time_text(model.report.times.total() * 1e9),
                     jit.compiled, jit.from_cache);
}

void print_summary(const CompiledModel& model, const BenchResult& result) {
  const MemoryInfo memory = model.program.memory();
  fmt::print("{}: {}, {}, {}\n\n", model.name, to_string(model.plan().precision), target_text(model.isa()),
             threads_text(model.program.threads()));
  Table table({{""}, {""}});
  table.add({"compile", compile_text(model)});
  table.add({"latency", latency_text(result.ms)});
  table.add({"speed", speed_text(gflops(model, result), result.peak_gflops)});
  table.add({"work", count_text(static_cast<double>(model.plan().macs)) + "MAC, counted as direct convolutions"});
  table.add({"memory", fmt::format("arena {}, weights {}, process at most {}", bytes_text(memory.arena_bytes),
                                   bytes_text(memory.weights_bytes), bytes_text(result.peak_rss_bytes))});
  if (model.plan().limit) table.add({"limit", limit_text(model.plan())});
  fmt::print("{}", table.str());
  print_slowest(result.layers, "slowest layers");
  warn_of_spread(result.ms);
}

int bench(const BenchOptions& options) {
  if (!options.json.empty()) check_writable(options.json);
  CompileOptions compile = compile_options(options.model);
  size_inputs_by_pictures(options.model.model, options.input, compile);
  if (bench_image(options, compile)) return 0;
  const CompiledModel model = compile_model(options.model.model, compile);
  const BenchResult result = measure(model, options);
  print_summary(model, result);
  if (!options.json.empty()) write_json(options.json, to_json(model, result));
  return 0;
}

}  // namespace

void add_bench(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("bench", "Measure a network's latency");
  auto options = std::make_shared<BenchOptions>();
  add_model_options(*command, options->model);
  add_input_options(*command, options->input);
  add_measure_options(*command, options->measure);
  add_strip_option(*command, options->strips);
  add_json_option(*command, options->json);
  command->footer("Example: convoy bench resnet18.onnx --threads 1 --seconds 5 --json bench.json");
  command->callback([options, &action] { action = [options] { return bench(*options); }; });
}

}  // namespace convoy::cli
