#include "codegen/llvm/jit.h"

#include <llvm/Support/CommandLine.h>
#include <llvm/Support/raw_ostream.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "codegen/llvm/builder_impl.h"
#include "codegen/llvm/hash.h"
#include "codegen/llvm/image_cache.h"
#include "codegen/llvm/link_image.h"
#include "support/error.h"
#include "support/parallel_for.h"

namespace convoy {

namespace {

/// Changes whenever emitters change what they emit for an equal key.
constexpr const char* kCodeVersion = "convoy-0.1-14";

/// Options of LLVM's that have no other switch; those of targets that are not linked in do not exist.
void set_llvm_option(const char* name, const char* value) {
  const auto& options = llvm::cl::getRegisteredOptions();
  if (const auto found = options.find(name); found != options.end()) found->second->addOccurrence(0, name, value);
}

void initialize_llvm() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    // Loop strength reduction took most of the compile time of unrolled tiles and gained nothing: their
    // addresses are a pointer and a constant already.
    set_llvm_option("disable-lsr", "true");
    // The machine combiner regroups sums of integers over the steps of a tile, whose products then wait in more
    // registers than there are.
    set_llvm_option("x86-machine-combiner", "false");
  });
}

/// Which arguments are stored as bf16.
std::string stored_key(const KernelSpec& spec) {
  std::string key;
  for (size_t i = 0; i < spec.stored.size(); ++i) {
    if (spec.stored[i] == DType::bf16) key += fmt::format("|bf16 {}", i);
  }
  return key;
}

std::string cache_hash(const KernelSpec& spec, const Isa& isa) {
  return hash_hex(fmt::format("{}|{}|{}|{}|{}|{}{}", kCodeVersion, isa.cpu, isa.features, spec.name, spec.arg_count,
                              spec.key, stored_key(spec)));
}

/// A linker symbol that profilers show: the kernel's name and enough of the hash to be unique.
std::string symbol_of(const KernelSpec& spec, const Isa& isa) {
  return "convoy_" + spec.name + "_" + cache_hash(spec, isa).substr(0, 12);
}

std::unique_ptr<llvm::TargetMachine> make_target_machine(const Isa& isa) {
  std::string error;
  const llvm::Target* target = llvm::TargetRegistry::lookupTarget(isa.triple, error);
  if (!target) internal_error("LLVM: {}", error);
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      isa.triple, isa.cpu, "", {}, llvm::Reloc::PIC_, std::nullopt, llvm::CodeGenOptLevel::Default));
}

/// Emits `spec` into a module of its own.
std::unique_ptr<KernelBuilder> emit(const KernelSpec& spec, const Isa& isa) {
  auto builder = std::make_unique<KernelBuilder>(isa, symbol_of(spec, isa), spec.arg_count, spec.stored);
  spec.emit(*builder);
  finish_kernel(*builder);
  return builder;
}

std::string generate(KernelBuilder& kernel, llvm::TargetMachine& machine, llvm::CodeGenFileType type) {
  auto& module = *kernel.impl().module;
  module.setDataLayout(machine.createDataLayout());
  llvm::SmallString<0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, stream, nullptr, type)) internal_error("LLVM cannot emit this file type");
  passes.run(module);
  return bytes.str().str();
}

std::string compile_image(const KernelSpec& spec, const Isa& isa, llvm::TargetMachine& machine) {
  return link_image(generate(*emit(spec, isa), machine, llvm::CodeGenFileType::ObjectFile), symbol_of(spec, isa));
}

/// The image of every spec, compiled on several threads: LLVM works in a context of its own per kernel.
std::vector<std::string> compile_images(const std::vector<const KernelSpec*>& specs, const Isa& isa,
                                        const JitOptions& options, JitStats& stats) {
  const ImageCache cache(options.cache_dir);
  std::vector<std::string> images(specs.size());
  std::atomic<int> compiled = 0, cached = 0;
  parallel_for(specs.size(), options.threads, [&](size_t i) {
    const std::string hash = cache_hash(*specs[i], isa);
    images[i] = cache.find(hash);
    if (!images[i].empty()) {
      ++cached;
      return;
    }
    initialize_llvm();
    images[i] = compile_image(*specs[i], isa, *make_target_machine(isa));
    cache.store(hash, images[i]);
    ++compiled;
  });
  stats = {compiled, cached};
  return images;
}

}  // namespace

JitCode::JitCode(const std::vector<std::string>& images, const std::vector<size_t>& image_of_spec, JitStats stats)
    : memory_(images), stats_(stats) {
  for (size_t image : image_of_spec) functions_.push_back(reinterpret_cast<KernelFn>(memory_.addresses()[image]));
}

std::shared_ptr<const JitCode> jit_compile(const std::vector<KernelSpec>& specs, const Isa& isa,
                                           const JitOptions& options) {
  std::map<std::string, size_t> known;  // symbol -> index into `unique`
  std::vector<const KernelSpec*> unique;
  std::vector<size_t> image_of_spec;
  for (const KernelSpec& spec : specs) {
    const auto [found, is_new] = known.emplace(symbol_of(spec, isa), unique.size());
    if (is_new) unique.push_back(&spec);
    image_of_spec.push_back(found->second);
  }
  JitStats stats;
  const std::vector<std::string> images = compile_images(unique, isa, options, stats);
  auto code = std::make_shared<const JitCode>(images, image_of_spec, stats);
  for (const auto& [symbol, image] : known) {
    describe_to_perf(code->memory().addresses()[image], images[image].size(), symbol);
  }
  return code;
}

const char* code_version() {
  return kCodeVersion;
}

std::string kernel_ir(const KernelSpec& spec, const Isa& isa) {
  initialize_llvm();
  std::string text;
  llvm::raw_string_ostream stream(text);
  emit(spec, isa)->impl().module->print(stream, nullptr);
  return stream.str();
}

std::string kernel_asm(const KernelSpec& spec, const Isa& isa) {
  initialize_llvm();
  return generate(*emit(spec, isa), *make_target_machine(isa), llvm::CodeGenFileType::AssemblyFile);
}

}  // namespace convoy
