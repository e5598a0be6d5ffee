// How int8 convolutions are divided, what that costs, and their weights.
#include <algorithm>

#include "impls/conv2d/int8_kernel.h"

namespace convoy {

namespace {

/// The zero point of the weights as they are packed: i8 for quads, without one for pairs of i16.
int64_t packed_zero(const Int8Types& types, Terms terms, int64_t channel) {
  const int64_t zero = types.zeros.of_weights(channel);
  return terms == Terms::short_pairs ? 0 : types.weights == DType::u8 ? zero - 128 : zero;
}

}  // namespace

bool quads_suffice(const ConvGeometry& g, const Int8Types& types) {
  for (int64_t o = 0; o < g.oc * g.groups; ++o) {
    if (packed_zero(types, Terms::byte_quads, o) != 0) return false;
    if (types.zeros.weights.size() < 2) break;
  }
  return true;
}

int64_t int8_weight(const Tensor& weights, const Int8Types& types, Terms terms, int64_t channel, int64_t index) {
  const int64_t value =
      weights.dtype() == DType::i8 ? int64_t{weights.as<int8_t>()[index]} : int64_t{weights.as<uint8_t>()[index]};
  return value - types.zeros.of_weights(channel) + packed_zero(types, terms, channel);
}

void put_int8_weight(Terms terms, int64_t within, int64_t value, std::byte* word) {
  if (terms == Terms::byte_quads) {
    reinterpret_cast<int8_t*>(word)[within] = static_cast<int8_t>(value);
  } else {
    reinterpret_cast<int16_t*>(word)[within] = static_cast<int16_t>(value);
  }
}

std::string Int8Config::key() const {
  return fmt::format("{}x{} t{} {}{} r{}x{} slab{}", tile.mr, tile.nb, static_cast<int>(terms), pixels.key(),
                     staged ? "s" : "", runs, run_length, slab_rows);
}

RegisterTile choose_int8_tile(int64_t pixels, int64_t channels, Isa isa) {
  isa.embedded_broadcast = false;
  return choose_tile(pixels, channels, isa);
}

Int8Config choose_int8(const ConvGeometry& g, const Int8Types& types, const Target& target) {
  Int8Config config;
  const bool quads = target.isa.byte_dot && quads_suffice(g, types);
  config.terms = quads ? Terms::byte_quads : Terms::short_pairs;
  config.tile = choose_int8_tile(g.w.out, g.oc, target.isa);
  config.pixels = {.src = types.src, .zero = types.zeros.src, .wide = !quads};
  const bool whole_steps = g.h.borderless() && g.w.borderless() && g.ic % config.step_length() == 0;
  config.staged = g.h.taps * g.w.taps > 0 && (config.pixels.wide || !whole_steps);

  const bool one_run = g.w.step == 1 && (config.staged ? g.groups == 1 : g.src[3] == g.ic);
  config.runs = one_run ? 1 : g.w.taps;
  config.run_length = one_run ? g.w.taps * g.ic : g.ic;

  const int64_t row_bytes = std::max<int64_t>(1, g.w.in * g.ic * g.groups * config.pixels.bytes());
  const int64_t rows = std::max<int64_t>(1, target.caches.l2 / 4 / row_bytes);
  config.slab_rows = std::clamp<int64_t>((rows - (g.h.taps - 1) * g.h.step) / g.h.stride, 1, g.h.out);
  return config;
}

double int8_cost_ns(const ConvGeometry& g, const Int8Config& config, const Target& target) {
  const double steps = static_cast<double>(g.batch * g.groups * g.h.out * g.h.taps * config.runs * config.steps());
  const double cycles = steps * cycles_per_reduction_step(g.w.out, g.oc, config.tile, target.isa);
  const double staged_bytes =
      config.staged ? static_cast<double>(g.batch * g.h.in * g.w.in * g.ic * g.groups * config.pixels.bytes()) : 0;
  return tile_cycles_ns(cycles + staged_bytes / target.isa.vector_bytes * 2, target.isa) / target.threads;
}

int64_t int8_weights_bytes(const ConvGeometry& g, const Int8Config& config, int lanes) {
  const int64_t width = int64_t{config.tile.nb} * lanes;
  return 4 * g.groups * config.oc_blocks(g, lanes) * g.h.taps * config.runs * config.steps() * width;
}

namespace {

/// Of output channel `o` of a group, as it is packed.
int64_t weight_of(const WeightSource& source, const Int8Types& types, Terms terms, const ConvGeometry& g, int64_t group,
                  int64_t o, int64_t i, int64_t y, int64_t x) {
  const int64_t index = group * source.group_stride + o * source.o_stride + i * source.i_stride + source.y_offsets[y] +
                        source.x_offsets[x];
  return int8_weight(source.weights, types, terms, group * g.oc + o, index);
}

Tensor pack_weights(const ConvGeometry& g, const Int8Config& config, const Int8Types& types, int lanes,
                    const WeightSource& source) {
  const int64_t width = int64_t{config.tile.nb} * lanes, run_size = 4 * config.steps() * width;
  Tensor packed(DType::i8, Shape{int8_weights_bytes(g, config, lanes)});
  auto* panel = static_cast<std::byte*>(packed.data());
  for (int64_t group = 0; group < g.groups; ++group) {
    for (int64_t first = 0; first < g.oc; first += width, panel += g.h.taps * config.runs * run_size) {
      for (int64_t o = first; o < std::min(g.oc, first + width); ++o) {
        for (int64_t y = 0; y < g.h.taps; ++y) {
          for (int64_t x = 0; x < g.w.taps; ++x) {
            std::byte* run = panel + (y * config.runs + (config.runs == 1 ? 0 : x)) * run_size;
            for (int64_t i = 0; i < g.ic; ++i) {
              const int64_t position = (config.runs == 1 ? x * g.ic : 0) + i;
              std::byte* word = run + (position / config.step_length() * width + o - first) * 4;
              put_int8_weight(config.terms, position % config.step_length(),
                              weight_of(source, types, config.terms, g, group, o, i, y, x), word);
            }
          }
        }
      }
    }
  }
  return packed;
}

Tensor pack_bias(const ConvGeometry& g, const Int8Config& config, const Int8Types& types, int lanes,
                 const WeightSource& source, const Tensor& bias) {
  const int64_t padded = config.oc_blocks(g, lanes) * config.tile.nb * lanes;
  Tensor packed(DType::i32, Shape{g.groups * padded});
  for (int64_t group = 0; group < g.groups; ++group) {
    for (int64_t o = 0; o < g.oc; ++o) {
      int64_t sum = 0;
      for (int64_t y = 0; y < g.h.taps; ++y) {
        for (int64_t x = 0; x < g.w.taps; ++x) {
          for (int64_t i = 0; i < g.ic; ++i) sum += weight_of(source, types, config.terms, g, group, o, i, y, x);
        }
      }
      const int64_t before = bias.empty() ? 0 : bias.as<int32_t>()[group * g.oc + o];
      packed.as<int32_t>()[group * padded + o] = static_cast<int32_t>(before - config.pixels.copied_zero() * sum);
    }
  }
  return packed;
}

}  // namespace

PackedArg pack_int8_weights(const ConvGeometry& g, const Int8Config& config, const Int8Types& types, int lanes,
                            WeightSource source) {
  return {.bytes = int8_weights_bytes(g, config, lanes),
          .pack = [=, source = std::move(source)] { return pack_weights(g, config, types, lanes, source); },
          .dtype = DType::i8};
}

PackedArg pack_int8_bias(const ConvGeometry& g, const Int8Config& config, const Int8Types& types, int lanes,
                         WeightSource source, const Tensor* bias) {
  return {.bytes = 4 * g.groups * config.oc_blocks(g, lanes) * config.tile.nb * lanes,
          .pack = [=, source = std::move(source),
                   bias = bias ? *bias : Tensor()] { return pack_bias(g, config, types, lanes, source, bias); },
          .dtype = DType::i32};
}

}  // namespace convoy
