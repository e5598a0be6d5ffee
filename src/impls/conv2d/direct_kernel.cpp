#include "impls/conv2d/direct_kernel.h"

#include <algorithm>

#include "impls/window_tiles.h"
#include "support/int_math.h"

namespace convoy {

std::vector<Val> OutputIndex::at(KernelBuilder& b, Val n, Val c, Val h, Val w) const {
  std::vector<Val> index(rank, b.i64(0));
  if (n_axis >= 0) index[n_axis] = n;
  if (h_axis >= 0) index[h_axis] = h * h_stride + h_offset;
  if (w_axis >= 0) index[w_axis] = w * w_stride + w_offset;
  index[c_axis] = c;
  return index;
}

std::vector<int64_t> OutputIndex::offsets(int64_t m, int64_t c) const {
  std::vector<int64_t> offsets(rank, 0);
  if (w_axis >= 0) offsets[w_axis] = m * w_stride;
  offsets[c_axis] += c;
  return offsets;
}

std::string OutputIndex::key() const {
  return fmt::format("{}:{},{},{},{}:{}+{},{}+{}", rank, n_axis, c_axis, h_axis, w_axis, h_stride, h_offset, w_stride,
                     w_offset);
}

namespace {

/// A run of equal register tiles along a row: same width, same taps inside the input.
struct TileGroup {
  int64_t first_pixel = 0;
  int mr = 1;
  int64_t count = 1;
  std::vector<std::vector<bool>> valid;  ///< [tap x][m]

  bool all_valid() const {
    return std::ranges::all_of(valid,
                               [](const auto& tap) { return std::ranges::all_of(tap, [](bool v) { return v; }); });
  }
};

std::vector<std::vector<bool>> valid_taps(const WindowAxis& w, int64_t first_pixel, int mr) {
  std::vector<std::vector<bool>> valid(w.taps, std::vector<bool>(mr));
  for (int64_t x = 0; x < w.taps; ++x) {
    for (int m = 0; m < mr; ++m) valid[x][m] = w.inside(first_pixel + m, x);
  }
  return valid;
}

std::vector<TileGroup> divide_row(const WindowAxis& w, int mr_max) {
  std::vector<TileGroup> groups;
  int64_t pixel = 0;
  for (auto [mr, count] : split_evenly(w.out, mr_max)) {
    for (int64_t i = 0; i < count; ++i, pixel += mr) {
      auto valid = valid_taps(w, pixel, mr);
      if (!groups.empty() && groups.back().mr == mr && groups.back().valid == valid) {
        ++groups.back().count;
      } else {
        groups.push_back({pixel, mr, 1, std::move(valid)});
      }
    }
  }
  return groups;
}

/// Emits one kernel. Members are what stays the same through the nest; methods go from outside inwards.
class DirectEmitter {
 public:
  DirectEmitter(KernelBuilder& b, const DirectKernel& kernel)
      : b_(b),
        k_(kernel),
        g_(kernel.geometry),
        width_(kernel.config.tile.nb * b.lanes()),
        oc_blocks_(kernel.config.oc_blocks(g_, b.lanes())),
        tiles_(divide_row(g_.w, kernel.config.tile.mr)) {}

  void emit() {
    b_.loop(b_.row_begin(), b_.row_end(), k_.config.slab_rows, [&](Val slab) {
      Val slab_end = b_.min(slab + k_.config.slab_rows, b_.row_end());
      b_.loop(b_.col_begin(), b_.col_end(), 1, [&](Val col) { channel_block(slab, slab_end, col); });
    });
  }

 private:
  /// Where the nest stands when it has reached a row.
  struct Place {
    Val group, block;  ///< of output channels
    Val n, h;
    TapRange taps;  ///< rows of the window inside the input
    Val panel;      ///< weights of this channel block and reduction block
  };

  /// Weights of one row and column of the window.
  int64_t tap_elems(int64_t ic) const { return k_.config.packed_channels(ic) * width_; }
  int64_t panel_elems(int64_t ic) const { return tap_elems(ic) * g_.h.taps * g_.w.taps; }

  /// The last block of a group may have fewer channels: it gets code of its own.
  void channel_block(Val slab, Val slab_end, Val col) {
    Val group = g_.groups == 1 ? b_.i64(0) : col / oc_blocks_;
    Val block = g_.groups == 1 ? col : col % oc_blocks_;
    const int64_t rest = g_.oc % width_;
    if (rest == 0) return rows(slab, slab_end, group, block, width_);
    if (oc_blocks_ == 1) return rows(slab, slab_end, group, block, rest);
    b_.if_else(
        b_.equal(block, b_.i64(oc_blocks_ - 1)), [&] { rows(slab, slab_end, group, block, rest); },
        [&] { rows(slab, slab_end, group, block, width_); });
  }

