#include "cli/peak.h"

#include <algorithm>
#include <vector>

#include "cli/rates.h"
#include "codegen/llvm/jit.h"

namespace convoy::cli {
namespace {

constexpr int kUnroll = 4;
constexpr int64_t kIterations = 20000;

/// Enough independent chains to hide the latency of an FMA (4 cycles on two ports), in the registers there are.
int chains(const Isa& isa) {
  return isa.vector_registers >= 32 ? 24 : isa.fma ? 12 : 10;
}

double flops_per_call(const Isa& isa) {
  return 2.0 * chains(isa) * isa.f32_lanes() * kUnroll * kIterations;
}

/// args[0]: two vectors of factors, then room for one result. x = x * a + b stays finite for a < 1.
KernelSpec peak_kernel(const Isa& isa) {
  KernelSpec spec;
  spec.name = "peak_f32_" + isa.name;
  spec.key = spec.name;
  spec.arg_count = 1;
  spec.emit = [count = chains(isa)](KernelBuilder& b) {
    const Val factor = b.load(b.arg(0), 0), term = b.load(b.arg(0), b.lanes());
    std::vector<Val> start;
    for (int i = 0; i < count; ++i) start.push_back(b.f32(i));
    const std::vector<Val> end = b.loop(b.row_begin(), b.row_end(), 1, start, [&](Val, const std::vector<Val>& x) {
      std::vector<Val> next = x;
      for (int step = 0; step < kUnroll; ++step) {
        for (Val& value : next) value = b.fma(value, factor, term);
      }
      return next;
    });
    Val sum = end[0];
    for (int i = 1; i < count; ++i) sum = b.fmax(sum, end[i]);
    b.store(sum, b.arg(0), 2 * b.lanes());
  };
  return spec;
}

}  // namespace

double measure_peak_gflops(const Isa& isa, int threads) {
  const auto code = jit_compile({peak_kernel(isa)}, isa, {});
  const KernelFn kernel = code->functions()[0];
  const double calls = best_calls_per_second(threads, [&](int) {
    alignas(64) float data[3 * 64];
    std::fill(std::begin(data), std::end(data), 0.5f);
    void* args[] = {data};
    kernel(args, 0, kIterations, 0, 1, nullptr);
  });
  return calls * flops_per_call(isa) / 1e9;
}

}  // namespace convoy::cli
