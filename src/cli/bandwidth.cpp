#include "cli/bandwidth.h"

#include <algorithm>
#include <cstring>

#include "cli/rates.h"
#include "codegen/llvm/jit.h"
#include "runtime/aligned_memory.h"
#include "support/int_math.h"
#include "support/parallel_for.h"

namespace convoy::cli {
namespace {

/// Vectors that one iteration loads.
constexpr int kUnroll = 16;

int64_t block_bytes(const Isa& isa) {
  return int64_t{kUnroll} * isa.vector_bytes;
}

/// Reads blocks [row_begin, row_end) of args[0], once for each column, and stores to args[1] what depends on all of it.
/// Logical operations are never slower than loads.
KernelSpec read_kernel(const Isa& isa) {
  constexpr int kSums = 4;
  KernelSpec spec;
  spec.name = "bandwidth_f32_" + isa.name;
  spec.key = spec.name;
  spec.arg_count = 2;
  spec.emit = [](KernelBuilder& b) {
    const std::vector<Val> zeros(kSums, b.bits_to_i32(b.f32(0)));
    const auto read_block = [&](Val block, std::vector<Val> bits) {
      const Val from = b.offset(b.arg(0), block * (kUnroll * b.lanes()));
      for (int i = 0; i < kUnroll; ++i) {
        Val& sum = bits[i % kSums];
        sum = b.bit_or(sum, b.bits_to_i32(b.load(from, i * b.lanes())));
      }
      return bits;
    };
    const std::vector<Val> bits = b.loop(b.col_begin(), b.col_end(), 1, zeros, [&](Val, const std::vector<Val>& sums) {
      return b.loop(b.row_begin(), b.row_end(), 1, sums, read_block);
    });
    const Val all = b.bit_or(b.bit_or(bits[0], bits[1]), b.bit_or(bits[2], bits[3]));
    b.store(b.bits_to_f32(all), b.arg(1));
  };
  return spec;
}

/// How much each thread reads to find the bandwidth of each level: half of what the level holds for it; for DRAM four
/// times what the last one does, as far as half a gigabyte reaches.
std::vector<Bandwidth> levels(const Caches& caches, int threads) {
  constexpr int64_t kLeast = 64 << 20, kMost = 512 << 20;
  const int64_t l3_share = caches.l3_of_thread(threads);
  std::vector<Bandwidth> levels = {{"L1", caches.l1 / 2}, {"L2", caches.l2 / 2}};
  if (l3_share >= 4 * caches.l2) levels.push_back({"L3", l3_share / 2});
  levels.push_back({"DRAM", std::clamp(4 * l3_share * threads, kLeast, kMost) / threads});
  return levels;
}

/// A buffer for each thread, written once: pages that never were are all the same page of zeros.
std::vector<AlignedMemory> allocate(int threads, int64_t bytes) {
  std::vector<AlignedMemory> buffers(threads);
  parallel_for(threads, threads, [&](size_t thread) {
    buffers[thread] = allocate_aligned(bytes);
    std::memset(buffers[thread].get(), 0, bytes);
  });
  return buffers;
}

/// Each call reads the next part of a large buffer, or a small one several times.
double gbytes_per_s(KernelFn read, const Isa& isa, const std::vector<AlignedMemory>& buffers, int64_t thread_bytes) {
  constexpr int64_t kCallBytes = 1 << 20;  // enough that calls and clocks cost nothing
  const int64_t call_blocks = std::max<int64_t>(1, std::min(thread_bytes, kCallBytes) / block_bytes(isa));
  const int64_t passes = ceil_div(kCallBytes, call_blocks * block_bytes(isa));
  const int64_t parts = std::max<int64_t>(1, thread_bytes / (call_blocks * block_bytes(isa)));
  const auto threads = static_cast<int>(buffers.size());
  std::vector<int64_t> part(threads);
  const double calls = best_calls_per_second(threads, [&](int thread) {
    alignas(64) float result[64];
    void* args[] = {buffers[thread].get(), result};
    const int64_t begin = part[thread]++ % parts * call_blocks;
    read(args, begin, begin + call_blocks, 0, passes, nullptr);
  });
  return calls * static_cast<double>(passes * call_blocks * block_bytes(isa)) / 1e9;
}

}  // namespace

std::vector<Bandwidth> measure_bandwidths(const Isa& isa, int threads) {
  const auto code = jit_compile({read_kernel(isa)}, isa, {});
  std::vector<Bandwidth> bandwidths = levels(host_caches(), threads);
  const std::vector<AlignedMemory> buffers = allocate(threads, bandwidths.back().thread_bytes);
  for (Bandwidth& level : bandwidths) {
    level.gbytes_per_s = gbytes_per_s(code->functions()[0], isa, buffers, level.thread_bytes);
  }
  return bandwidths;
}

}  // namespace convoy::cli