  /// One block of the reduction: the first starts from the bias, the last applies the epilogue.
  struct Reduction {
    Val index;
    int64_t ic = 0;     ///< channels in it
    bool only = false;  ///< there is just one
    Val is_first, is_last;
  };

  void rows(Val slab, Val slab_end, Val group, Val block, int64_t channels) {
    Val panels = b_.offset(b_.arg(kDirectWeights), (group * oc_blocks_ + block) * panel_elems(g_.ic));
    const int64_t count = k_.config.ic_blocks(g_);
    const int64_t whole = g_.ic / k_.config.ic_block;
    auto reduce = [&](Val index, int64_t ic) {
      Reduction reduction{index, ic, count == 1, b_.equal(index, b_.i64(0)), b_.equal(index, b_.i64(count - 1))};
      Val panel = b_.offset(panels, index * panel_elems(k_.config.ic_block));
      b_.loop(slab, slab_end, 1, [&](Val row) { one_row(row, group, block, panel, reduction, channels); });
    };
    b_.loop(0, whole, 1, [&](Val index) { reduce(index, k_.config.ic_block); });
    if (whole < count) reduce(b_.i64(whole), g_.ic - whole * k_.config.ic_block);
  }

  void one_row(Val row, Val group, Val block, Val panel, const Reduction& reduction, int64_t channels) {
    Place place{.group = group, .block = block, .panel = panel};
    place.n = g_.batch == 1 ? b_.i64(0) : row / g_.h.out;
    place.h = g_.batch == 1 ? row : row % g_.h.out;
    place.taps = taps_inside(b_, g_.h, place.h);
    for (const TileGroup& tiles : tiles_) {
      b_.loop(0, tiles.count, 1,
              [&](Val i) { tile(place, tiles, i * tiles.mr + tiles.first_pixel, reduction, channels); });
    }
  }

  void tile(const Place& place, const TileGroup& tiles, Val pixel, const Reduction& reduction, int64_t channels) {
    RegisterTile shape{tiles.mr, static_cast<int>(ceil_div(channels, b_.lanes()))};
    Val dst = element_address(b_, b_.offset(b_.arg(kDirectDst), k_.dst_offset), g_.dst,
                              {place.n, place.group * g_.oc + place.block * width_, place.h, pixel});
    std::vector<Val> acc = initial(place, shape, dst, reduction, channels);
    Val column = pixel * g_.w.stride + g_.w.base;
    Val src = element_address(b_, b_.arg(kDirectSrc), g_.src,
                              {place.n, place.group * g_.ic + reduction.index * k_.config.ic_block, b_.i64(0), column});
    acc = b_.loop(place.taps.begin, place.taps.end, 1, acc, [&](Val y, std::vector<Val> sums) {
      Val row = place.h * g_.h.stride + g_.h.base + y * g_.h.step;
      window_row(shape, tiles, b_.offset(src, row * g_.src[2]), y, place.panel, reduction.ic, sums);
      return sums;
    });
    finish(place, shape, dst, pixel, acc, reduction, channels);
  }

  int active(int64_t channels, int n) const {
    return static_cast<int>(std::min<int64_t>(b_.lanes(), channels - n * b_.lanes()));
  }

  /// Bias, or the sums of the reduction blocks before this one.
  std::vector<Val> initial(const Place& place, const RegisterTile& shape, Val dst, const Reduction& reduction,
                           int64_t channels) {
    auto from_bias = [&] {
      std::vector<Val> acc;
      Val bias = b_.offset(b_.arg(kDirectBias), (place.group * oc_blocks_ + place.block) * width_);
      for (int n = 0; n < shape.nb; ++n) acc.push_back(b_.load(bias, n * b_.lanes()));
      for (int m = 1; m < shape.mr; ++m) acc.insert(acc.end(), acc.begin(), acc.begin() + shape.nb);
      return acc;
    };
    if (reduction.only) return from_bias();
    return b_.if_else_values(reduction.is_first, from_bias, [&] {
      std::vector<Val> acc;
      each_vector(shape, channels, [&](int m, int n, int active) {
        acc.push_back(b_.load(dst, m * g_.dst[3] + n * b_.lanes() * g_.dst[1], active));
      });
      return acc;
    });
  }

