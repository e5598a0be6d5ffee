#include "impls/conv2d/int8_kernel.h"

#include <algorithm>

namespace convoy {

namespace {

/// Emits one kernel. Members are what stays the same through the nest; methods go from outside inwards.
class Int8Emitter {
 public:
  Int8Emitter(KernelBuilder& b, const Int8Kernel& kernel)
      : b_(b),
        k_(kernel),
        g_(kernel.geometry),
        c_(kernel.config),
        stage_(g_, kernel.config.pixels),
        width_(c_.tile.nb * b.lanes()),
        oc_blocks_(c_.oc_blocks(g_, b.lanes())),
        run_bytes_(4 * c_.steps() * width_) {}

  void emit() {
    Int8Stage::each_slab(b_, g_, c_.slab_rows, [&](Val slab, Val slab_end) {
      if (c_.staged) stage(slab, slab_end);
      b_.loop(b_.col_begin(), b_.col_end(), 1, [&](Val col) { channel_block(slab, slab_end, col); });
    });
  }

 private:
  /// Where the nest stands when it has reached a row.
  struct Place {
    Val group, block;  ///< of output channels
    Val n, h;
    Val src;  ///< the first tap's row, from its first pixel on
  };

  Val image_of(Val row) { return g_.batch == 1 ? b_.i64(0) : row / g_.h.out; }
  Val row_in_image(Val row) { return g_.batch == 1 ? row : row % g_.h.out; }
  Val bytes(int arg) { return b_.stored_as(DType::u8, b_.arg(arg)); }
  Val scratch() { return b_.stored_as(DType::u8, b_.scratch()); }

  void stage(Val slab, Val slab_end) {
    stage_.emit(b_, b_.offset(bytes(kDirectSrc), image_of(slab) * g_.src[0]), scratch(), row_in_image(slab),
                slab_end - slab);
  }

  // Products.

  int64_t tap_row_bytes() const { return c_.staged ? g_.h.step * stage_.row_bytes() : g_.h.step * g_.src[2]; }
  int64_t pixel_bytes() const { return c_.staged ? stage_.pixel_bytes() : g_.src[3]; }

  Val first_row(Val slab, const Place& place) {
    const int64_t column = g_.w.base + (c_.staged ? stage_.left() : 0);
    Val channel = place.group * (g_.ic * c_.pixels.bytes());
    if (c_.staged) {
      Val row = (place.h - row_in_image(slab)) * g_.h.stride;
      return b_.offset(scratch(), row * stage_.row_bytes() + channel, column * pixel_bytes());
    }
    Val row = place.h * g_.h.stride + g_.h.base;
    return b_.offset(bytes(kDirectSrc), place.n * g_.src[0] + row * g_.src[2] + channel, column * pixel_bytes());
  }

  /// The last block of a group may have fewer channels: it gets code of its own.
  void channel_block(Val slab, Val slab_end, Val col) {
    Val group = g_.groups == 1 ? b_.i64(0) : col / oc_blocks_;
    Val block = g_.groups == 1 ? col : col % oc_blocks_;
    const int64_t rest = g_.oc % width_;
    auto rows = [&](int64_t channels) {
      b_.loop(slab, slab_end, 1, [&](Val row) {
        Place place{.group = group, .block = block, .n = image_of(row), .h = row_in_image(row), .src = {}};
        place.src = first_row(slab, place);
        one_row(place, channels);
      });
    };
    if (rest == 0) return rows(width_);
    if (oc_blocks_ == 1) return rows(rest);
    b_.if_else(
        b_.equal(block, b_.i64(oc_blocks_ - 1)), [&] { rows(rest); }, [&] { rows(width_); });
  }

  void one_row(const Place& place, int64_t channels) {
    int64_t first = 0;
    for (auto [mr, count] : split_evenly(g_.w.out, c_.tile.mr)) {
      const RegisterTile shape{mr, static_cast<int>(ceil_div(channels, b_.lanes()))};
      b_.loop(0, count, 1, [&](Val i) { tile(place, shape, i * mr + first, channels); });
      first += mr * count;
    }
  }

  void tile(const Place& place, const RegisterTile& shape, Val pixel, int64_t channels) {
    Val block = place.group * oc_blocks_ + place.block;
    Val panel = b_.offset(bytes(kDirectWeights), block * (g_.h.taps * c_.runs * run_bytes_));
    Val src = b_.offset(place.src, pixel * (g_.w.stride * pixel_bytes()));
    std::vector<Val> acc = b_.loop(0, g_.h.taps, 1, biases(shape, block), [&](Val y, std::vector<Val> sums) {
      window_row(shape, b_.offset(src, y * tap_row_bytes()), b_.offset(panel, y * (c_.runs * run_bytes_)), sums);
      return sums;
    });
    store(place, shape, pixel, acc, channels);
  }

