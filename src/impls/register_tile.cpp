#include "impls/register_tile.h"

#include <algorithm>

#include "support/error.h"
#include "support/int_math.h"

namespace convoy {

bool fits_registers(const RegisterTile& tile, const Isa& isa) {
  // A broadcast used once is an operand of the multiply-add itself where the ISA allows it.
  const int broadcast = tile.nb == 1 && isa.embedded_broadcast ? 0 : 1;
  // One more holds a product, where it is not added by the instruction that multiplies, or else what LLVM loads ahead:
  // without it, loads go to the stack, which takes up to a quarter of the time.
  const int one_more = 1;
  return tile.accumulators() + tile.nb + broadcast + one_more <= isa.vector_registers;
}

int max_mr(int nb, const Isa& isa) {
  int mr = 1;
  while (fits_registers({mr + 1, nb}, isa)) ++mr;
  return mr;
}

double cycles_per_step(const RegisterTile& tile, const Isa& isa) {
  // Two multiply-adds and two loads a cycle; a dependent multiply-add every four cycles.
  const double multiply_adds = tile.accumulators() * (isa.fma ? 0.5 : 1.0);
  const double loads = 0.5 * (tile.mr + tile.nb);
  return std::max({multiply_adds, loads, 4.0 * (isa.fma ? 1 : 2) / 2}) + 0.1;
}

namespace {

/// Vector `n` of the step that begins at element `at`.
Val load_weights(KernelBuilder& b, const TileRun& run, Val weights, int64_t at, int n, int active) {
  switch (run.terms) {
    case Terms::floats:
      return b.load(weights, at + n * b.lanes(), active);
    case Terms::bf16_pairs:
      return b.load_pairs(weights, at + 2 * n * b.lanes(), 2 * active);
    case Terms::byte_quads:
    case Terms::short_pairs:
      return b.load_words(weights, at + n * b.isa().vector_bytes);
  }
  internal_error("unknown terms");
}

/// What a pixel brings to a step, in every lane.
Val load_pixel(KernelBuilder& b, const TileRun& run, Val src, int64_t at, bool half) {
  switch (run.terms) {
    case Terms::floats:
      return b.load_splat(src, at);
    case Terms::bf16_pairs:
      return b.splat_pair(src, at, half ? 1 : 2);
    case Terms::byte_quads: {
      Val word = b.splat_word(src, at);
      return run.signed_src ? b.turn_signs(word) : word;
    }
    case Terms::short_pairs:
      return b.splat_word(src, at);
  }
  internal_error("unknown terms");
}

Val add_product(KernelBuilder& b, Terms terms, Val x, Val weights, Val sum) {
  switch (terms) {
    case Terms::floats:
      return b.fma(x, weights, sum);
    case Terms::bf16_pairs:
      return b.dot_pairs(weights, x, sum);
    case Terms::byte_quads:
      return b.dot_bytes(x, weights, sum);
    case Terms::short_pairs:
      return b.dot_shorts(x, weights, sum);
  }
  internal_error("unknown terms");
}

/// Step `step` from src and weights on. A half step has one element of src instead of a pair.
void add_step(KernelBuilder& b, const RegisterTile& tile, const TileRun& run, Val src, Val weights, int64_t step,
              std::vector<Val>& acc, bool half = false) {
  std::vector<Val> w;
  for (int n = 0; n < tile.nb; ++n) {
    const int active = n + 1 == tile.nb ? run.last_active : -1;
    const int64_t at = step * run.weights_step;
    w.push_back(load_weights(b, run, weights, at, n, active));
  }
  for (int m = 0; m < tile.mr; ++m) {
    if (!run.pixel_valid.empty() && !run.pixel_valid[m]) continue;
    const int64_t at = run.pixel_offsets[m] + step * run.src_step;
    Val x = load_pixel(b, run, src, at, half);
    for (int n = 0; n < tile.nb; ++n) {
      Val& sum = acc[m * tile.nb + n];
      sum = add_product(b, run.terms, x, w[n], sum);
    }
  }
}

/// True when later steps read the scalars of earlier ones at other pixels. LLVM would keep them all, and spill.
bool pixels_overlap(const TileRun& run) {
  return run.pixel_offsets.size() > 1 && run.count * run.src_step > run.pixel_offsets[1] - run.pixel_offsets[0];
}

/// Steps unrolled into one loop iteration: enough to hide the loop's own work, few enough to stay in the
/// cache of decoded instructions.
int64_t unroll_of(const RegisterTile& tile, int64_t count) {
  constexpr int64_t kMultiplyAdds = 112;
  const int64_t most = std::max<int64_t>(1, kMultiplyAdds / tile.accumulators());
  if (count <= most) return std::max<int64_t>(1, count);
  for (int64_t unroll = most; unroll * 2 > most; --unroll) {
    if (count % unroll == 0) return unroll;
  }
  return most;
}

}  // namespace

void accumulate(KernelBuilder& b, const RegisterTile& tile, const TileRun& run, std::vector<Val>& acc) {
  if (run.count == 0) return;
  const bool overlap = pixels_overlap(run);
  const int64_t steps = run.count - run.half_last;
  const int64_t unroll = unroll_of(tile, steps);
  const int64_t whole = steps / unroll * unroll;
  acc = b.loop(0, whole, unroll, acc, [&](Val k, std::vector<Val> sums) {
    Val src = b.offset(run.src, k * run.src_step);
    Val weights = b.offset(run.weights, k * run.weights_step);
    for (int64_t u = 0; u < unroll; ++u) {
      if (overlap) b.forget_loads();
      add_step(b, tile, run, src, weights, u, sums);
    }
    return sums;
  });
  for (int64_t k = whole; k < run.count; ++k) {
    if (overlap) b.forget_loads();
    add_step(b, tile, run, run.src, run.weights, k, acc, k == steps);
  }
}

std::vector<std::pair<int, int64_t>> split_evenly(int64_t extent, int mr_max) {
  const int64_t tiles = ceil_div(extent, mr_max);
  const int64_t small = extent / tiles, larger = extent % tiles;
  std::vector<std::pair<int, int64_t>> parts;
  if (larger) parts.emplace_back(static_cast<int>(small + 1), larger);
  parts.emplace_back(static_cast<int>(small), tiles - larger);
  return parts;
}

double cycles_per_reduction_step(int64_t pixels, int64_t channels, const RegisterTile& tile, const Isa& isa) {
  const int64_t vectors = ceil_div(channels, isa.f32_lanes());
  const int64_t whole_blocks = vectors / tile.nb;
  const int rest = static_cast<int>(vectors % tile.nb);
  double cycles = 0;
  for (auto [mr, count] : split_evenly(pixels, tile.mr)) {
    double blocks = whole_blocks * cycles_per_step({mr, tile.nb}, isa);
    if (rest) blocks += cycles_per_step({mr, rest}, isa);
    cycles += count * blocks;
  }
  return cycles;
}

double tile_cycles_ns(double cycles, const Isa& isa) {
  return cycles * 2 / isa.vector_ops_per_cycle / 3;
}

RegisterTile choose_tile(int64_t pixels, int64_t channels, const Isa& isa) {
  RegisterTile best;
  double best_cycles = 1e300;
  for (int nb : {4, 3, 2, 1, 6, 8}) {
    const int mr_max = max_mr(nb, isa);
    if (!fits_registers({1, nb}, isa) || (mr_max < 3 && pixels > mr_max)) continue;
    for (int mr = mr_max; mr >= 1 && mr * 3 > mr_max; --mr) {
      const double cycles = cycles_per_reduction_step(pixels, channels, {mr, nb}, isa);
      if (cycles < best_cycles * 0.995) best = {mr, nb}, best_cycles = cycles;
    }
  }
  best.mr = static_cast<int>(std::min<int64_t>(best.mr, pixels));
  return best;
}

}  // namespace convoy
