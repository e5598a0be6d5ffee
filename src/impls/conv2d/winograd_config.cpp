// Block sizes, cost and weights of the Winograd convolution.
#include <algorithm>

#include "impls/conv2d/winograd_kernel.h"

namespace convoy {

namespace {

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t round_up(int64_t a, int64_t b) { return ceil_div(a, b) * b; }

WinogradAxis winograd_axis(const WindowAxis& axis, int m) {
  return {axis.taps == 1 ? 1 : m, static_cast<int>(axis.taps)};
}

}  // namespace

WinogradLayout::WinogradLayout(const ConvGeometry& g, const WinogradConfig& config, int lanes) {
  const int64_t planes = config.planes();
  tiles_h = ceil_div(g.h.out, config.h.m);
  tiles_w = ceil_div(g.w.out, config.w.m);
  tiles = g.batch * tiles_h * tiles_w;
  blocks = ceil_div(tiles, config.block_tiles);
  ic_vectors = ceil_div(g.ic, lanes);
  oc_blocks = ceil_div(g.oc, config.tile.nb * lanes);
  oc_vectors = ceil_div(g.oc, lanes);
  // One cache line more than needed keeps rows and planes from falling into the same cache sets.
  const int64_t line = 16;
  v_tile = ic_vectors * lanes + line;
  v_plane = config.block_tiles * v_tile + line;
  m_tile = oc_blocks * config.tile.nb * lanes + line;
  m_plane = config.block_tiles * m_tile + line;
  v = 0;
  products = v + planes * v_plane;
  between = products + planes * m_plane;
  patch = between + planes * lanes;
  end = patch + planes * ic_vectors * lanes;
}

WinogradConfig choose_winograd(const ConvGeometry& g, int m, const Target& target) {
  WinogradConfig config{.h = winograd_axis(g.h, m), .w = winograd_axis(g.w, m)};
  const int64_t tiles = g.batch * ceil_div(g.h.out, config.h.m) * ceil_div(g.w.out, config.w.m);
  // V and M of a block take a third of L2: with more, the layers with few channels lose up to a quarter, and the
  // others gain nothing.
  const int64_t tile_bytes = config.planes() * (g.ic + g.oc) * 4;
  int64_t most = std::clamp<int64_t>(target.caches.l2 / 3 / tile_bytes, 12, 48);
  // Blocks are shared among the threads.
  most = std::min(most, std::max<int64_t>(6, ceil_div(tiles, target.threads)));
  config.tile = choose_tile(most, g.oc, target.isa);
  config.block_tiles = std::max<int64_t>(config.tile.mr, most / config.tile.mr * config.tile.mr);
  const int64_t blocks = ceil_div(tiles, config.block_tiles);
  config.block_tiles = round_up(ceil_div(tiles, blocks), config.tile.mr);
  return config;
}

double winograd_cost_ns(const ConvGeometry& g, const WinogradConfig& config, const Target& target) {
  constexpr double kCacheBytesPerNs = 60;
  // In a network the weights come from memory in each run. Half of that hides behind the arithmetic.
  constexpr double kMemoryBytesPerNs = 40;
  const int lanes = target.isa.f32_lanes();
  const WinogradLayout layout(g, config, lanes);
  const double planes = config.planes();
  const int64_t rows = round_up(layout.tiles, config.tile.mr);  // a last block that is short takes less time
  const double gemm =
      planes * static_cast<double>(g.ic) * cycles_per_reduction_step(rows, g.oc, config.tile, target.isa);
  // Cycles that a vector of a tile takes per element of the transformed tile, each way.
  const double transform_cycles = std::max(1.0, (config.h.tile() + config.w.tile()) / 2.0 - 2);
  const double transforms = transform_cycles * planes * static_cast<double>(layout.tiles * (layout.ic_vectors + layout.oc_vectors));
  const double weights_bytes = 4 * planes * static_cast<double>(g.ic * g.oc);
  const double passes = weights_bytes > target.caches.l2 ? static_cast<double>(layout.blocks) : 1;
  const double streaming = weights_bytes * passes / kCacheBytesPerNs;
  const double compute = std::max(tile_cycles_ns(gemm, target.isa), streaming) + tile_cycles_ns(transforms, target.isa);
  return (compute + weights_bytes / kMemoryBytesPerNs) / target.threads;
}

namespace {

/// out[a][b] of G_h w G_w^T for one kernel of r_h x r_w weights, in double precision.
std::vector<double> transform_kernel(const WinogradTransforms& h, const WinogradTransforms& w, const float* kernel) {
  std::vector<double> half(h.tile() * w.r), out(h.tile() * w.tile());
  for (int a = 0; a < h.tile(); ++a) {
    for (int x = 0; x < w.r; ++x) {
      for (int y = 0; y < h.r; ++y) half[a * w.r + x] += h.g[a][y] * kernel[y * w.r + x];
    }
    for (int b = 0; b < w.tile(); ++b) {
      for (int x = 0; x < w.r; ++x) out[a * w.tile() + b] += half[a * w.r + x] * w.g[b][x];
    }
  }
  return out;
}

}  // namespace

Tensor pack_winograd_weights(const ConvGeometry& g, const WinogradConfig& config, int lanes, const float* weights) {
  const WinogradTransforms h = winograd_transforms(config.h.m, config.h.r);
  const WinogradTransforms w = winograd_transforms(config.w.m, config.w.r);
  const WinogradLayout layout(g, config, lanes);
  const int64_t width = config.tile.nb * lanes;
  Tensor packed(DType::f32, Shape{config.planes(), layout.oc_blocks, g.ic, width});
  for (int64_t o = 0; o < g.oc; ++o) {
    for (int64_t i = 0; i < g.ic; ++i) {
      const auto transformed = transform_kernel(h, w, weights + (o * g.ic + i) * h.r * w.r);
      float* out = packed.as<float>() + (o / width * g.ic + i) * width + o % width;
      for (int xi = 0; xi < config.planes(); ++xi) {
        out[xi * layout.oc_blocks * g.ic * width] = static_cast<float>(transformed[xi]);
      }
    }
  }
  return packed;
}

}  // namespace convoy
