// What the fuzzers do with a model: as far as `convoy::compile` goes before it generates machine code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "frontends/import.h"
#include "runtime/compile.h"
#include "support/error.h"

namespace convoy {

/// Models that leave sizes open are imported again with these shapes for their input.
inline const Shape kShapes[] = {{1, 1, 24, 20}, {1, 3, 24, 20}};

inline Graph import_fuzzed(const uint8_t* data, size_t bytes, const CompileOptions& options) {
  return import_model_bytes(data, bytes, "fuzzed model", {.shapes = options.shapes});
}

inline void plan(const uint8_t* data, size_t bytes, const CompileOptions& options) {
  // As long as the size decides, a corpus repeats itself.
  const std::vector<std::string> levels = host_isa_names();
  CompileOptions chosen = options;
  chosen.isa = levels[bytes % levels.size()];
  chosen.threads = 1 + static_cast<int>(bytes % 3);
  to_text(make_plan(make_groups(run_passes(import_fuzzed(data, bytes, options))), make_target(chosen)));
}

/// The name of the input that an error asks a shape for: "... set it with --shape NAME=...".
inline std::string input_without_shape(const std::string& message) {
  const std::string before = "set it with --shape ";
  const size_t begin = message.find(before);
  if (begin == std::string::npos) return "";
  const size_t name = begin + before.size();
  return message.substr(name, message.find('=', name) - name);
}

inline void plan_with_any_shape(const uint8_t* data, size_t bytes) {
  try {
    return plan(data, bytes, {});
  } catch (const Error& error) {
    const std::string input = input_without_shape(error.what());
    if (error.kind() != ErrorKind::usage || input.empty()) throw;
    plan(data, bytes, {.shapes = {{input, kShapes[bytes % std::size(kShapes)]}}});
  }
}

/// Aborts unless the model gives a plan or an Error that blames it.
inline void plan_or_error(const uint8_t* data, size_t bytes) {
  try {
    plan_with_any_shape(data, bytes);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::internal) return;
    std::fprintf(stderr, "%s\n", error.what());
    std::abort();
  }
}

}  // namespace convoy
