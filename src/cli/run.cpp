// convoy run: one inference on given inputs; outputs to files, or shown.
#include <algorithm>
#include <chrono>
#include <cmath>

#include "cli/classes.h"
#include "cli/commands.h"
#include "cli/compiled_model.h"
#include "cli/inputs.h"
#include "cli/layers.h"
#include "cli/measure.h"
#include "cli/outputs.h"
#include "cli/run_image.h"
#include "cli/table.h"
#include "cli/units.h"
#include "io/convert.h"
#include "io/files.h"
#include "support/error.h"

namespace convoy::cli {
namespace {

constexpr int kDefaultTop = 5;

struct RunOptions {
  ModelOptions model;
  InputOptions input;
  OutputOptions output;
  int top = 0;  ///< 0: only when nothing else is asked for
  std::string labels, json;
  StripOptions strips;
  bool layers = false;
};

struct RunResult {
  std::vector<Tensor> outputs;
  std::vector<Tensor> values;  ///< what they stand for
  double ms = 0;
};

RunResult run_once(const CompiledModel& model, const std::vector<Tensor>& inputs) {
  Context context(model.program);
  bind_inputs(context, inputs);
  RunResult result;
  const auto start = std::chrono::steady_clock::now();
  context.run();
  result.ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  // The tensors share the context's memory and keep it alive.
  for (size_t i = 0; i < model.program.outputs().size(); ++i)
    result.outputs.push_back(context.output(static_cast<int>(i)));
  return result;
}

struct Statistics {
  double min = 0, max = 0, mean = 0;
  int64_t not_finite = 0;
};

Statistics statistics(const Tensor& tensor) {
  const Tensor values = convert(tensor, DType::f64);
  Statistics result;
  int64_t count = 0;
  double sum = 0;
  for (int64_t i = 0; i < values.elems(); ++i) {
    const double value = values.as<double>()[i];
    if (!std::isfinite(value)) {
      ++result.not_finite;
      continue;
    }
    result.min = count ? std::min(result.min, value) : value;
    result.max = count ? std::max(result.max, value) : value;
    sum += value;
    ++count;
  }
  result.mean = count ? sum / static_cast<double>(count) : 0;
  return result;
}

void print_statistics(const std::vector<PortInfo>& ports, const std::vector<Tensor>& outputs) {
  Table table({{"output"}, {"type"}, {"min", Align::right}, {"mean", Align::right}, {"max", Align::right}, {""}});
  for (size_t i = 0; i < ports.size(); ++i) {
    const Statistics stats = statistics(outputs[i]);
    const std::string warning = stats.not_finite ? fmt::format("{} values are not finite", stats.not_finite) : "";
    table.add({ports[i].name, ports[i].type.str(), fmt::format("{:.5g}", stats.min), fmt::format("{:.5g}", stats.mean),
               fmt::format("{:.5g}", stats.max), warning});
  }
  fmt::print("{}", table.str());
}

struct NamedRanking {
  std::string output;
  Ranking ranking;
};

std::vector<NamedRanking> rank_outputs(const std::vector<PortInfo>& ports, const RunResult& result,
                                       const RunOptions& options, const std::vector<std::string>& labels) {
  std::vector<NamedRanking> rankings;
  const bool asked = options.top > 0 || !labels.empty();
  if (!asked && !options.output.outputs.empty()) return rankings;
  for (size_t i = 0; i < ports.size(); ++i) {
    if (!is_class_scores(ports[i].type)) continue;
    const size_t count = options.top > 0 ? options.top : kDefaultTop;
    const bool rounded = result.outputs[i].dtype() != result.values[i].dtype();
    const auto rank = [&] { return rank_classes(result.values[i], count, labels, rounded); };
    rankings.push_back({ports[i].name, with_context(options.labels, rank)});
  }
  return rankings;
}

void print_rankings(const std::vector<NamedRanking>& rankings) {
  for (const auto& [output, ranking] : rankings) {
    if (rankings.size() > 1) fmt::print("{}:\n", output);
    for (const std::string& note : ranking.notes) fmt::print("({})\n", note);
    fmt::print("{}", ranking_text(ranking));
  }
}

nlohmann::ordered_json ranking_json(const Ranking& ranking) {
  auto json = nlohmann::ordered_json::array();
  for (const RankedClass& entry : ranking.classes) {
    json.push_back(
        {{"class", entry.index}, {"score", entry.score}, {"probability", entry.probability}, {"label", entry.label}});
  }
  return json;
}

nlohmann::ordered_json to_json(const CompiledModel& model, const RunResult& result,
                               const std::vector<NamedRanking>& rankings) {
  nlohmann::ordered_json json = {{"version", 1},
                                 {"model", model.name},
                                 {"target", target_text(model.isa())},
                                 {"threads", model.program.threads()},
                                 {"run_ms", result.ms},
                                 {"peak_rss_bytes", peak_rss_bytes()},
                                 {"outputs", nlohmann::ordered_json::array()}};
  const auto& ports = model.program.outputs();
  for (size_t i = 0; i < ports.size(); ++i) {
    const Statistics stats = statistics(result.values[i]);
    json["outputs"].push_back({{"name", ports[i].name},
                               {"type", ports[i].type.str()},
                               {"min", stats.min},
                               {"mean", stats.mean},
                               {"max", stats.max}});
    for (const auto& [output, ranking] : rankings) {
      if (output == ports[i].name) json["outputs"].back()["top"] = ranking_json(ranking);
    }
  }
  return json;
}

/// Strips, where nothing was asked for that needs the whole image in memory.
bool ran_as_image(const RunOptions& options, const CompileOptions& compile) {
  const bool whole =
      options.strips.off() || options.top > 0 || !options.labels.empty() || !options.output.overlay.empty();
  if (whole || !is_large_image(options.input, options.output.outputs)) return false;
  ImageRunOptions image{options.model, options.input, {.output = options.output.outputs[0]}, options.json};
  image.result.range = options.output.range;
  image.layers = options.layers;
  image.strips = options.strips;
  return run_image(image, compile);
}

int run(const RunOptions& options) {
  check_outputs(options.output);
  if (!options.json.empty()) check_writable(options.json);
  const std::vector<std::string> labels =
      options.labels.empty() ? std::vector<std::string>() : read_labels(options.labels);
  CompileOptions compile = compile_options(options.model);
  size_inputs_by_pictures(options.model.model, options.input, compile);
  if (ran_as_image(options, compile)) return 0;
  const CompiledModel model = compile_model(options.model.model, compile);
  const Program& program = model.program;
  const PortScales scales = port_scales(options.model.model);
  const NetworkInputs inputs = read_inputs(options.input, program.inputs(), program.outputs(), Missing::error, scales);
  check_outputs(options.output, program.outputs(), inputs.picture.has_value());
  for (const std::string& note : inputs.notes) fmt::print("{}\n", note);

  RunResult result = run_once(model, inputs.tensors);
  result.values = real_numbers(program.outputs(), result.outputs, scales);
  const auto rankings = rank_outputs(program.outputs(), result, options, labels);
  if (rankings.empty() && (options.top > 0 || !labels.empty())) {
    invalid_input("--top: no output of the network is a list of class scores (1xN)");
  }
  const auto written = write_outputs(options.output, program.outputs(), result.outputs, result.values, inputs);
  if (!options.json.empty()) write_json(options.json, to_json(model, result, rankings));
  for (const std::string& line : written) fmt::print("{}\n", line);
  if (rankings.empty()) print_statistics(program.outputs(), result.values);
  print_rankings(rankings);
  fmt::print("ran in {} on {} (first run; convoy bench measures)\n", time_text(result.ms * 1e6),
             threads_text(program.threads()));
  return 0;
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("run", "Run a network on pictures or arrays");
  auto options = std::make_shared<RunOptions>();
  add_model_options(*command, options->model);
  add_input_options(*command, options->input);
  add_output_options(*command, options->output);
  command->add_option("--top", options->top, "show the K most probable classes (default: 5 of a classifier)")
      ->check(CLI::Range(1, 1000000));
  command->add_option("--labels", options->labels, "names of the classes, one a line")->type_name("FILE");
  add_strip_option(*command, options->strips);
  command->add_flag("--layers", options->layers,
                    "of a large image, show which kernels compute a strip, and their times");
  add_json_option(*command, options->json);
  command->footer(
      "Example: convoy run squeezenet1.1.onnx --input cat.jpg --preprocess caffe --labels imagenet.txt --top 3");
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace convoy::cli
