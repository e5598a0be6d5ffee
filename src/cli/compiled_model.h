// A model made ready to run, for the subcommands that run it.
#pragma once

#include <convoy/program.h>

#include <string>

#include "cli/options.h"
#include "runtime/compile.h"

namespace convoy::cli {

struct CompiledModel {
  std::string name;  ///< the file's name without its folder
  Program program;
  CompileReport report;

  const Plan& plan() const;
  const Isa& isa() const { return plan().target.isa; }
};

/// Imports and compiles, with a progress line. Throws Error.
CompiledModel compile_model(const std::string& path, const CompileOptions& options);
CompiledModel compile_model(const ModelOptions& options);

/// "resnet18.onnx".
std::string file_name(const std::string& path);
/// "x86-64 avx512".
std::string target_text(const Isa& isa);
/// "2 threads".
std::string threads_text(int threads);

}  // namespace convoy::cli
