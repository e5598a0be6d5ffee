// When Strassen's algorithm can compute a 1x1 convolution, its blocks, cost, error and weights.
#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <random>

#include "impls/conv2d/strassen_kernel.h"
#include "support/int_math.h"

namespace convoy {

namespace {

bool one_to_one(const WindowAxis& axis) {
  return axis.taps == 1 && axis.stride == 1 && axis.base == 0 && axis.in == axis.out;
}

/// The largest half of a block of the reduction that divides the channels evenly, has whole vectors, and of which the
/// seven panels take at most half of L2.
int64_t choose_half_block(const ConvGeometry& g, int64_t width, const Target& target) {
  const int64_t half = g.ic / 2, lanes = target.isa.f32_lanes();
  for (int64_t blocks = 1; blocks * lanes <= half; ++blocks) {
    const int64_t block = half / blocks;
    if (half % blocks == 0 && block % lanes == 0 && 7 * block * width * 4 <= target.caches.l2 / 2) return block;
  }
  return lanes;
}

}  // namespace

std::string strassen_refusal(const ConvGeometry& g, const Target& target) {
  const int64_t pair = 2 * target.isa.f32_lanes();
  if (!one_to_one(g.h) || !one_to_one(g.w)) return "the window is not 1x1 with stride 1";
  if (g.groups != 1) return "grouped";
  if (g.w.out == 1) return "rows of one pixel";
  if (g.batch * g.h.out * g.w.out % 2 != 0) return "an odd number of pixels";
  if (g.ic % pair != 0 || g.oc % pair != 0) return "halves of the channels are no whole vectors";
  return "";
}

StrassenConfig choose_strassen(const ConvGeometry& g, const Target& target) {
  const int64_t pixels = g.batch * g.h.out * g.w.out;
  StrassenConfig config{.tile = choose_tile(pixels / 2, g.oc / 2, target.isa)};
  const int64_t width = config.tile.nb * target.isa.f32_lanes();
  // Partial sums wait in dst, where bf16 would round them.
  config.half_block = g.dst_bf16 ? g.ic / 2 : choose_half_block(g, width, target);
  // Either the input passes once for each block of output channels, or the weights once for each slab of the input.
  const int64_t tiles = ceil_div(pixels / 2, config.tile.mr), tile_bytes = 2 * config.tile.mr * g.ic * 4;
  const int64_t slab = std::clamp<int64_t>(target.caches.l2 / 3 / tile_bytes, 1, tiles);
  const int64_t columns = ceil_div(g.oc / 2, width), weights = 7 * g.ic * g.oc;  // of four bytes each
  const bool in_slabs = columns * pixels * g.ic * 4 > ceil_div(tiles, slab) * weights;
  config.slab_tiles = in_slabs ? slab : tiles;
  return config;
}

double strassen_cost_ns(const ConvGeometry& g, const StrassenConfig& config, const Target& target) {
  const int lanes = target.isa.f32_lanes();
  const int64_t half = g.batch * g.h.out * g.w.out / 2;
  const double products =
      7 * static_cast<double>(g.ic / 2) * cycles_per_reduction_step(half, g.oc / 2, config.tile, target.isa);
  // Of a pair of tiles: vectors of S, and sums of register tiles.
  const double inputs = 4.0 * config.tile.mr * static_cast<double>(config.half_block / lanes);
  const double sums = 20.0 * config.tile.accumulators();
  const double tiles = static_cast<double>(ceil_div(half, config.tile.mr) * ceil_div(g.oc / 2, config.tile.nb * lanes) *
                                           config.blocks(g));
  // In a network the weights come from memory in each run, and there are more than a direct kernel has.
  constexpr double kMemoryBytesPerNs = 40;
  const double weights_bytes = 7.0 * static_cast<double>(g.ic * g.oc);
  const double compute = tile_cycles_ns(products + tiles * (inputs + sums), target.isa);
  // Within networks, whose other layers empty the caches, it measured that much slower than alone.
  constexpr double kInNetwork = 1.03;
  return kInNetwork * (compute + weights_bytes / kMemoryBytesPerNs) / target.threads;
}

namespace {

/// Of 2 x 2 blocks of one element each, `steps` of which are summed up.
double measure_error(int64_t steps) {
  constexpr int kTrials = 16;
  std::minstd_rand random(1);
  std::uniform_real_distribution<float> values(-1, 1);
  double squared_errors[4] = {}, squared_results = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    float p[7] = {};
    double expected[4] = {};
    for (int64_t k = 0; k < steps; ++k) {
      float a[4], w[4];
      for (float& value : a) value = values(random);
      for (float& value : w) value = values(random);
      for (int c = 0; c < 4; ++c) {
        const float* row = a + c / 2 * 2;
        expected[c] += static_cast<double>(row[0]) * w[c % 2] + static_cast<double>(row[1]) * w[2 + c % 2];
      }
      const float s1 = a[2] + a[3], s2 = s1 - a[0], t1 = w[1] - w[0], t2 = w[3] - t1;
      const float left[] = {a[0], a[1], a[1] - s2, a[3], s1, s2, a[0] - a[2]};
      const float right[] = {w[0], w[2], w[3], t2 - w[2], t1, t2, w[3] - w[1]};
      for (int i = 0; i < 7; ++i) p[i] = std::fma(left[i], right[i], p[i]);
    }
    const float u2 = p[0] + p[5], u3 = u2 + p[6];
    const float found[] = {p[0] + p[1], u2 + p[4] + p[2], u3 - p[3], u3 + p[4]};
    for (int c = 0; c < 4; ++c) {
      squared_errors[c] += std::pow(found[c] - expected[c], 2);
      squared_results += std::pow(expected[c], 2) / 4;
    }
  }
  return std::sqrt(*std::ranges::max_element(squared_errors) / squared_results);
}

}  // namespace

