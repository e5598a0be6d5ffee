// convoy quantize: a float ONNX network to 8-bit integers, calibrated on a folder of pictures or arrays.
#include <convoy/quantize.h>

#include <chrono>
#include <filesystem>
#include <map>

#include "cli/agreement.h"
#include "cli/commands.h"
#include "cli/compiled_model.h"
#include "cli/inputs.h"
#include "cli/layers.h"
#include "cli/quantize_report.h"
#include "cli/sample_files.h"
#include "cli/terminal.h"
#include "cli/units.h"
#include "frontends/import.h"
#include "io/files.h"
#include "passes/float_nodes.h"
#include "support/error.h"

namespace convoy::cli {
namespace {

struct QuantizeCommandOptions {
  ModelOptions model;
  InputOptions input;
  std::string calibrate, evaluate, output, report;
  std::string scheme = "int8", method = "mse";
  QuantizeOptions quantize;
  bool keep_biases = false, nearest = false;
};

/// Before any work, whose result would be lost.
void check_output(const QuantizeCommandOptions& options) {
  std::error_code ignored;
  if (std::filesystem::equivalent(options.model.model, options.output, ignored)) {
    usage_error("--output {}: is the network that is read", options.output);
  }
  check_writable(options.output);
  if (!options.report.empty()) check_writable(options.report);
}

QuantizeOptions quantize_options(const QuantizeCommandOptions& options, const CompileOptions& compile) {
  QuantizeOptions result = options.quantize;
  result.scheme = options.scheme == "pow2" ? QuantizationScheme::pow2 : QuantizationScheme::int8;
  result.method = options.method == "minmax"       ? RangeMethod::minmax
                  : options.method == "percentile" ? RangeMethod::percentile
                                                   : RangeMethod::mse;
  result.correct_biases = !options.keep_biases;
  result.fit_weights = !options.nearest;
  result.compile = compile;
  return result;
}

struct Quantised {
  QuantizedModel network;
  std::string note;  ///< how samples were prepared
  double seconds = 0;
};

Quantised quantise(const QuantizeCommandOptions& options, const SampleFolder& folder, const CompileOptions& compile) {
  const auto begin = std::chrono::steady_clock::now();
  ProgressLine progress("quantising " + file_name(options.model.model));
  QuantizeOptions own = quantize_options(options, compile);
  own.progress = [&](const std::string& what) { progress.show(what); };
  Quantised result;
  const Samples samples = samples_of(folder, options.input, &result.note);
  result.network = value_of(quantize(options.model.model, samples, own));
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

Agreement evaluate(const QuantizeCommandOptions& options, const SampleFolder& folder, const std::string& quantised,
                   const CompileOptions& compile) {
  ProgressLine progress("comparing both networks on " + folder.path);
  const Program network = value_of(convoy::compile(options.model.model, compile));
  const Program other = value_of(convoy::compile(quantised.data(), quantised.size(), compile));
  return compare_networks(network, other, folder, samples_of(folder, options.input));
}

/// "add 10, softmax 1": what the quantised network computes on floats.
std::string float_operators(const std::string& quantised, const CompileOptions& compile) {
  std::map<std::string, int> counts;
  const Graph graph = import_model_bytes(quantised.data(), quantised.size(), "", {.shapes = compile.shapes});
  for (const FloatNode& node : float_nodes(graph)) ++counts[node.op];
  std::string text;
  for (const auto& [op, count] : counts) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", op, count);
  return text;
}

void print_result(const QuantizeCommandOptions& options, const SampleFolder& folder, const Quantised& quantised,
                  const CompileOptions& compile) {
  if (!quantised.note.empty()) fmt::print("{}\n", quantised.note);
  fmt::print("{}: {} samples of {}, {} by {}, {}\n\n", file_name(options.model.model), folder.files.size(), folder.path,
             options.scheme, options.method, time_text(quantised.seconds * 1e9));
  fmt::print("{}\n", quantized_layers_text(quantised.network.layers));
  fmt::print("own: each layer by itself, given the float network's values; total: the network up to there\n");
  const std::string floats = float_operators(quantised.network.model, compile);
  if (!floats.empty()) fmt::print("in floats: {} (convoy info {} says why)\n", floats, options.output);
  const auto before = static_cast<int64_t>(std::filesystem::file_size(options.model.model));
  fmt::print("\n{}: {}, was {}\n", options.output, bytes_text(static_cast<int64_t>(quantised.network.model.size())),
             bytes_text(before));
}

nlohmann::ordered_json to_json(const QuantizeCommandOptions& options, const SampleFolder& folder,
                               const Quantised& quantised, const std::optional<Agreement>& agreement) {
  nlohmann::ordered_json json = {{"version", 1},
                                 {"model", file_name(options.model.model)},
                                 {"scheme", options.scheme},
                                 {"method", options.method},
                                 {"samples", folder.files.size()},
                                 {"seconds", quantised.seconds},
                                 {"layers", quantized_layers_json(quantised.network.layers)}};
  if (options.method == "percentile") json["percentile"] = options.quantize.percentile;
  if (agreement) json["evaluation"] = agreement_json(*agreement);
  return json;
}

int run(const QuantizeCommandOptions& options) {
  check_output(options);
  const SampleFolder calibration = read_sample_folder(options.calibrate);
  const SampleFolder evaluation = options.evaluate.empty() ? SampleFolder() : read_sample_folder(options.evaluate);
  CompileOptions compile = compile_options(options.model);
  InputOptions first = options.input;
  first.inputs = {calibration.files[0].path};
  size_inputs_by_pictures(options.model.model, first, compile);

  const Quantised quantised = quantise(options, calibration, compile);
  write_file(options.output, quantised.network.model);
  print_result(options, calibration, quantised, compile);
  std::fflush(stdout);
  std::optional<Agreement> agreement;
  if (!options.evaluate.empty()) {
    agreement = evaluate(options, evaluation, quantised.network.model, compile);
    fmt::print("\n{}: {} samples\n{}", evaluation.path, evaluation.files.size(), agreement_text(*agreement));
  }
  if (!options.report.empty()) write_json(options.report, to_json(options, calibration, quantised, agreement));
  return 0;
}

}  // namespace

void add_quantize(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("quantize", "Make a float ONNX network one of 8-bit integers");
  auto options = std::make_shared<QuantizeCommandOptions>();
  add_model_options(*command, options->model);
  command
      ->add_option("--calibrate", options->calibrate,
                   "pictures, .npy or .npz files that the network is typically given")
      ->required()
      ->type_name("DIR");
  command->add_option("-o,--output", options->output, "the quantised network (QDQ)")->required()->type_name("FILE");
  command
      ->add_option("--scheme", options->scheme,
                   "int8, or pow2: scales that are powers of two, without zero points (default int8)")
      ->check(CLI::IsMember({"int8", "pow2"}));
  command
      ->add_option("--method", options->method,
                   "ranges of activations: minmax, percentile, or mse, the one with the smallest error (default mse)")
      ->check(CLI::IsMember({"minmax", "percentile", "mse"}));
  command
      ->add_option("--percentile", options->quantize.percentile,
                   "percent of the values that --method percentile keeps on either side (default 99.99)")
      ->check(CLI::Range(50.0, 100.0));
  command->add_option("--keep-float", options->quantize.keep_float, "NODE,...: nodes that stay as they are")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_flag("--keep-biases", options->keep_biases,
                    "do not correct biases by what rounding the weights adds on average");
  command->add_flag("--nearest", options->nearest,
                    "round each weight to the nearest, without regard to what it computes");
  command
      ->add_option("--evaluate", options->evaluate,
                   "compare both networks on other files; with classes, also with those: sub-folders named by number, "
                   "or labels.txt with lines FILE NUMBER")
      ->type_name("DIR");
  add_preprocess_options(*command, options->input);
  command->add_option("--report", options->report, "write the figures to this file, too")->type_name("FILE");
  command->footer(
      "Example: convoy quantize squeezenet1.1.onnx --calibrate photos --preprocess caffe -o squeezenet1.1_int8.onnx");
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace convoy::cli
