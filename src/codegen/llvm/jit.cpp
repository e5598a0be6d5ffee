#include "codegen/llvm/jit.h"

#include <llvm/ExecutionEngine/Orc/ExecutionUtils.h>
#include <llvm/Support/CommandLine.h>
#include <llvm/Support/raw_ostream.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "codegen/llvm/builder_impl.h"
#include "codegen/llvm/hash.h"
#include "codegen/llvm/object_cache.h"
#include "support/error.h"

namespace convoy {

namespace {

/// Changes whenever emitters change what they emit for an equal key.
constexpr const char* kCodeVersion = "convoy-0.1-2";

void initialize_llvm() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    // Loop strength reduction took most of the compile time of unrolled tiles and gained nothing: their
    // addresses are a pointer and a constant already. LLVM has no other way to switch it off.
    const char* options[] = {"convoy", "-disable-lsr"};
    llvm::cl::ParseCommandLineOptions(2, options);
  });
}

std::string cache_hash(const KernelSpec& spec, const Isa& isa) {
  return hash_hex(fmt::format("{}|{}|{}|{}|{}|{}", kCodeVersion, isa.cpu, isa.features, spec.name, spec.arg_count,
                              spec.key));
}

/// A linker symbol that profilers show: the kernel's name and enough of the hash to be unique.
std::string symbol_of(const KernelSpec& spec, const Isa& isa) {
  return "convoy_" + spec.name + "_" + cache_hash(spec, isa).substr(0, 12);
}

std::unique_ptr<llvm::TargetMachine> make_target_machine(const Isa& isa) {
  llvm::orc::JITTargetMachineBuilder builder((llvm::Triple(isa.triple)));
  builder.setCPU(isa.cpu);
  builder.setCodeGenOptLevel(llvm::CodeGenOptLevel::Default);
  builder.setRelocationModel(llvm::Reloc::PIC_);
  auto machine = builder.createTargetMachine();
  if (!machine) internal_error("LLVM: {}", llvm::toString(machine.takeError()));
  return std::move(*machine);
}

/// Emits `spec` into a module of its own.
std::unique_ptr<KernelBuilder> emit(const KernelSpec& spec, const Isa& isa) {
  auto builder = std::make_unique<KernelBuilder>(isa, symbol_of(spec, isa), spec.arg_count);
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

/// Fills objects[i] for every spec, on several threads: LLVM works in a context of its own per kernel.
void compile_objects(const std::vector<const KernelSpec*>& specs, const Isa& isa, const JitOptions& options,
                     std::vector<std::string>& objects, JitStats& stats) {
  const ObjectCache cache(options.cache_dir);
  std::atomic<size_t> next = 0;
  std::atomic<int> compiled = 0, cached = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  auto work = [&] {
    try {
      std::unique_ptr<llvm::TargetMachine> machine;
      for (size_t i = next++; i < specs.size(); i = next++) {
        const std::string hash = cache_hash(*specs[i], isa);
        objects[i] = cache.find(hash);
        if (!objects[i].empty()) {
          ++cached;
          continue;
        }
        if (!machine) machine = make_target_machine(isa);
        objects[i] = generate(*emit(*specs[i], isa), *machine, llvm::CodeGenFileType::ObjectFile);
        cache.store(hash, objects[i]);
        ++compiled;
      }
    } catch (...) {
      std::lock_guard lock(mutex);
      failure = std::current_exception();
    }
  };
  std::vector<std::thread> threads;
  const int count = std::min<int>(options.threads, static_cast<int>(specs.size()));
  for (int t = 1; t < count; ++t) threads.emplace_back(work);
  work();
  for (auto& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
  stats = {compiled, cached};
}

class OrcCode : public JitCode {
 public:
  OrcCode(const std::vector<KernelSpec>& specs, const Isa& isa, const JitOptions& options) {
    std::map<std::string, size_t> unique_index;  // symbol -> index into `unique`
    std::vector<const KernelSpec*> unique;
    std::vector<std::string> symbols;
    for (const KernelSpec& spec : specs) {
      symbols.push_back(symbol_of(spec, isa));
      if (unique_index.emplace(symbols.back(), unique.size()).second) unique.push_back(&spec);
    }
    std::vector<std::string> objects(unique.size());
    compile_objects(unique, isa, options, objects, stats_);
    link(objects, symbols, isa);
  }

  const std::vector<KernelFn>& functions() const override { return functions_; }
  JitStats stats() const override { return stats_; }

 private:
  void link(const std::vector<std::string>& objects, const std::vector<std::string>& symbols, const Isa& isa) {
    llvm::orc::JITTargetMachineBuilder machine((llvm::Triple(isa.triple)));
    auto jit = llvm::orc::LLJITBuilder()
                   .setJITTargetMachineBuilder(std::move(machine))
                   .setPlatformSetUp(llvm::orc::setUpInactivePlatform)
                   .create();
    if (!jit) internal_error("LLVM: {}", llvm::toString(jit.takeError()));
    jit_ = std::move(*jit);
    for (const std::string& object : objects) {
      auto buffer = llvm::MemoryBuffer::getMemBufferCopy(object, "kernel");
      if (auto error = jit_->addObjectFile(std::move(buffer))) {
        internal_error("LLVM: {}", llvm::toString(std::move(error)));
      }
    }
    for (const std::string& symbol : symbols) {
      auto address = jit_->lookup(symbol);
      if (!address) internal_error("LLVM: {}", llvm::toString(address.takeError()));
      functions_.push_back(address->toPtr<KernelFn>());
    }
  }

  std::unique_ptr<llvm::orc::LLJIT> jit_;
  std::vector<KernelFn> functions_;
  JitStats stats_;
};

}  // namespace

std::shared_ptr<JitCode> jit_compile(const std::vector<KernelSpec>& specs, const Isa& isa, const JitOptions& options) {
  initialize_llvm();
  return std::make_shared<OrcCode>(specs, isa, options);
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
