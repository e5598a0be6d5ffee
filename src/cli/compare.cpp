// convoy compare: layer by layer against the reference loops, and against stored outputs.
#include "runtime/compare.h"

#include <algorithm>
#include <optional>

#include "cli/commands.h"
#include "cli/comparison_text.h"
#include "cli/compiled_model.h"
#include "cli/inputs.h"
#include "cli/layers.h"
#include "cli/terminal.h"
#include "io/files.h"
#include "io/npy.h"
#include "io/npz.h"
#include "support/error.h"

namespace convoy::cli {
namespace {

struct CompareCommandOptions {
  ModelOptions model;
  InputOptions input;
  std::vector<std::string> expected;
  std::optional<double> tolerance;
  std::string json;
};

/// Stored outputs by the name of the network output they stand for.
NamedTensors read_expected(const std::vector<std::string>& files, const std::vector<PortInfo>& ports) {
  NamedTensors expected;
  for (const std::string& text : files) {
    const size_t equals = text.find('=');
    const bool named = equals != std::string::npos && equals > 0;
    const std::string path = named ? text.substr(equals + 1) : text;
    if (extension(path) == ".npz") {
      const NamedTensors arrays = read_npz(path);
      expected.insert(expected.end(), arrays.begin(), arrays.end());
      continue;
    }
    if (!named && ports.size() > 1) {
      usage_error("--expected {}: the network has {} outputs; write NAME={}, or a .npz", path, ports.size(), path);
    }
    expected.emplace_back(named ? text.substr(0, equals) : ports[0].name, read_npy(path));
  }
  // One array for one output needs no name.
  if (expected.size() == 1 && ports.size() == 1) expected[0].first = ports[0].name;
  return expected;
}

std::vector<ComparedLayer> compare_with_expected(const CompiledModel& model, const std::vector<Tensor>& inputs,
                                                 const std::vector<std::string>& files) {
  const auto& ports = model.program.outputs();
  const NamedTensors expected = read_expected(files, ports);
  Context context(model.program);
  bind_inputs(context, inputs);
  context.run();
  std::vector<ComparedLayer> rows;
  for (const auto& [name, tensor] : expected) {
    const auto port = std::find_if(ports.begin(), ports.end(), [&](const PortInfo& p) { return p.name == name; });
    if (port == ports.end()) usage_error("--expected: '{}' is no output of the network", name);
    if (tensor.shape() != port->type.shape) {
      invalid_input("--expected: output '{}' is {}, the file holds {}", name, port->type.str(), tensor.type().str());
    }
    const Tensor& got = context.output(static_cast<int>(port - ports.begin()));
    rows.push_back({name, "output", "", name, port->type, difference(got, tensor)});
  }
  return rows;
}

nlohmann::ordered_json rows_json(const std::vector<ComparedLayer>& rows) {
  auto json = nlohmann::ordered_json::array();
  for (const ComparedLayer& row : rows) {
    json.push_back({{"name", row.name},
                    {"op", row.op},
                    {"impl", row.impl},
                    {"value", row.value},
                    {"max_abs", row.difference.max_abs},
                    {"max_expected", row.difference.max_expected},
                    {"relative", row.difference.relative()}});
  }
  return json;
}

const ComparedLayer* first_above(const std::vector<ComparedLayer>& rows, double tolerance) {
  for (const ComparedLayer& row : rows) {
    if (row.difference.relative() > tolerance) return &row;
  }
  return nullptr;
}

/// Kernels may round weights to bf16, which shows where large products cancel, and at the network's outputs the
/// roundings of all layers have added up. What a wrong kernel computes is further off.
double tolerance_of(const CompareCommandOptions& options) {
  return options.tolerance.value_or(options.model.precision == "bf16" ? 0.1 : 1e-4);
}

int compare(const CompareCommandOptions& options) {
  const double tolerance = tolerance_of(options);
  if (!options.json.empty()) check_writable(options.json);
  CompileOptions compile = compile_options(options.model);
  size_inputs_by_pictures(options.model.model, options.input, compile);
  const CompiledModel model = compile_model(options.model.model, compile);
  const NetworkInputs inputs = read_inputs(options.input, model.program.inputs(), model.program.outputs(),
                                           Missing::random, port_scales(options.model.model));
  for (const std::string& note : inputs.notes) fmt::print("{}\n", note);
  if (options.input.inputs.empty()) fmt::print("input: random values, --seed {}\n", options.input.seed);
  const auto expected = compare_with_expected(model, inputs.tensors, options.expected);

  Comparison comparison;
  {
    ProgressLine progress("computing the reference of " + model.name);
    comparison = compare_layers(load_model(options.model.model, compile), inputs.tensors,
                                {.compile = compile, .plan_hook = nullptr});
  }
  fmt::print("\n{}\n{}", layers_text(comparison.layers, tolerance),
             outputs_text("network output", comparison.outputs, tolerance));
  if (!expected.empty()) fmt::print("\n{}", outputs_text("expected", expected, tolerance));
  if (!options.json.empty()) {
    write_json(options.json, {{"version", 1},
                              {"model", model.name},
                              {"tolerance", tolerance},
                              {"layers", rows_json(comparison.layers)},
                              {"outputs", rows_json(comparison.outputs)},
                              {"expected", rows_json(expected)}});
  }
  const ComparedLayer* first = first_difference(comparison, tolerance);
  const Verdict verdict = judge(first ? first : first_above(expected, tolerance), tolerance);
  fmt::print("\n{}\n", verdict.text);
  return verdict.exit_code;
}

}  // namespace

void add_compare(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("compare", "Compare every layer with the reference loops; name the first to differ");
  auto options = std::make_shared<CompareCommandOptions>();
  add_model_options(*command, options->model);
  add_input_options(*command, options->input);
  command->add_option("--seed", options->input.seed, "of the random input when none is given (default 1)");
  command->add_option("--expected", options->expected, "[NAME=]y.npy or y.npz: stored outputs to compare with, too")
      ->allow_extra_args(false);
  command
      ->add_option("--tolerance", options->tolerance,
                   "largest difference over largest reference value (default 1e-4, with bf16 0.1)")
      ->check(CLI::NonNegativeNumber);
  add_json_option(*command, options->json);
  command->footer(
      "Example: convoy compare squeezenet1.1.onnx --input x.npy --expected y.npy\n"
      "Exit code 1 when anything differs by more than the tolerance.");
  command->callback([options, &action] { action = [options] { return compare(*options); }; });
}

}  // namespace convoy::cli
