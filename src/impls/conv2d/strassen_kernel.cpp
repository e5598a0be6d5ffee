#include "impls/conv2d/strassen_kernel.h"

#include <algorithm>

#include "support/int_math.h"

namespace convoy {

namespace {

constexpr int kProducts = 7;
enum Product { kP1, kP6, kP7, kP4, kP5, kP3, kP2 };  ///< in the order of use

/// Of the pixels in each half.
int64_t half_pixels(const ConvGeometry& g) {
  return g.batch * g.h.out * g.w.out / 2;
}

/// Elements of scratch memory: S1 to S4, a row for each pixel of a tile, then P1, U2 and U3.
struct ScratchLayout {
  int64_t s_row = 0, s = 0, sums = 0, end = 0;

  ScratchLayout(const StrassenConfig& config, int lanes) {
    constexpr int64_t kLine = 16;  // rows of a power of two would all fall into the same cache sets
    s_row = config.half_block + kLine;
    s = config.tile.mr * s_row;
    sums = 4 * s;
    end = sums + 3 * int64_t{config.tile.accumulators()} * lanes;
  }
};

class StrassenEmitter {
 public:
  StrassenEmitter(KernelBuilder& b, const StrassenKernel& kernel)
      : b_(b),
        k_(kernel),
        g_(kernel.geometry),
        at_(kernel.config, b.lanes()),
        width_(kernel.config.tile.nb * b.lanes()),
        half_block_(kernel.config.half_block) {}

  void emit() {
    b_.loop(b_.row_begin(), b_.row_end(), k_.config.slab_tiles, [&](Val slab) {
      Val slab_end = b_.min(slab + k_.config.slab_tiles, b_.row_end());
      b_.loop(b_.col_begin(), b_.col_end(), 1, [&](Val col) { channel_block(slab, slab_end, col); });
    });
  }

 private:
  enum Quarter { kC11, kC12, kC21, kC22 };

  /// Where the nest stands.
  struct Place {
    Val channel;  ///< first output channel, of the first half
    Val block;    ///< of the reduction
    Val panels;   ///< weights of both
    Val pixel;    ///< first of the tile, of the first half
  };

  void channel_block(Val first_tile, Val end_tile, Val col) {
    const int64_t blocks = k_.config.blocks(g_), panels = kProducts * half_block_ * width_;
    const int64_t vectors = g_.oc / 2 / b_.lanes();
    const int nb = k_.config.tile.nb, rest = static_cast<int>(vectors % nb);
    b_.loop(0, blocks, 1, [&](Val block) {
      const Place place{col * width_, block, b_.offset(b_.arg(kStrassenWeights), (col * blocks + block) * panels), {}};
      if (rest == 0) return tiles(first_tile, end_tile, place, nb);
      b_.if_else(
          b_.equal(col, b_.i64(vectors / nb)), [&] { tiles(first_tile, end_tile, place, rest); },
          [&] { tiles(first_tile, end_tile, place, nb); });
    });
  }

  /// Tiles are of two sizes, the larger ones first.
  void tiles(Val first_tile, Val end_tile, Place place, int nb) {
    int64_t tile = 0, pixel = 0;
    for (auto [mr, count] : split_evenly(half_pixels(g_), k_.config.tile.mr)) {
      Val begin = b_.max(first_tile, b_.i64(tile)), end = b_.min(end_tile, b_.i64(tile + count));
      b_.loop(begin, end, 1, [&, mr = mr](Val i) {
        place.pixel = (i - tile) * mr + pixel;
        one_tile(place, {mr, nb});
      });
      tile += count;
      pixel += mr * count;
    }
  }

  void one_tile(const Place& place, const RegisterTile& shape) {
    const Val top = source(place, 0), bottom = source(place, half_pixels(g_));
    sums_of_inputs(top, bottom, shape.mr);
    std::vector<Val> acc(shape.accumulators(), b_.f32(0));
    add_product(kP1, top, g_.src[3], place, shape, acc);
    keep(0, acc);
    add_product(kP6, s(2), at_.s_row, place, shape, acc);
    keep(1, acc);
    add_product(kP7, s(3), at_.s_row, place, shape, acc);
    keep(2, acc);
    add_product(kP4, b_.offset(bottom, half_block_), g_.src[3], place, shape, acc);
    finish(kC21, place, shape, acc);

    acc.assign(shape.accumulators(), b_.f32(0));
    add_product(kP5, s(1), at_.s_row, place, shape, acc);
    finish(kC22, place, shape, plus_kept(2, acc));
    acc = plus_kept(1, acc);
    add_product(kP3, s(4), at_.s_row, place, shape, acc);
    finish(kC12, place, shape, acc);

    acc = plus_kept(0, std::vector<Val>(shape.accumulators()));
    add_product(kP2, b_.offset(top, half_block_), g_.src[3], place, shape, acc);
    finish(kC11, place, shape, acc);
  }

  /// The block's first channel of a tile's first pixel, `pixels` further on.
  Val source(const Place& place, int64_t pixels) {
    return b_.offset(b_.arg(kStrassenSrc), (place.pixel + pixels) * g_.src[3] + place.block * (2 * half_block_));
  }

  /// S1 to S4 of the tile's pixels.
  Val s(int number) { return b_.offset(b_.scratch(), (number - 1) * at_.s); }

