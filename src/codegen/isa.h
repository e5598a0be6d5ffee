// What emitters may ask about the instruction set they emit for. They ask for properties, never for an
// architecture's name.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace convoy {

struct Isa {
  std::string name;      ///< "avx512", "avx2", "sse2": part of kernel names and the word for --isa
  std::string triple;    ///< LLVM target triple
  std::string cpu;       ///< LLVM's name of the CPU whose scheduling model is used
  std::string features;  ///< LLVM feature string: "+avx2,+fma,..."
  int vector_bytes = 16;
  int vector_registers = 16;
  bool fma = false;                 ///< fused multiply-add exists
  bool embedded_broadcast = false;  ///< arithmetic takes a broadcast scalar from memory as operand
  bool masked_stores = false;       ///< storing part of a vector costs about as much as storing a whole one
  bool rounding = false;            ///< floor, ceil and round to even are instructions
  bool bf16_dot = false;            ///< there are dot products of pairs of bf16, and a rounding to bf16
  bool byte_dot = false;            ///< there are dot products of four u8 with four i8
  double vector_ops_per_cycle = 2;  ///< multiply-adds on whole vectors that a core starts in a cycle

  int f32_lanes() const { return vector_bytes / 4; }
};

/// The best level of the machine this runs on.
Isa host_isa();
/// The level called `name`, if this machine has it; throws a usage Error listing the levels it has.
Isa host_isa(const std::string& name);
/// Levels this machine has, best first: {"avx512", "avx2", "sse2"}.
std::vector<std::string> host_isa_names();

/// Data cache of one core, and what cores share, in bytes.
struct Caches {
  int64_t l1 = 32 << 10;
  int64_t l2 = 512 << 10;
  int64_t l3 = 8 << 20;
  int l3_cores = 1;  ///< that share level 3

  /// What each of so many threads has of level 3.
  int64_t l3_of_thread(int threads) const { return l3 / std::min(threads, l3_cores); }
};
Caches host_caches();

}  // namespace convoy
