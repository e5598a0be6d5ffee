// Block sizes, cost and weights of the Winograd convolution that transforms its weights while it runs.
#include <algorithm>

#include "impls/conv2d/winograd_lean.h"
#include "support/int_math.h"

namespace convoy {

LeanLayout::LeanLayout(const ConvGeometry& g, const LeanConfig& config, int lanes) {
  constexpr int64_t kLine = 16;  // between rows: powers of two would put them all into the same cache sets
  const int64_t planes = config.planes();
  tiles = g.batch * ceil_div(g.h.out, config.h.m) * ceil_div(g.w.out, config.w.m);
  blocks = ceil_div(tiles, config.block_tiles);
  ic_vectors = ceil_div(g.ic, lanes);
  oc_vectors = ceil_div(g.oc, lanes);
  v_tile = ic_vectors * lanes + kLine;
  v_plane = config.block_tiles * v_tile;
  v_block = planes * v_plane;
  v = blocks * v_block;
  weights_ic = g.h.taps * g.w.taps * lanes;
  weights_oc = g.ic * weights_ic;
  m_plane = config.block_tiles * lanes;
  products = 0;
  between = products + planes * m_plane;
  end = between + planes * lanes;
}

LeanConfig choose_lean(const ConvGeometry& g, int m, const Target& target) {
  LeanConfig config{.h = winograd_axis(g.h, m), .w = winograd_axis(g.w, m)};
  // Beside the accumulators: the weights of a window's row and two transformed vectors.
  const int registers = target.isa.vector_registers - config.w.r - 2 - (target.isa.embedded_broadcast ? 0 : 1);
  const int64_t most = std::max(1, registers / config.w.tile());
  const int64_t tiles = g.batch * ceil_div(g.h.out, config.h.m) * ceil_div(g.w.out, config.w.m);
  config.block_tiles = static_cast<int>(ceil_div(tiles, ceil_div(tiles, most)));
  return config;
}

LeanCost lean_cost(const ConvGeometry& g, const LeanConfig& config, const Target& target) {
  const LeanLayout at(g, config, target.isa.f32_lanes());
  const int accumulators = config.w.tile() * config.block_tiles;
  // Half of the transform's operations are additions, which run beside the multiply-adds.
  const double transform_ops = config.w.tile() / 2.0 + config.h.r * config.w.r / 4.0;
  // With 16 registers, transformed weights and sums go to the stack: 2 to 3.5 times the time was measured on AVX2. On
  // SSE2, beside the kernel that stores transformed weights, the whole layer takes 1.7 times as long with F(2x2), 2.2
  // with F(4x4) and 2.4 with F(6x6) (means of six layers, 1.2 to 3.2, least of 40 runs each); the factor
  // gives 1.7, 1.9, 1.6.
  const double spills = target.isa.vector_registers < 32 ? 2.5 : 1;
  const double step = std::max(2.0, (accumulators + transform_ops) / 2.0) * spills;
  const double gemm = config.h.tile() * static_cast<double>(g.ic * at.blocks * at.oc_vectors) * step;
  const double transform = std::max(1.0, (config.h.tile() + config.w.tile()) / 2.0 - 2) * config.planes();
  const double output = transform * static_cast<double>(at.tiles * at.oc_vectors);
  const double input = transform * static_cast<double>(at.tiles * at.ic_vectors);
  // The weights come from memory in each run. Half of that hides behind the arithmetic.
  constexpr double kMemoryBytesPerNs = 40;
  const double weights_bytes = 4.0 * static_cast<double>(g.ic * g.oc * g.h.taps * g.w.taps);
  // Each vector of output channels reads V anew. What is too large for a thread's share of L3 comes from memory.
  const double v_bytes = 4.0 * static_cast<double>(at.v);
  const double v_traffic =
      v_bytes > static_cast<double>(target.caches.l3) / 4 ? v_bytes * static_cast<double>(at.oc_vectors) : 0;
  constexpr double kVBytesPerNs = 10;
  const double products =
      tile_cycles_ns(gemm + output, target.isa) + weights_bytes / kMemoryBytesPerNs + v_traffic / kVBytesPerNs;
  const double rounds = static_cast<double>(ceil_div(at.oc_vectors, target.threads));
  return {.input_ns = tile_cycles_ns(input, target.isa) / target.threads,
          .products_ns = products * rounds / static_cast<double>(at.oc_vectors)};
}

PackedArg pack_lean_weights(const ConvGeometry& g, const LeanConfig& config, int lanes, const Tensor& weights) {
  const LeanLayout at(g, config, lanes);
  const int64_t taps = g.h.taps * g.w.taps;
  const int64_t bytes = 4 * at.oc_vectors * g.ic * taps * lanes;
  return {.bytes = bytes, .pack = [=] {
            Tensor packed(DType::f32, Shape{at.oc_vectors, g.ic, taps, lanes});
            const float* from = weights.as<float>();
            for (int64_t o = 0; o < g.oc; ++o) {
              for (int64_t i = 0; i < g.ic; ++i) {
                float* to = packed.as<float>() + o / lanes * at.weights_oc + i * at.weights_ic + o % lanes;
                for (int64_t t = 0; t < taps; ++t) to[t * lanes] = *from++;
              }
            }
            return packed;
          }};
}

}  // namespace convoy
