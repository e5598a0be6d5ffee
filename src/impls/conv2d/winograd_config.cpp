// Block sizes, cost and weights of the Winograd convolution.
#include <algorithm>

#include "impls/conv2d/winograd_error.h"
#include "impls/conv2d/winograd_kernel.h"
#include "support/int_math.h"

namespace convoy {

WinogradAxis winograd_axis(const WindowAxis& axis, int m) {
  return {axis.taps == 1 ? 1 : m, static_cast<int>(axis.taps)};
}

std::string winograd_tile_refusal(const ConvGeometry& g, int m, bool plain_weights, const Target& target) {
  // Inputs a side: the transforms of more would not fit into registers, and their rounding errors grow.
  constexpr int kMaxTile = 8;
  if (g.h.taps == 1 && g.w.taps == 1) return "the window is 1x1";
  if (std::max(g.h.taps, g.w.taps) + m - 1 > kMaxTile) return "the tile would have more than 8 inputs a side";
  if (g.ic < 8 || g.oc < 8) return "too few channels to pay for the transforms";
  const double error = winograd_error(winograd_axis(g.h, m), winograd_axis(g.w, m), plain_weights);
  if (error > target.max_error)
    return fmt::format("rounding errors of {:.1e} of the largest result, more than --max-error", error);
  return "";
}

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

namespace {

/// Tiles of a block, at most. Each block reads all weights, from L3 where they do not fit into L2.
int64_t most_tiles(const ConvGeometry& g, const WinogradConfig& config, const Target& target) {
  const int64_t tile_bytes = config.planes() * (g.ic + g.oc) * 4;  // of V and M
  // V and M of a block take a third of L2: with more, the layers with few channels lose up to a quarter, and the
  // others gain nothing.
  const int64_t in_l2 = target.caches.l2 / 3 / tile_bytes;
  const int64_t weights_bytes = 4 * config.planes() * g.ic * g.oc;
  if (weights_bytes <= target.caches.l3 / 4) {
    // Weights of up to 8 MB come fast enough for six tiles and 8 lanes. That leaves room in L2 for the input and the
    // output: where they come from afar, layers took 4 to 12% less time than with twelve tiles; where not, 2 to 3%
    // more.
    const int64_t pixels_bytes = 4 * g.batch * (g.h.in * g.w.in * g.ic + g.h.out * g.w.out * g.oc);
    const bool six = target.isa.f32_lanes() <= 8 && pixels_bytes > target.caches.l3 / 8;
    return std::clamp<int64_t>(in_l2, six ? 6 : 12, 48);
  }
  // More of them are read as seldom as can be, and V and M lie in L3: 256 to 512 channels took 15 to 30% less time with
  // blocks of 72 tiles than with 12.
  const int64_t l3_share = target.caches.l3_of_thread(target.threads);
  return std::max(in_l2, std::clamp<int64_t>(l3_share / tile_bytes, 24, 72));
}

}  // namespace

WinogradConfig choose_winograd(const ConvGeometry& g, int m, const Target& target) {
  WinogradConfig config{.h = winograd_axis(g.h, m), .w = winograd_axis(g.w, m)};
  const int64_t tiles = g.batch * ceil_div(g.h.out, config.h.m) * ceil_div(g.w.out, config.w.m);
  // Blocks are shared among the threads.
  const int64_t share = std::max<int64_t>(6, ceil_div(tiles, target.threads));
  const int64_t most = std::min(most_tiles(g, config, target), share);
  config.tile = choose_tile(most, g.oc, target.isa);
  config.block_tiles = std::max<int64_t>(config.tile.mr, most / config.tile.mr * config.tile.mr);
  int64_t blocks = ceil_div(tiles, config.block_tiles);
  if (blocks < 8 * target.threads) blocks = round_up(blocks, int64_t{target.threads});
  config.block_tiles = round_up(ceil_div(tiles, blocks), config.tile.mr);
  return config;
}

bool leaves_zeros_out(const SubPixels& sub_pixels, const WinogradConfig& config, int lanes) {
  return sub_pixels.has_zeros() && sub_pixels.shared(lanes) == 1 && sub_pixels.vectors(lanes) % config.tile.nb == 0;
}

namespace {

/// Of all products, those that are computed.
double products_share(const SubPixels& sub, const WinogradConfig& config, int lanes) {
  if (!leaves_zeros_out(sub, config, lanes)) return 1;
  const auto share = [](int tile, int64_t whole, int64_t all) {
    return (tile - 1 + static_cast<double>(whole) / static_cast<double>(all)) / tile;
  };
  return share(config.h.tile(), sub.whole_h, sub.h) * share(config.w.tile(), sub.whole_w, sub.w);
}

/// Sub-pixels that share a vector are stored one by one.
double store_cycles(const ConvGeometry& g, const SubPixels& sub, int lanes) {
  constexpr double kCycles = 4;
  return sub.shared(lanes) > 1 ? kCycles * static_cast<double>(g.batch * sub.rows * sub.columns) : 0;
}

}  // namespace

double winograd_cost_ns(const ConvGeometry& g, const WinogradConfig& config, const Target& target,
                        const SubPixels& sub_pixels) {
  constexpr double kCacheBytesPerNs = 60;
  // In a network the weights come from memory in each run. Half of that hides behind the arithmetic.
  constexpr double kMemoryBytesPerNs = 40;
  const int lanes = target.isa.f32_lanes();
  const WinogradLayout layout(g, config, lanes);
  const double planes = config.planes();
  const int64_t rows = round_up(layout.tiles, config.tile.mr);  // a last block that is short takes less time
  const double share = sub_pixels.count() > 1 ? products_share(sub_pixels, config, lanes) : 1;
  const double gemm =
      share * planes * static_cast<double>(g.ic) * cycles_per_reduction_step(rows, g.oc, config.tile, target.isa);
  // Cycles that a vector of a tile takes per element of the transformed tile, each way.
  const double transform_cycles = std::max(1.0, (config.h.tile() + config.w.tile()) / 2.0 - 2);
  const double transforms =
      transform_cycles * planes * static_cast<double>(layout.tiles * (layout.ic_vectors + layout.oc_vectors)) +
      (sub_pixels.count() > 1 ? store_cycles(g, sub_pixels, lanes) : 0);
  const double weights_bytes = 4 * share * planes * static_cast<double>(g.ic * g.oc);
  const double passes = weights_bytes > target.caches.l2 ? static_cast<double>(layout.blocks) : 1;
  const double streaming = weights_bytes * passes / kCacheBytesPerNs;
  const double compute = std::max(tile_cycles_ns(gemm, target.isa), streaming) + tile_cycles_ns(transforms, target.isa);
  // Blocks with many channels do not fit into L2 even when they are small: V and M go out and come back.
  constexpr double kSpillBytesPerNs = 18;
  const double block_bytes = 4 * planes * static_cast<double>((g.ic + g.oc) * config.block_tiles);
  const double spilled = block_bytes > target.caches.l2 ? 2 * block_bytes * static_cast<double>(layout.blocks) : 0;
  return (compute + weights_bytes / kMemoryBytesPerNs + spilled / kSpillBytesPerNs) / target.threads;
}

namespace {

/// Transforms the kernels of one input channel and a block of up to `width` output channels, in double precision.
class KernelTransform {
 public:
  KernelTransform(const WinogradConfig& config, int64_t width)
      : h_(winograd_transforms(config.h.m, config.h.r)),
        w_(winograd_transforms(config.w.m, config.w.r)),
        width_(width),
        half_(h_.tile() * w_.r * width),
        row_(width) {}

