// Compiles kernels to machine code for the process they will run in, in parallel, with a cache on
// disk.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "codegen/executable_memory.h"
#include "codegen/isa.h"
#include "codegen/llvm/kernel_builder.h"

namespace convoy {

/// A kernel to be compiled. `key` describes everything that the code depends on besides the ISA (shapes,
/// strides, tile, epilogue); equal keys are compiled once, and it is the key of the cache on disk.
struct KernelSpec {
  std::string name;  ///< operator, dtype, variant, tile, ISA: "conv2d_direct_f32_14x2_avx512"
  std::string key;
  int arg_count = 0;
  std::function<void(KernelBuilder&)> emit;
  /// How the tensors behind the arguments are stored, see Val::stored: part of what the code depends on, too.
  std::vector<DType> stored = {};
};

struct JitOptions {
  int threads = 1;
  /// Folder of the kernel cache; empty: no cache.
  std::string cache_dir;
};

struct JitStats {
  int compiled = 0, from_cache = 0;
};

/// Machine code of a set of kernels; lives as long as the functions are used.
class JitCode {
 public:
  /// Spec i has the code images[image_of_spec[i]].
  JitCode(const std::vector<std::string>& images, const std::vector<size_t>& image_of_spec, JitStats stats);

  /// Function of each spec given to jit_compile, in order.
  const std::vector<KernelFn>& functions() const { return functions_; }
  const ExecutableMemory& memory() const { return memory_; }
  JitStats stats() const { return stats_; }

 private:
  ExecutableMemory memory_;
  std::vector<KernelFn> functions_;
  JitStats stats_;
};

std::shared_ptr<const JitCode> jit_compile(const std::vector<KernelSpec>& specs, const Isa& isa,
                                           const JitOptions& options);

/// Version of what the emitters emit: part of every key under which code or its speed is kept.
const char* code_version();

/// LLVM IR or assembly of a kernel, for `explain --stage llvm|asm`.
std::string kernel_ir(const KernelSpec& spec, const Isa& isa);
std::string kernel_asm(const KernelSpec& spec, const Isa& isa);

}  // namespace convoy