  void sums_of_inputs(Val top, Val bottom, int mr) {
    b_.loop(0, half_block_, b_.lanes(), [&](Val k) {
      for (int m = 0; m < mr; ++m) {
        const auto input = [&](Val half, int64_t offset) {
          return b_.load(b_.offset(half, k), m * g_.src[3] + offset);
        };
        Val a11 = input(top, 0), a12 = input(top, half_block_), a21 = input(bottom, 0);
        Val s1 = a21 + input(bottom, half_block_), s2 = s1 - a11;
        const Val sums[] = {s1, s2, a11 - a21, a12 - s2};
        for (int i = 0; i < 4; ++i) b_.store(sums[i], b_.offset(s(i + 1), k), m * at_.s_row);
      }
    });
  }

  void add_product(Product product, Val src, int64_t pixel_stride, const Place& place, const RegisterTile& shape,
                   std::vector<Val>& acc) {
    TileRun run{.src = src,
                .weights = b_.offset(place.panels, product * half_block_ * width_),
                .count = half_block_,
                .src_step = 1,
                .weights_step = width_};
    for (int m = 0; m < shape.mr; ++m) run.pixel_offsets.push_back(m * pixel_stride);
    b_.forget_loads();
    accumulate(b_, shape, run, acc);
  }

  Val kept(int which) {
    return b_.offset(b_.scratch(), at_.sums + which * int64_t{k_.config.tile.accumulators()} * b_.lanes());
  }
  void keep(int which, const std::vector<Val>& acc) {
    for (size_t i = 0; i < acc.size(); ++i) b_.store(acc[i], kept(which), static_cast<int64_t>(i) * b_.lanes());
  }
  /// What was kept, plus `acc` where it has values.
  std::vector<Val> plus_kept(int which, std::vector<Val> acc) {
    for (size_t i = 0; i < acc.size(); ++i) {
      Val sum = b_.load(kept(which), static_cast<int64_t>(i) * b_.lanes());
      acc[i] = acc[i] ? acc[i] + sum : sum;
    }
    return acc;
  }

  /// The first block of the reduction adds the bias, later ones what waits in dst; the last applies the epilogue.
  void finish(Quarter quarter, const Place& place, const RegisterTile& shape, const std::vector<Val>& acc) {
    const bool second_pixels = quarter == kC21 || quarter == kC22, second_channels = quarter == kC12 || quarter == kC22;
    Val pixel = second_pixels ? place.pixel + half_pixels(g_) : place.pixel;
    Val channel = second_channels ? place.channel + g_.oc / 2 : place.channel;
    Val dst = b_.offset(b_.arg(kStrassenDst), pixel * g_.dst[3] + channel);
    const auto plus = [&](Val from, int64_t pixel_stride) {
      std::vector<Val> sums = acc;
      each(shape, [&](int i, int m, int n) { sums[i] = sums[i] + b_.load(from, m * pixel_stride + n * b_.lanes()); });
      return sums;
    };
    const auto plus_bias = [&] { return plus(b_.offset(b_.arg(kStrassenBias), channel), 0); };
    const auto store = [&](const std::vector<Val>& values) {
      each(shape, [&](int i, int m, int n) { b_.store(values[i], dst, m * g_.dst[3] + n * b_.lanes()); });
    };
    const int64_t blocks = k_.config.blocks(g_);
    if (blocks == 1) return store(results(plus_bias(), pixel, channel, shape));
    const std::vector<Val> sums =
        b_.if_else_values(b_.equal(place.block, b_.i64(0)), plus_bias, [&] { return plus(dst, g_.dst[3]); });
    b_.if_else(
        b_.equal(place.block, b_.i64(blocks - 1)), [&] { store(results(sums, pixel, channel, shape)); },
        [&] { store(sums); });
  }

  std::vector<Val> results(std::vector<Val> sums, Val pixel, Val channel, const RegisterTile& shape) {
    if (k_.epilogue.empty()) return sums;
    const auto cursor = k_.epilogue.at(b_, {b_.i64(0), channel, b_.i64(0), pixel});
    each(shape, [&](int i, int m, int n) {
      sums[i] = k_.epilogue.apply(b_, sums[i], cursor, {0, n * b_.lanes(), 0, m}, 1);
    });
    return sums;
  }

  /// fn(index, m, n) for each accumulator.
  static void each(const RegisterTile& shape, const std::function<void(int, int, int)>& fn) {
    for (int i = 0; i < shape.accumulators(); ++i) fn(i, i / shape.nb, i % shape.nb);
  }

  KernelBuilder& b_;
  const StrassenKernel& k_;
  const ConvGeometry& g_;
  const ScratchLayout at_;
  const int64_t width_, half_block_;
};

}  // namespace

StepSpec strassen_step(const StrassenKernel& kernel, const Target& target) {
  const ConvGeometry& g = kernel.geometry;
  const StrassenConfig& config = kernel.config;
  const int lanes = target.isa.f32_lanes();
  StepSpec step;
  step.kernel = {.name = kernel.name,
                 .key = fmt::format("{} mr{} nb{} block{} slab{}{}", g.key(), config.tile.mr, config.tile.nb,
                                    config.half_block, config.slab_tiles, kernel.epilogue.key()),
                 .arg_count = kStrassenEpilogue + static_cast<int>(kernel.epilogue.args().size()),
                 .emit = [kernel](KernelBuilder& b) { StrassenEmitter(b, kernel).emit(); }};
  step.rows = ceil_div(half_pixels(g), config.tile.mr);
  step.cols = ceil_div(g.oc / 2, config.tile.nb * lanes);
  step.split_cols_first = g.oc > 2 * half_pixels(g) && step.cols >= target.threads;
  step.scratch_bytes = 4 * ScratchLayout(config, lanes).end;
  step.cost_ns = strassen_cost_ns(g, config, target) * target.threads;
  return step;
}

}  // namespace convoy
