// Options that several subcommands share.
#pragma once

#include <convoy/program.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace convoy::cli {

struct ModelOptions {
  std::string model;
  int threads = 0;
  std::vector<std::string> shapes;    ///< NAME=1x3x224x224, or without a name
  std::vector<std::string> settings;  ///< PATTERN:impl=NAME
  std::string isa;
  std::string precision = "f32";
  std::string rounding = "litert";
  bool no_cache = false;
  std::string log;
  bool untuned = false;
  std::string plan;
  uint64_t max_memory = 0;
  double max_error = CompileOptions().max_error;
};

/// MODEL and what decides how it is compiled.
void add_model_options(CLI::App& command, ModelOptions& options);
/// --save-plan FILE.
void add_save_plan_option(CLI::App& command, std::string& path);
/// --json FILE.
void add_json_option(CLI::App& command, std::string& path);

/// "1x3x224x224" or "1,3,224,224". Throws a usage Error naming `option`.
Shape parse_shape(const std::string& text, const std::string& option);

/// Checks the options and turns them into the library's. Reads the model's inputs when a shape has no name.
/// Throws Error.
CompileOptions compile_options(const ModelOptions& options);

}  // namespace convoy::cli