  /// Calls fn(m, n, active lanes) for each accumulator, in order.
  void each_vector(const RegisterTile& shape, int64_t channels, const std::function<void(int, int, int)>& fn) {
    for (int m = 0; m < shape.mr; ++m) {
      for (int n = 0; n < shape.nb; ++n)
        fn(m, n, static_cast<int>(std::min<int64_t>(b_.lanes(), channels - n * b_.lanes())));
    }
  }

  /// Adds one row of the window: all its columns and the channels of the reduction block.
  void window_row(const RegisterTile& shape, const TileGroup& tiles, Val src, Val y, Val panel, int64_t ic,
                  std::vector<Val>& acc) {
    const int64_t per_step = k_.config.step_channels();
    TileRun run{.src = src,
                .weights = b_.offset(panel, y * (g_.w.taps * tap_elems(ic))),
                .count = k_.config.steps(ic),
                .src_step = per_step * g_.src[1],
                .weights_step = per_step * width_,
                .terms = k_.config.pairs ? Terms::bf16_pairs : Terms::floats,
                .half_last = ic % per_step != 0};
    for (int m = 0; m < shape.mr; ++m) run.pixel_offsets.push_back(m * g_.w.stride * g_.src[3]);
    // Neighbouring taps lie behind one another when the pixels hold nothing but these channels.
    const bool one_run = tiles.all_valid() && g_.w.step == 1 && g_.src[1] == 1 && g_.src[3] == ic && !run.half_last;
    if (one_run) {
      run.count *= g_.w.taps;
      return accumulate(b_, shape, run, acc);
    }
    for (int64_t x = 0; x < g_.w.taps; ++x) {
      run.pixel_valid = tiles.valid[x];
      if (std::ranges::none_of(run.pixel_valid, [](bool v) { return v; })) continue;
      TileRun tap = run;
      tap.src = b_.offset(run.src, x * g_.w.step * g_.src[3]);
      tap.weights = b_.offset(run.weights, x * tap_elems(ic));
      b_.forget_loads();  // taps read the same pixels
      accumulate(b_, shape, tap, acc);
    }
  }

  void finish(const Place& place, const RegisterTile& shape, Val dst, Val pixel, const std::vector<Val>& acc,
              const Reduction& reduction, int64_t channels) {
    auto store_all = [&](const std::vector<Val>& values) {
      each_vector(shape, channels, [&](int m, int n, int active) {
        b_.store(values[m * shape.nb + n], dst, m * g_.dst[3] + n * b_.lanes() * g_.dst[1], active);
      });
    };
    auto store_sums = [&] { store_all(acc); };
    auto store_results = [&] {
      Val channel = place.group * g_.oc + place.block * width_;
      const auto cursor = k_.epilogue.at(b_, k_.output.at(b_, place.n, channel, place.h, pixel));
      // Operands are read before anything is stored: in place, with few channels, a masked load would wait for the
      // masked store of the pixel beside it.
      std::vector<Val> results;
      each_vector(shape, channels, [&](int m, int n, int active) {
        results.push_back(k_.epilogue.apply(b_, acc[m * shape.nb + n], cursor, k_.output.offsets(m, n * b_.lanes()),
                                            k_.output.c_axis, active));
      });
      store_all(results);
    };
    if (k_.epilogue.empty()) return store_sums();
    if (reduction.only) return store_results();
    b_.if_else(reduction.is_last, store_results, store_sums);
  }

  KernelBuilder& b_;
  const DirectKernel& k_;
  const ConvGeometry& g_;
  const int64_t width_, oc_blocks_;
  const std::vector<TileGroup> tiles_;
};

}  // namespace

StepSpec direct_step(const DirectKernel& kernel, const Target& target) {
  StepSpec step;
  step.kernel = {.name = kernel.name,
                 .key = kernel.geometry.key() + " " + kernel.config.key() + " " + kernel.output.key() +
                        fmt::format(" @{}", kernel.dst_offset) + kernel.epilogue.key(),
                 .arg_count = kDirectEpilogue + static_cast<int>(kernel.epilogue.args().size()),
                 .emit = [kernel](KernelBuilder& b) { DirectEmitter(b, kernel).emit(); }};
  const ConvGeometry& g = kernel.geometry;
  step.rows = g.batch * g.h.out;
  step.cols = g.groups * kernel.config.oc_blocks(g, target.isa.f32_lanes());
  const double weights = static_cast<double>(g.oc) * g.ic * g.h.taps * g.w.taps;
  const double activations = static_cast<double>(g.batch) * g.h.in * g.w.in * g.ic;
  step.split_cols_first = weights > activations && step.cols >= target.threads;
  step.cost_ns = direct_cost_ns(g, kernel.config, target) * target.threads;
  return step;
}

}  // namespace convoy
