// convoy tune: measures the candidates of every group and keeps the figures in the tuning log, which all other
// commands and the library read.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <optional>

#include "cli/commands.h"
#include "cli/compiled_model.h"
#include "cli/inputs.h"
#include "cli/layers.h"
#include "cli/measure.h"
#include "cli/terminal.h"
#include "cli/units.h"
#include "io/files.h"
#include "passes/without_quantization.h"
#include "runtime/cache_dir.h"
#include "runtime/program_data.h"
#include "support/error.h"
#include "tune/tuner.h"

namespace convoy::cli {
namespace {

struct TuneCommandOptions {
  ModelOptions model;
  double budget_s = 120;
  bool with_f32 = false;
  std::string json, save_plan;
};

std::atomic<bool> interrupted = false;

/// Ctrl-C ends the tuning after what is being measured; a second one ends the program.
class StopOnInterrupt {
 public:
  StopOnInterrupt() : before_(std::signal(SIGINT, &stop)) {}
  ~StopOnInterrupt() { std::signal(SIGINT, before_); }
  StopOnInterrupt(const StopOnInterrupt&) = delete;

 private:
  static void stop(int) {
    interrupted = true;
    std::signal(SIGINT, SIG_DFL);
  }
  void (*before_)(int);
};

std::string progress_text(const std::string& model, const TuneProgress& progress) {
  const double fraction = static_cast<double>(progress.round) / std::max(progress.rounds, 1);
  return fmt::format("tuning {} {} {} candidates measured, {:.0f} s left", model,
                     bar(fraction, 20, stdout_shows_utf8()), progress.measured, std::max(progress.left_s, 0.0));
}

/// Medians of a network compiled in two ways, on the same random inputs, run in turns so that both meet the same
/// machine.
std::pair<double, double> compare_ms(Program& a, Program& b) {
  const NetworkInputs inputs = read_inputs({}, a.inputs(), a.outputs(), Missing::random);
  Context contexts[] = {Context(a), Context(b)};
  std::vector<double> times[2];
  for (Context& context : contexts) {
    bind_inputs(context, inputs.tensors);
    warm_up(context, {.seconds = 0.5});
  }
  for (int turn = 0; turn < 6; ++turn) {
    const int which = turn % 2;
    const auto more = time_runs(contexts[which], {.seconds = 0.4});
    times[which].insert(times[which].end(), more.begin(), more.end());
  }
  return {summarise(times[0]).median, summarise(times[1]).median};
}

std::string log_path(const CompileOptions& compile) {
  if (!compile.tuning_log.empty()) return compile.tuning_log;
  const std::string path = default_tuning_log(compile);
  if (path.empty()) usage_error("there is no folder for the tuning log: give one with --log FILE");
  std::error_code failed;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), failed);
  return path;
}

void print_measured(const char* title, const TuneResult& result) {
  fmt::print("{:<10}{} candidates of {} different groups in {:.1f} s; {} were known\n", title, result.measured,
             result.groups, result.seconds, result.known);
}

void print_result(const TuneResult& result, const std::optional<TuneResult>& in_floats, const std::string& path,
                  double before_ms, double after_ms) {
  print_measured("measured", result);
  if (in_floats) print_measured("in f32", *in_floats);
  if (!result.finished || (in_floats && !in_floats->finished)) {
    fmt::print("stopped   before all had their turns: run the command again to go on, or give it a larger --budget\n");
  }
  fmt::print("latency   {} by the cost model, {} by measurement: {:.2f}x\n", time_text(before_ms * 1e6),
             time_text(after_ms * 1e6), before_ms / after_ms);
  fmt::print("log       {}\n", path);
}

/// For --with-f32: the network that a quantised one stands for.
std::optional<Graph> network_in_floats(const TuneCommandOptions& options, const CompileOptions& compile,
                                       const Graph& imported) {
  if (!options.with_f32) return std::nullopt;
  if (!multiplies_integers(run_passes(imported)))
    usage_error("--with-f32 is for quantised networks; {} multiplies no integers", options.model.model);
  return load_in_floats(options.model.model, compile);
}

int tune_command(const TuneCommandOptions& options) {
  for (const std::string& path : {options.json, options.save_plan}) {
    if (!path.empty()) check_writable(path);
  }
  CompileOptions compile = compile_options(options.model);
  compile.tuning_log = log_path(compile);
  const Target target = make_target(compile);
  const Graph imported = load_model(options.model.model, compile);
  const std::optional<Graph> floats = network_in_floats(options, compile, imported);
  MeasurementLog log(compile.tuning_log, measured_on(target.isa, target.threads), MeasurementLog::Open::create);
  const std::string name = file_name(options.model.model);

  TuneResult result;
  std::optional<TuneResult> in_floats;
  {
    const StopOnInterrupt stop;
    ProgressLine line("tuning " + name);
    const auto progress = [&](const TuneProgress& p) { line.show(progress_text(name, p)); };
    TuneOptions tuning{.budget_s = options.budget_s, .progress = progress, .stop = &interrupted};
    result = tune(imported, compile, log, tuning);
    tuning.budget_s -= result.seconds;
    if (floats && result.finished) in_floats = tune(*floats, options_in_floats(compile), log, tuning);
  }
  CompileOptions untuned = compile;
  untuned.use_tuning = false;
  Program before = compile_graph(imported, untuned), after = compile_graph(imported, compile);
  const auto [before_ms, after_ms] = compare_ms(before, after);
  print_result(result, in_floats, compile.tuning_log, before_ms, after_ms);
  if (!options.save_plan.empty()) save_plan(options.save_plan, after.data().plan);
  if (!options.json.empty()) {
    write_json(options.json, {{"version", 1},
                              {"model", name},
                              {"groups", result.groups},
                              {"measured", result.measured},
                              {"known", result.known},
                              {"measured_in_f32", in_floats ? in_floats->measured : 0},
                              {"finished", result.finished},
                              {"tuning_s", result.seconds},
                              {"untuned_ms", before_ms},
                              {"tuned_ms", after_ms},
                              {"log", compile.tuning_log}});
  }
  return 0;
}

}  // namespace

void add_tune(CLI::App& app, Action& action) {
  auto options = std::make_shared<TuneCommandOptions>();
  CLI::App* command = app.add_subcommand("tune", "Measure which implementation of each layer is the fastest");
  add_model_options(*command, options->model);
  command->add_option("--budget", options->budget_s, "stop after about so many seconds (default 120)")
      ->check(CLI::Range(0.1, 86400.0));
  command->add_flag("--with-f32", options->with_f32,
                    "of a quantised network, measure the same network in f32 as well, for explain");
  add_save_plan_option(*command, options->save_plan);
  add_json_option(*command, options->json);
  command->footer(
      "What is measured is kept at once: Ctrl-C loses nothing, and the next call goes on.\n"
      "Example: convoy tune resnet18.onnx --threads 1 --budget 60");
  command->callback([options, &action] { action = [options] { return tune_command(*options); }; });
}

}  // namespace convoy::cli
