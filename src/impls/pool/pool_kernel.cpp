#include "impls/pool/pool_kernel.h"

#include <algorithm>
#include <limits>

#include "impls/pool/pool_columns.h"
#include "impls/window_tiles.h"
#include "support/dtypes.h"

namespace convoy {

std::string PoolGeometry::key() const {
  return fmt::format("{} {} n{} c{} h{} w{} counted {} {} src{} dst{}", static_cast<int>(kind), to_string(dtype), batch,
                     channels, h.key(), w.key(), counted_h.key(), counted_w.key(), attribute_text(src),
                     attribute_text(dst));
}

namespace {

constexpr int kMostOutputs = 8;
/// Wider windows are loops of their own: their columns would not fit into registers.
constexpr int64_t kWidestUnrolled = 24;
/// Taps of a tile below which the rows of the window are unrolled as well.
constexpr int64_t kMostUnrolledTaps = 64;

/// Outputs per tile at most. A few reuse most of what can be reused; longer tiles leave larger gaps between the pixels
/// of one pass over the channels, which hardware prefetchers follow less well. Windows that do not overlap have
/// nothing to reuse.
int64_t most_outputs(const WindowAxis& w) {
  const int64_t sharing = (w.taps - 1) * w.step / w.stride + 1;  // outputs that read the same column
  return std::min<int64_t>({kMostOutputs, 2 * sharing - 1, w.out});
}

/// An output away from the borders, if there is one.
int64_t typical_output(const WindowAxis& w) {
  return w.out / 2;
}

int64_t least(DType dtype) {
  return visit_dtype(dtype, []<class T>() -> int64_t {
    if constexpr (kIsInteger<T>) {
      return static_cast<int64_t>(std::numeric_limits<T>::min());
    } else {
      internal_error("no integers");
    }
  });
}

bool rolled(const PoolGeometry& g) {
  return g.w.taps > kWidestUnrolled;
}

class PoolEmitter {
 public:
  PoolEmitter(KernelBuilder& b, const PoolGeometry& g, const Epilogue& epilogue) : b_(b), g_(g), epilogue_(epilogue) {}

  void emit() {
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val row) {
      Row place{.n = g_.batch == 1 ? b_.i64(0) : row / g_.h.out, .h = g_.batch == 1 ? row : row % g_.h.out};
      place.taps = taps_inside(b_, g_.h, place.h);
      if (averages()) place.counted_rows = counted_rows(place);
      for_each_pixel_tile(b_, g_.w, pool_mr(g_, b_.isa()), [&](Val pixel, int64_t first, int mr) {
        for_each_channel_vector(b_, g_.channels, [&](Val vector, int active) {
          tile(place, {pixel, vector * b_.lanes(), first, mr, active});
        });
      });
    });
  }

 private:
  /// A row of outputs.
  struct Row {
    Val n, h;
    TapRange taps;
    Val counted_rows;  ///< average: rows(h) in every lane, as f32; of floats 1 / rows(h)
  };
  struct Tile {
    Val pixel, channel;
    int64_t first;  ///< an output with the same taps inside as the tile's first
    int mr;
    int active;
  };

  bool averages() const { return g_.kind == PoolKind::average; }
  bool integers() const { return g_.dtype != DType::f32; }

  Val neutral() {
    if (integers()) return averages() ? b_.integer(DType::i32, 0) : b_.integer(g_.dtype, least(g_.dtype));
    return b_.f32(averages() ? 0 : -std::numeric_limits<float>::infinity());
  }
  Val combine(Val sum, Val value) {
    if (averages()) return sum + value;
    return integers() ? b_.select(b_.compare("gt", sum, value, g_.dtype), sum, value) : b_.fmax(sum, value);
  }
  /// Averages of integers are summed in i32.
  Val load(Val pointer, int active) {
    if (!integers()) return b_.load(pointer, 0, active);
    Val value = b_.load_strided(g_.dtype, pointer, 1, active);
    return averages() ? b_.convert(value, g_.dtype, DType::i32) : value;
  }

  Val counted_rows(const Row& row) {
    const auto all = static_cast<double>(g_.h.taps);
    if (g_.counted_h.borderless()) return b_.f32(integers() ? all : 1 / all);
    const TapRange counted = taps_inside(b_, g_.counted_h, row.h);
    Val rows = b_.to_f32(b_.max(b_.i64(1), counted.end - counted.begin));
    return b_.splat(integers() ? rows : b_.f32(1, 1) / rows);
  }

  void tile(const Row& row, const Tile& tile) {
    Val column = tile.pixel * g_.w.stride + g_.w.base;
    Val line = row.h * g_.h.stride + g_.h.base;
    Val src = element_address(b_, g_.dtype, b_.arg(kPoolSrc), g_.src, {row.n, tile.channel, line, column});
    store(row, tile, rolled(g_) ? rolled_window(row, tile, src) : unrolled_window(row, tile, src));
  }

