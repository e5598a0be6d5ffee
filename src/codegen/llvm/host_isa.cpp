#include <algorithm>

#include "codegen/isa.h"
#include "codegen/llvm/pch.h"
#include "support/error.h"

namespace convoy {

namespace {

/// A level of x86-64: the LLVM features it needs and what they give.
struct Level {
  const char* name;
  std::vector<const char*> needs;
  int vector_bytes, vector_registers;
  bool fma, embedded_broadcast, masked_stores, rounding;
};

const std::vector<Level>& levels() {
  // AVX2 has masked stores, too, but they are microcoded on some CPUs.
  static const std::vector<Level> all = {
      {"avx512",
       {"avx512f", "avx512vl", "avx512dq", "avx512bw", "avx2", "fma", "bmi2"},
       64,
       32,
       true,
       true,
       true,
       true},
      {"avx2", {"avx2", "fma", "bmi2"}, 32, 16, true, false, false, true},
      {"sse2", {"sse2"}, 16, 16, false, false, false, false},
  };
  return all;
}

bool has(const Level& level, const llvm::StringMap<bool>& host) {
  for (const char* feature : level.needs) {
    auto it = host.find(feature);
    if (it == host.end() || !it->second) return false;
  }
  return true;
}

constexpr const char *kBf16Feature = "avx512bf16", *kByteFeature = "avx512vnni", *kByteShuffleFeature = "avx512vbmi",
                     *kShortByteFeature = "avxvnni";

bool host_has(const char* feature) {
  const auto host = llvm::sys::getHostCPUFeatures();
  const auto found = host.find(feature);
  return found != host.end() && found->second;
}

/// A feature that not all CPUs of the level have.
bool add_if_there(Isa& isa, const char* feature) {
  if (!host_has(feature)) return false;
  isa.features += std::string(",+") + feature;
  return true;
}

/// Only the level's own features: kernels of a level then do not depend on what else the host has.
std::string feature_string(const Level& level) {
  std::string text = "+sse2,+cmov,+cx8,+fxsr,+mmx,+sse";
  for (const char* feature : level.needs) text += std::string(",+") + feature;
  return text;
}

/// Cores with two multipliers of 512 bits; the others have one, or two of 256 bits that work together.
bool has_two_wide_multipliers(const std::string& cpu) {
  constexpr const char* kCpus[] = {"skylake-avx512", "cascadelake",   "cooperlake",    "icelake-server",
                                   "sapphirerapids", "emeraldrapids", "graniterapids", "znver5"};
  return std::ranges::find(kCpus, cpu) != std::end(kCpus);
}

Isa make_isa(const Level& level) {
  Isa isa;
  isa.name = level.name;
  isa.triple = llvm::sys::getProcessTriple();
  // The host's name brings its scheduling model; below the best level its features must not come along.
  isa.cpu = level.name == std::string("avx512") ? llvm::sys::getHostCPUName().str() : "x86-64";
  isa.features = feature_string(level);
  isa.vector_bytes = level.vector_bytes;
  isa.vector_registers = level.vector_registers;
  isa.fma = level.fma;
  isa.embedded_broadcast = level.embedded_broadcast;
  isa.masked_stores = level.masked_stores;
  isa.rounding = level.rounding;
  const bool wide = level.vector_bytes == 64;
  if (wide) add_if_there(isa, kByteShuffleFeature);
  isa.bf16_dot = wide && add_if_there(isa, kBf16Feature);
  isa.byte_dot = level.vector_bytes >= 32 && add_if_there(isa, wide ? kByteFeature : kShortByteFeature);
  isa.vector_ops_per_cycle = level.vector_bytes < 64 || has_two_wide_multipliers(isa.cpu) ? 2 : 1;
  return isa;
}

}  // namespace

std::vector<std::string> host_isa_names() {
  const auto host = llvm::sys::getHostCPUFeatures();
  std::vector<std::string> names;
  for (const Level& level : levels()) {
    if (has(level, host)) names.push_back(level.name);
  }
  return names;
}

Isa host_isa(const std::string& name) {
  const auto host = llvm::sys::getHostCPUFeatures();
  std::string known;
  for (const Level& level : levels()) {
    if (!has(level, host)) continue;
    if (level.name == name) return make_isa(level);
    known += (known.empty() ? "" : ", ") + std::string(level.name);
  }
  usage_error("--isa {}: this machine has {}", name, known);
}

Isa host_isa() {
  const auto names = host_isa_names();
  if (names.empty()) unsupported("this CPU has none of the instruction sets Convoy emits for");
  return host_isa(names.front());
}

}  // namespace convoy