  /// `weights`: r_h x r_w taps of output channel 0; those of the next lie `o_stride` behind. Output xi goes to
  /// out[xi * xi_stride .. + width]; output channels that do not exist are zero.
  void apply(const float* weights, int64_t o_stride, int64_t channels, float* out, int64_t xi_stride) {
    for (int a = 0; a < h_.tile(); ++a) {
      for (int x = 0; x < w_.r; ++x) {
        double* half = &half_[(a * w_.r + x) * width_];
        std::fill_n(half, width_, 0.0);
        for (int y = 0; y < h_.r; ++y) {
          const double factor = h_.g[a][y];
          for (int64_t o = 0; o < channels; ++o) half[o] += factor * weights[o * o_stride + y * w_.r + x];
        }
      }
      for (int b = 0; b < w_.tile(); ++b) combine(a, b, out + (a * w_.tile() + b) * xi_stride);
    }
  }

 private:
  void combine(int a, int b, float* out) {
    std::ranges::fill(row_, 0.0);
    for (int x = 0; x < w_.r; ++x) {
      const double factor = w_.g[b][x];
      const double* half = &half_[(a * w_.r + x) * width_];
      for (int64_t o = 0; o < width_; ++o) row_[o] += factor * half[o];
    }
    for (int64_t o = 0; o < width_; ++o) out[o] = static_cast<float>(row_[o]);
  }

  const WinogradTransforms h_, w_;
  const int64_t width_;
  std::vector<double> half_;  ///< G w: h.tile() x r_w x width
  std::vector<double> row_;
};

Tensor pack_weights(const ConvGeometry& g, const WinogradConfig& config, int lanes, const float* weights) {
  const WinogradLayout layout(g, config, lanes);
  const int64_t width = config.tile.nb * lanes, taps = g.h.taps * g.w.taps;
  const int64_t xi_stride = layout.oc_blocks * g.ic * width;
  Tensor packed(DType::f32, Shape{config.planes(), layout.oc_blocks, g.ic, width});
  KernelTransform transform(config, width);
  for (int64_t block = 0; block < layout.oc_blocks; ++block) {
    const int64_t first = block * width, channels = std::min(width, g.oc - first);
    for (int64_t i = 0; i < g.ic; ++i) {
      transform.apply(weights + (first * g.ic + i) * taps, g.ic * taps, channels,
                      packed.as<float>() + (block * g.ic + i) * width, xi_stride);
    }
  }
  return packed;
}

}  // namespace

PackedArg pack_winograd_weights(const ConvGeometry& g, const WinogradConfig& config, int lanes, const Tensor& weights) {
  const WinogradLayout layout(g, config, lanes);
  return {.bytes = 4 * config.planes() * layout.oc_blocks * g.ic * config.tile.nb * lanes,
          .pack = [=] { return pack_weights(g, config, lanes, weights.as<float>()); }};
}

}  // namespace convoy
