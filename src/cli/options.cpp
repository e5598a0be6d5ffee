#include "cli/options.h"

#include <algorithm>
#include <charconv>

#include "frontends/summary.h"
#include "support/error.h"

namespace convoy::cli {
namespace {

int64_t parse_extent(const std::string& word, const std::string& text, const std::string& option) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size() || value < 1) {
    usage_error("{}: '{}' is not a shape like 1x3x224x224", option, text);
  }
  return value;
}

std::pair<std::string, Shape> parse_named_shape(const std::string& text, const std::string& model) {
  const std::string option = "--shape " + text;
  const size_t equals = text.rfind('=');
  const std::string dims = equals == std::string::npos ? text : text.substr(equals + 1);
  const Shape shape = parse_shape(dims, option);
  if (equals != std::string::npos) return {text.substr(0, equals), shape};
  const std::vector<SummaryPort> inputs = summarise_model(model).inputs;
  if (inputs.size() == 1) return {inputs[0].name, shape};
  std::string names;
  for (const SummaryPort& input : inputs) names += (names.empty() ? "" : ", ") + input.name;
  usage_error("{}: the network has {} inputs ({}); write --shape NAME={}", option, inputs.size(), names, dims);
}

/// PATTERN:impl=NAME. Patterns may hold ':' themselves.
std::pair<std::string, std::string> parse_setting(const std::string& text) {
  const size_t equals = text.rfind('=');
  const size_t colon = equals == std::string::npos ? equals : text.rfind(':', equals);
  if (colon == std::string::npos || colon == 0 || equals + 1 == text.size()) {
    usage_error("--set '{}' is not of the form PATTERN:impl=NAME", text);
  }
  const std::string key = text.substr(colon + 1, equals - colon - 1);
  if (key != "impl") usage_error("--set '{}': '{}' cannot be set for this target, only impl", text, key);
  return {text.substr(0, colon), text.substr(equals + 1)};
}

NetworkRounding rounding_of(const std::string& word) {
  if (word == "once") return NetworkRounding::once;
  return word == "twice" ? NetworkRounding::twice : NetworkRounding::litert;
}

}  // namespace

void add_model_options(CLI::App& command, ModelOptions& options) {
  command.add_option("MODEL", options.model, "an ONNX or TFLite network")->required();
  command.add_option("--threads", options.threads, "threads (default: the physical cores this process may use)")
      ->check(CLI::Range(1, 1024));
  command
      .add_option("--shape", options.shapes,
                  "[NAME=]1x3x224x224: size of an input that the model leaves open (TFLite: of any input)")
      ->allow_extra_args(false);
  command
      .add_option("--set", options.settings,
                  "PATTERN:impl=NAME: force an implementation, by node name, glob or operator")
      ->allow_extra_args(false);
  command
      .add_option("--precision", options.precision,
                  "f32, or bf16: activations and weights are stored as bf16, sums stay f32 (default f32)")
      ->check(CLI::IsMember({"f32", "bf16"}));
  command
      .add_option("--rounding", options.rounding,
                  "of quantised TFLite networks: litert as LiteRT's reference kernels, twice as TFLite Micro, or once "
                  "(default litert)")
      ->check(CLI::IsMember({"litert", "once", "twice"}));
  command.add_option("--isa", options.isa, "highest instruction set to use (default: the best this machine has)");
  command.add_flag("--no-cache", options.no_cache, "neither read nor write the cache of compiled kernels");
  command.add_option("--log", options.log, "tuning log (default: tuning.db in the cache's folder)")->type_name("FILE");
  command.add_option("--plan", options.plan, "choose as this plan says (see --save-plan of tune and explain)")
      ->type_name("FILE");
  command
      .add_option("--max-memory", options.max_memory, "the fastest program that takes at most so much, 64M for example")
      ->transform(CLI::AsSizeValue(true))
      ->type_name("SIZE");
  command
      .add_option("--max-error", options.max_error,
                  "take no kernel with larger rounding errors, relative to a layer's largest result (default 2e-5)")
      ->check(CLI::NonNegativeNumber);
  command.add_flag("--untuned", options.untuned, "choose by the cost model alone, even if there are measurements");
}

void add_save_plan_option(CLI::App& command, std::string& path) {
  command.add_option("--save-plan", path, "write the choice of each layer to this file, for --plan")->type_name("FILE");
}

void add_json_option(CLI::App& command, std::string& path) {
  command.add_option("--json", path, "write the figures to this file, too")->type_name("FILE");
}

Shape parse_shape(const std::string& text, const std::string& option) {
  const char separator = text.find(',') == std::string::npos ? 'x' : ',';
  std::vector<int64_t> dims;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    dims.push_back(parse_extent(text.substr(begin, end - begin), text, option));
    begin = end + 1;
  }
  return Shape(std::move(dims));
}

CompileOptions compile_options(const ModelOptions& options) {
  CompileOptions result;
  result.threads = options.threads;
  result.isa = options.isa;
  result.precision = options.precision == "bf16" ? Precision::bf16 : Precision::f32;
  result.rounding = rounding_of(options.rounding);
  result.use_cache = !options.no_cache;
  result.tuning_log = options.log;
  result.use_tuning = !options.untuned;
  result.plan_file = options.plan;
  result.max_error = options.max_error;
  constexpr uint64_t kMost = uint64_t{1} << 50;
  result.max_memory = static_cast<int64_t>(std::min(options.max_memory, kMost));
  for (const std::string& text : options.settings) result.set_impl.push_back(parse_setting(text));
  for (const std::string& text : options.shapes) {
    const auto [name, shape] = parse_named_shape(text, options.model);
    if (!result.shapes.emplace(name, shape).second) usage_error("--shape names input '{}' twice", name);
  }
  return result;
}

}  // namespace convoy::cli
