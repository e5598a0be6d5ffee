// Tile and block sizes of the direct convolution, its cost, and the packing of weights.
#include <algorithm>
#include <cmath>

#include "impls/conv2d/direct_kernel.h"
#include "impls/copy/memory_cost.h"
#include "support/half.h"
#include "support/int_math.h"

namespace convoy {

namespace {

/// Size of blocks of at most `most` that divide `extent` evenly where a divisor is near: equal blocks share
/// their code.
int64_t equal_blocks(int64_t extent, int64_t most) {
  const int64_t fewest = ceil_div(extent, most);
  for (int64_t blocks = fewest; blocks <= fewest + fewest / 2 + 1; ++blocks) {
    if (extent % blocks == 0) return extent / blocks;
  }
  return ceil_div(extent, fewest);
}

}  // namespace

std::string DirectConfig::key() const {
  return fmt::format("mr{} nb{} icb{} slab{}{}", tile.mr, tile.nb, ic_block, slab_rows, pairs ? " pairs" : "");
}

DirectConfig choose_direct(const ConvGeometry& g, const Target& target) {
  DirectConfig config;
  config.tile = choose_tile(g.w.out, g.oc, target.isa);
  config.pairs = g.src_bf16 && !g.src_transposed && target.isa.bf16_dot && g.ic > 1;
  const int64_t l2 = target.caches.l2;

  // A block's weights take at most a third of L2; blocks of the reduction are equal.
  const int64_t taps = std::max<int64_t>(1, g.h.taps * g.w.taps);  // a phase of a transposed convolution may have none
  const int64_t block_bytes_per_channel = taps * config.tile.nb * target.isa.vector_bytes / config.step_channels();
  const int64_t ic_most = std::max<int64_t>(16, l2 / 3 / block_bytes_per_channel);
  const bool one_row_tile = g.batch * g.h.out == 1 && g.w.out <= config.tile.mr;  // weights are used once
  // Partial sums do not wait in bf16, which would round them.
  const bool one_block = one_row_tile || g.dst_bf16;
  config.ic_block = one_block ? g.ic : config.packed_channels(equal_blocks(g.ic, ic_most));

  // Input rows of a slab take at most a third of L2, unless there is only one channel block anyway.
  const int64_t row_bytes = g.w.in * g.ic * g.groups * (g.src_bf16 ? 2 : 4);
  const int64_t rows_in_l2 = std::max<int64_t>(1, l2 / 3 / std::max<int64_t>(1, row_bytes));
  config.slab_rows = std::max<int64_t>(1, (rows_in_l2 - (g.h.taps - 1) * std::abs(g.h.step)) / g.h.stride);
  return config;
}

double direct_cost_ns(const ConvGeometry& g, const DirectConfig& config, const Target& target) {
  const double steps = static_cast<double>(g.batch) * g.groups * g.h.out * g.h.taps * g.w.taps * config.steps(g.ic);
  const double cycles = steps * cycles_per_reduction_step(g.w.out, g.oc, config.tile, target.isa);
  const double weights_bytes = (config.pairs ? 2.0 : 4.0) * g.groups * g.oc * g.ic * g.h.taps * g.w.taps;
  return std::max(tile_cycles_ns(cycles, target.isa), weights_ns(weights_bytes, target)) / target.threads;
}

namespace {

/// Packs one channel block of one reduction block: out[y][x][ic][width], or out[y][x][ic / 2][width][2]. Output
/// channels run inside input channels, so that both the model's rows and the packed vectors are walked a cache line at
/// a time.
template <class T>
void pack_panel(const WeightSource& source, const float* weights, const DirectConfig& config, int64_t ic,
                int64_t channels, int64_t width, T* out) {
  const auto taps_x = static_cast<int64_t>(source.x_offsets.size());
  const int64_t per_step = config.step_channels();
  for (int64_t i = 0; i < ic; ++i) {
    for (int64_t o = 0; o < channels; ++o) {
      const float* from = weights + i * source.i_stride + o * source.o_stride;
      for (size_t y = 0; y < source.y_offsets.size(); ++y) {
        for (int64_t x = 0; x < taps_x; ++x) {
          const int64_t step = (static_cast<int64_t>(y) * taps_x + x) * config.steps(ic) + i / per_step;
          out[(step * width + o) * per_step + i % per_step] = T(from[source.y_offsets[y] + source.x_offsets[x]]);
        }
      }
    }
  }
}

/// T is float or, for pairs, BFloat16.
template <class T>
Tensor pack_panels(const ConvGeometry& g, const DirectConfig& config, int lanes, const WeightSource& source) {
  const int64_t width = config.tile.nb * lanes;
  const int64_t oc_blocks = config.oc_blocks(g, lanes);
  const int64_t taps = g.h.taps * g.w.taps;
  Tensor packed(dtype_of<T>(), Shape{g.groups, oc_blocks, config.packed_channels(g.ic) * taps * width});
  T* out = packed.as<T>();
  for (int64_t group = 0; group < g.groups; ++group) {
    for (int64_t ob = 0; ob < oc_blocks; ++ob) {
      const int64_t channels = std::min(width, g.oc - ob * width);
      for (int64_t first = 0; first < g.ic; first += config.ic_block) {
        const int64_t ic = std::min(config.ic_block, g.ic - first);
        const float* from = source.weights.as<float>() + group * source.group_stride + ob * width * source.o_stride +
                            first * source.i_stride;
        pack_panel(source, from, config, ic, channels, width, out);
        out += config.packed_channels(ic) * taps * width;
      }
    }
  }
  return packed;
}

}  // namespace

PackedArg pack_direct_weights(const ConvGeometry& g, const DirectConfig& config, int lanes, WeightSource source) {
  const int64_t width = config.tile.nb * lanes;
  const DType dtype = config.pairs ? DType::bf16 : DType::f32;
  const int64_t elems =
      g.groups * config.oc_blocks(g, lanes) * config.packed_channels(g.ic) * g.h.taps * g.w.taps * width;
  return {.bytes = size_of(dtype) * elems,
          .pack =
              [=, source = std::move(source)] {
                return config.pairs ? pack_panels<BFloat16>(g, config, lanes, source)
                                    : pack_panels<float>(g, config, lanes, source);
              },
          .dtype = dtype};
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