double strassen_error(int64_t channels) {
  static std::mutex mutex;
  static std::map<int64_t, double> known;
  const std::scoped_lock lock(mutex);
  const auto [entry, is_new] = known.try_emplace(channels, 0);
  if (is_new) entry->second = measure_error(channels / 2);
  return entry->second;
}

namespace {

/// The seven panels of a block, one below the other: rows of `width` output channels. `weights`: of the block's first
/// input channel and the first output channel; `half_oc` output channels further lies the second half.
void pack_panels(const float* weights, int64_t ic, int64_t half_oc, int64_t half_block, int64_t channels, int64_t width,
                 float* out) {
  const int64_t panel = half_block * width;
  for (int64_t o = 0; o < channels; ++o) {
    const float *first = weights + o * ic, *second = first + half_oc * ic;
    for (int64_t k = 0; k < half_block; ++k) {
      const double b11 = first[k], b12 = second[k], b21 = first[half_block + k], b22 = second[half_block + k];
      const double t1 = b12 - b11, t2 = b22 - t1;
      const double panels[] = {b11, t2, b22 - b12, b21 - t2, t1, b22, b21};
      for (int i = 0; i < 7; ++i) out[i * panel + k * width + o] = static_cast<float>(panels[i]);
    }
  }
}

}  // namespace

PackedArg pack_strassen_weights(const ConvGeometry& g, const StrassenConfig& config, int lanes, const Tensor& weights) {
  const int64_t width = config.tile.nb * lanes, half_oc = g.oc / 2, columns = ceil_div(half_oc, width);
  const int64_t block_elems = 7 * config.half_block * width, blocks = config.blocks(g);
  const int64_t half_block = config.half_block;
  return {.bytes = 4 * columns * blocks * block_elems, .pack = [=] {
            Tensor packed(DType::f32, Shape{columns, blocks, block_elems});
            for (int64_t i = 0; i < columns * blocks; ++i) {
              const int64_t first = i / blocks * width, block = i % blocks;
              const float* from = weights.as<float>() + first * g.ic + block * 2 * half_block;
              pack_panels(from, g.ic, half_oc, half_block, std::min(width, half_oc - first), width,
                          packed.as<float>() + i * block_elems);
            }
            return packed;
          }};
}

}  // namespace convoy
