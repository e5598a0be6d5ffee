// Tile and block sizes of the direct convolution, its cost, and the packing of weights.
#include <algorithm>
#include <cmath>

#include "impls/conv2d/direct_kernel.h"

namespace convoy {

namespace {

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace

std::string DirectConfig::key() const {
  return fmt::format("mr{} nb{} icb{} slab{}", tile.mr, tile.nb, ic_block, slab_rows);
}

DirectConfig choose_direct(const ConvGeometry& g, const Target& target) {
  DirectConfig config;
  config.tile = choose_tile(g.w.out, g.oc, target.isa);
  const int64_t l2 = target.caches.l2;

  // A block's weights take at most a third of L2; blocks of the reduction are equal.
  const int64_t block_bytes_per_channel = g.h.taps * g.w.taps * config.tile.nb * target.isa.vector_bytes;
  const int64_t ic_most = std::max<int64_t>(16, l2 / 3 / block_bytes_per_channel);
  const bool one_row_tile = g.batch * g.h.out == 1 && g.w.out <= config.tile.mr;  // weights are used once
  const int64_t blocks = one_row_tile ? 1 : ceil_div(g.ic, ic_most);
  config.ic_block = ceil_div(g.ic, blocks);

  // Input rows of a slab take at most a third of L2, unless there is only one channel block anyway.
  const int64_t row_bytes = g.w.in * g.ic * g.groups * 4;
  const int64_t rows_in_l2 = std::max<int64_t>(1, l2 / 3 / std::max<int64_t>(1, row_bytes));
  config.slab_rows = std::max<int64_t>(1, (rows_in_l2 - (g.h.taps - 1) * std::abs(g.h.step)) / g.h.stride);
  return config;
}

double direct_cost_ns(const ConvGeometry& g, const DirectConfig& config, const Target& target) {
  constexpr double kGhz = 3.0;
  const double steps = static_cast<double>(g.batch) * g.groups * g.h.out * g.h.taps * g.w.taps * g.ic;
  const double cycles = steps * cycles_per_reduction_step(g.w.out, g.oc, config.tile, target.isa);
  const double weights_bytes = 4.0 * g.groups * g.oc * g.ic * g.h.taps * g.w.taps;
  return std::max(cycles / kGhz, weights_bytes / 15.0) / target.threads;
}

Tensor pack_direct_weights(const ConvGeometry& g, const DirectConfig& config, int lanes, const WeightAt& weight) {
  const int64_t width = config.tile.nb * lanes;
  const int64_t oc_blocks = config.oc_blocks(g, lanes), ic_blocks = config.ic_blocks(g);
  const int64_t panel = g.ic * g.h.taps * g.w.taps * width;
  Tensor packed(DType::f32, Shape{g.groups, oc_blocks, panel});
  float* out = packed.as<float>();
  for (int64_t group = 0; group < g.groups; ++group) {
    for (int64_t ob = 0; ob < oc_blocks; ++ob) {
      for (int64_t ib = 0; ib < ic_blocks; ++ib) {
        const int64_t i_end = std::min(g.ic, (ib + 1) * config.ic_block);
        for (int64_t y = 0; y < g.h.taps; ++y) {
          for (int64_t x = 0; x < g.w.taps; ++x) {
            for (int64_t i = ib * config.ic_block; i < i_end; ++i, out += width) {
              const int64_t count = std::min(width, g.oc - ob * width);
              const int64_t first = group * g.oc + ob * width;
              for (int64_t o = 0; o < count; ++o) out[o] = weight(first + o, i, y, x);
            }
          }
        }
      }
    }
  }
  return packed;
}

Tensor pack_direct_bias(const ConvGeometry& g, const DirectConfig& config, int lanes, const Tensor* bias) {
  const int64_t width = config.tile.nb * lanes;
  const int64_t oc_blocks = config.oc_blocks(g, lanes);
  Tensor packed(DType::f32, Shape{g.groups, oc_blocks, width});
  if (!bias) return packed;
  for (int64_t group = 0; group < g.groups; ++group) {
    for (int64_t o = 0; o < g.oc; ++o) {
      packed.as<float>()[group * oc_blocks * width + o] = bias->as<float>()[group * g.oc + o];
    }
  }
  return packed;
}

}  // namespace convoy
