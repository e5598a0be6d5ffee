#include "cli/compiled_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/terminal.h"
#include "runtime/program_data.h"

namespace convoy::cli {

const Plan& CompiledModel::plan() const {
  return program.data().plan;
}

CompiledModel compile_model(const std::string& path, const CompileOptions& options) {
  const std::string name = file_name(path);
  ProgressLine progress("reading " + name);
  CompileReport report;
  Graph graph = load_model(path, options, &report);
  progress.show("compiling " + name);
  Program program = compile_graph(std::move(graph), options, &report);
  return {name, std::move(program), report};
}

CompiledModel compile_model(const ModelOptions& options) {
  return compile_model(options.model, compile_options(options));
}

std::string file_name(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

std::string target_text(const Isa& isa) {
  std::string architecture = isa.triple.substr(0, isa.triple.find('-'));
  std::replace(architecture.begin(), architecture.end(), '_', '-');
  return architecture + " " + isa.name;
}

std::string threads_text(int threads) {
  return fmt::format("{} thread{}", threads, threads == 1 ? "" : "s");
}

}  // namespace convoy::cli