  /// Every output of the tile, from columns combined in registers.
  std::vector<Val> unrolled_window(const Row& row, const Tile& tile, Val src) {
    const PoolColumns columns = pool_columns(g_.w, tile.first, tile.mr);
    std::vector<Val> down(columns.accumulators(), neutral());
    auto add_row = [&](Val y, std::vector<Val> sums) {
      Val line = b_.offset(g_.dtype, src, y * (g_.h.step * g_.src[2]));
      for (const auto& [offset, accumulator] : columns.columns) {
        Val value = load(b_.offset(g_.dtype, line, offset * g_.src[3]), tile.active);
        sums[accumulator] = combine(sums[accumulator], value);
      }
      return sums;
    };
    auto all_rows = [&] {
      std::vector<Val> sums = down;
      for (int64_t y = 0; y < g_.h.taps; ++y) sums = add_row(b_.i64(y), std::move(sums));
      return across(columns, sums, tile.mr);
    };
    auto rows_inside = [&] {
      return across(columns, b_.loop(row.taps.begin, row.taps.end, 1, down, add_row), tile.mr);
    };
    if (static_cast<int64_t>(columns.columns.size()) * g_.h.taps > kMostUnrolledTaps) return rows_inside();
    if (g_.h.borderless()) return all_rows();
    return b_.if_else_values(b_.equal(row.taps.end - row.taps.begin, b_.i64(g_.h.taps)), all_rows, rows_inside);
  }

  std::vector<Val> across(const PoolColumns& columns, const std::vector<Val>& down, int mr) {
    std::vector<Val> results(mr);
    for (int a = 0; a < columns.accumulators(); ++a) {
      for (int m : columns.outputs[a]) results[m] = results[m] ? combine(results[m], down[a]) : down[a];
    }
    for (Val& result : results) {
      if (!result) result = neutral();
    }
    return results;
  }

  /// The tile's only output, tap by tap.
  std::vector<Val> rolled_window(const Row& row, const Tile& tile, Val src) {
    const TapRange taps = taps_inside(b_, g_.w, tile.pixel);
    return b_.loop(row.taps.begin, row.taps.end, 1, {neutral()}, [&](Val y, const std::vector<Val>& sums) {
      Val line = b_.offset(g_.dtype, src, y * (g_.h.step * g_.src[2]));
      return b_.loop(taps.begin, taps.end, 1, sums, [&](Val x, const std::vector<Val>& sums) {
        Val value = load(b_.offset(g_.dtype, line, x * (g_.w.step * g_.src[3])), tile.active);
        return std::vector<Val>{combine(sums[0], value)};
      });
    });
  }

  /// columns(w) of output `o` of a row.
  double counted_columns(int64_t o) const {
    int64_t columns = 0;
    for (int64_t x = 0; x < g_.w.taps; ++x) columns += g_.counted_w.inside(o, x);
    return static_cast<double>(std::max<int64_t>(1, columns));
  }

  Val average(const Row& row, Val sum, int64_t o) {
    if (!integers()) return sum * (row.counted_rows * b_.f32(1.0 / counted_columns(o)));
    Val count = row.counted_rows * b_.f32(counted_columns(o)), real = b_.to_f32(sum);
    Val half = b_.floor(count * b_.f32(0.5));
    // Sums and counts are exact in f32, and quotients not close enough to the next integer to be rounded to it.
    Val moved = real + b_.select(b_.compare("lt", real, b_.f32(0)), b_.neg(half), half);
    return b_.convert(b_.to_i32(moved / count), DType::i32, g_.dtype);
  }

  void store(const Row& row, const Tile& tile, const std::vector<Val>& results) {
    const std::vector<Val> index = {row.n, tile.channel, row.h, tile.pixel};
    Val dst = element_address(b_, g_.dtype, b_.arg(kPoolDst), g_.dst, index);
    const Epilogue::Cursor cursor = epilogue_.at(b_, index);
    for (int m = 0; m < tile.mr; ++m) {
      Val value = averages() ? average(row, results[m], tile.first + m) : results[m];
      value = epilogue_.apply(b_, value, cursor, {0, 0, 0, m}, 1, tile.active);
      b_.store_strided(g_.dtype, value, b_.offset(g_.dtype, dst, m * g_.dst[3]), 1, tile.active);
    }
  }

  KernelBuilder& b_;
  const PoolGeometry& g_;
  const Epilogue& epilogue_;
};

}  // namespace

int pool_mr(const PoolGeometry& g, const Isa& isa) {
  if (rolled(g)) return 1;
  int mr = 1;
  while (mr < most_outputs(g.w) &&
         pool_columns(g.w, typical_output(g.w), mr + 1).accumulators() <= isa.vector_registers - 4) {
    ++mr;
  }
  // Where even few outputs overflow the registers, columns that wait in memory cost less than reading them again.
  return std::max<int>(mr, static_cast<int>(std::min(g.w.taps / 3, most_outputs(g.w))));
}

double pool_vector_ops(const PoolGeometry& g, const Isa& isa) {
  const double outputs = static_cast<double>(g.batch * g.h.out * g.w.out);
  if (rolled(g)) return outputs * static_cast<double>(g.h.taps * g.w.taps) * 4;
  const int mr = pool_mr(g, isa);
  const PoolColumns columns = pool_columns(g.w, typical_output(g.w), mr);
  const double down = 2.0 * static_cast<double>(g.h.taps) * static_cast<double>(columns.columns.size());
  return outputs / mr * (down + mr * static_cast<double>(g.w.taps) + mr);
}

void emit_pool(KernelBuilder& b, const PoolGeometry& g, const Epilogue& epilogue) {
  PoolEmitter(b, g, epilogue).emit();
}

}  // namespace convoy