  std::vector<Val> biases(const RegisterTile& shape, Val block) {
    Val bias = b_.offset(bytes(kDirectBias), block * (4 * width_));
    std::vector<Val> acc;
    for (int n = 0; n < shape.nb; ++n) acc.push_back(b_.load_words(bias, n * b_.isa().vector_bytes));
    for (int m = 1; m < shape.mr; ++m) acc.insert(acc.end(), acc.begin(), acc.begin() + shape.nb);
    return acc;
  }

  void window_row(const RegisterTile& shape, Val src, Val weights, std::vector<Val>& acc) {
    TileRun run{.src = src,
                .weights = weights,
                .count = c_.steps(),
                .src_step = 4,
                .weights_step = 4 * width_,
                .terms = c_.terms,
                .signed_src = c_.pixels.src == DType::i8 && !c_.staged};
    for (int m = 0; m < shape.mr; ++m) run.pixel_offsets.push_back(m * g_.w.stride * pixel_bytes());
    for (int64_t x = 0; x < c_.runs; ++x) {
      TileRun tap = run;
      tap.src = b_.offset(src, x * g_.w.step * pixel_bytes());
      tap.weights = b_.offset(weights, x * run_bytes_);
      b_.forget_loads();  // taps read the same pixels
      accumulate(b_, shape, tap, acc);
    }
  }

  void store(const Place& place, const RegisterTile& shape, Val pixel, const std::vector<Val>& acc, int64_t channels) {
    Val channel = place.group * g_.oc + place.block * width_;
    const auto cursor = k_.epilogue.at(b_, k_.output.at(b_, place.n, channel, place.h, pixel));
    Val dst = element_address(b_, k_.dst_type, b_.arg(kDirectDst), g_.dst, {place.n, channel, place.h, pixel});
    dst = b_.offset(k_.dst_type, dst, k_.dst_offset);
    auto each_vector = [&](auto&& fn) {
      for (int m = 0; m < shape.mr; ++m) {
        for (int n = 0; n < shape.nb; ++n) {
          fn(m, n, static_cast<int>(std::min<int64_t>(b_.lanes(), channels - n * b_.lanes())));
        }
      }
    };
    // Operands are read before anything is stored, as in direct convolutions.
    std::vector<Epilogue::Place> places;
    each_vector([&](int m, int n, int active) { places.push_back({k_.output.offsets(m, n * b_.lanes()), active}); });
    const std::vector<Val> results =
        k_.epilogue.empty() ? acc : k_.epilogue.apply_all(b_, acc, cursor, places, k_.output.c_axis);
    each_vector([&](int m, int n, int active) {
      Val at = b_.offset(k_.dst_type, dst, m * g_.dst[3] + n * b_.lanes() * g_.dst[1]);
      b_.store_strided(k_.dst_type, results[m * shape.nb + n], at, 1, active);
    });
  }

  KernelBuilder& b_;
  const Int8Kernel& k_;
  const ConvGeometry& g_;
  const Int8Config& c_;
  const Int8Stage stage_;
  const int64_t width_, oc_blocks_, run_bytes_;
};

}  // namespace

StepSpec int8_step(const Int8Kernel& kernel, const Target& target) {
  const ConvGeometry& g = kernel.geometry;
  StepSpec step;
  step.kernel = {.name = kernel.name,
                 .key = fmt::format("{} {} {} {}+{}{}", g.key(), kernel.config.key(), kernel.output.key(),
                                    to_string(kernel.dst_type), kernel.dst_offset, kernel.epilogue.key()),
                 .arg_count = kDirectEpilogue + static_cast<int>(kernel.epilogue.args().size()),
                 .emit = [kernel](KernelBuilder& b) { Int8Emitter(b, kernel).emit(); }};
  step.rows = g.batch * g.h.out;
  step.cols = g.groups * kernel.config.oc_blocks(g, target.isa.f32_lanes());
  const double weights = static_cast<double>(g.oc) * g.ic * g.h.taps * g.w.taps;
  const double activations = static_cast<double>(g.batch) * g.h.in * g.w.in * g.ic;
  step.split_cols_first = weights > activations && step.cols >= target.threads;
  if (kernel.config.staged) {
    step.scratch_bytes = Int8Stage(g, kernel.config.pixels).scratch_bytes(kernel.config.slab_rows);
  }
  step.cost_ns = int8_cost_ns(g, kernel.config, target) * target.threads;
  return step;
}

}  // namespace convoy
