// libFuzzer target: any bytes must give a plan or an Error. Goes as far as `convoy::compile` does before it generates
// machine code: import, passes, groups, choice of implementations, memory.
//   onnx_compile_fuzz -max_len=65536 -timeout=20 -rss_limit_mb=4096 CORPUS tests/data
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "frontends/onnx/import.h"
#include "mutate_model.h"
#include "runtime/compile.h"
#include "support/error.h"

namespace convoy {
namespace {

/// Models that leave sizes open are imported again with these shapes for their input.
const Shape kShapes[] = {{1, 1, 24, 20}, {1, 3, 24, 20}};

Graph import(const uint8_t* data, size_t bytes, const CompileOptions& options) {
  return onnx_frontend::import_bytes(data, bytes, "fuzz.onnx", {.shapes = options.shapes});
}

void plan(const uint8_t* data, size_t bytes, const CompileOptions& options) {
  // As long as the size decides, a corpus repeats itself.
  const std::vector<std::string> levels = host_isa_names();
  CompileOptions chosen = options;
  chosen.isa = levels[bytes % levels.size()];
  chosen.threads = 1 + static_cast<int>(bytes % 3);
  to_text(make_plan(make_groups(run_passes(import(data, bytes, options))), make_target(chosen)));
}

/// The name of the input that an error asks a shape for: "... set it with --shape NAME=...".
std::string input_without_shape(const std::string& message) {
  const std::string before = "set it with --shape ";
  const size_t begin = message.find(before);
  if (begin == std::string::npos) return "";
  const size_t name = begin + before.size();
  return message.substr(name, message.find('=', name) - name);
}

void plan_with_any_shape(const uint8_t* data, size_t bytes) {
  try {
    return plan(data, bytes, {});
  } catch (const Error& error) {
    const std::string input = input_without_shape(error.what());
    if (error.kind() != ErrorKind::usage || input.empty()) throw;
    plan(data, bytes, {.shapes = {{input, kShapes[bytes % std::size(kShapes)]}}});
  }
}

}  // namespace
}  // namespace convoy

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t bytes, size_t max_bytes);

/// Half of the mutations are of bytes, half of numbers in the model.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t bytes, size_t max_bytes, unsigned seed) {
  std::mt19937 random(seed);
  if (random() % 2 == 0) return LLVMFuzzerMutate(data, bytes, max_bytes);
  const std::string mutated = convoy::mutate_model({reinterpret_cast<const char*>(data), bytes}, random);
  if (mutated.empty() || mutated.size() > max_bytes) return LLVMFuzzerMutate(data, bytes, max_bytes);
  std::memcpy(data, mutated.data(), mutated.size());
  return mutated.size();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t bytes) {
  try {
    convoy::plan_with_any_shape(data, bytes);
  } catch (const convoy::Error& error) {
    if (error.kind() != convoy::ErrorKind::internal) return 0;
    std::fprintf(stderr, "%s\n", error.what());
    std::abort();
  }
  return 0;
}
