#include <algorithm>
#include <bit>

#include "impls/conv2d/int8_winograd.h"
#include "impls/conv2d/winograd_tiles.h"
#include "impls/conv2d/winograd_transform.h"

namespace convoy {

namespace {

/// x with odd * x = 1 modulo 2^32. Newton's iteration doubles the right bits, of which odd itself has three.
uint32_t inverse_of(uint32_t odd) {
  uint32_t x = odd;
  for (int i = 0; i < 4; ++i) x *= 2 - odd * x;
  return x;
}

/// Emits one kernel. Members are what stays the same through the nest; methods go from outside inwards.
class Int8WinogradEmitter {
 public:
  Int8WinogradEmitter(KernelBuilder& b, const Int8WinogradKernel& kernel)
      : b_(b),
        k_(kernel),
        g_(kernel.geometry),
        c_(kernel.config),
        at_(g_, c_, b.isa()),
        h_(c_.h.transforms),
        w_(c_.w.transforms),
        stage_(g_, c_.int8.pixels),
        tiles_(b, g_, no_sources_, h_, w_) {}

  void emit() {
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val row) {
      Val image = g_.batch == 1 ? b_.i64(0) : row / at_.blocks_h;
      Val first_row = (g_.batch == 1 ? row : row % at_.blocks_h) * c_.block_rows;
      Val rows = b_.min(b_.i64(c_.block_rows), b_.i64(at_.tiles_h) - first_row);
      b_.loop(0, at_.tiles_w, c_.block_columns, [&](Val column) {
        const Block block{image, first_row, column, rows,
                          b_.min(b_.i64(c_.block_columns), b_.i64(at_.tiles_w) - column)};
        input(block);
        b_.loop(b_.col_begin(), b_.col_end(), 1, [&](Val channels) {
          products(channels);
          output(block, channels);
        });
      });
    });
  }

 private:
  /// Tiles of an image: the first, and how many there are. Scratch memory has room for block_columns a row.
  struct Block {
    Val image, row, column, rows, columns;
  };

  Val bytes(int arg) { return b_.stored_as(DType::u8, b_.arg(arg)); }
  Val scratch(int64_t offset) { return b_.offset(b_.stored_as(DType::u8, b_.scratch()), offset); }

  /// Calls fn(row, column, number) for the tiles of a block.
  void each_tile(const Block& block, const std::function<void(Val row, Val column, Val i)>& fn) {
    b_.loop(b_.i64(0), block.rows, 1, [&](Val row) {
      b_.loop(b_.i64(0), block.columns, 1, [&](Val column) { fn(row, column, row * c_.block_columns + column); });
    });
  }

  // Input transform: V = B^T d B.

  void input(const Block& block) {
    stage_.emit_columns(b_, b_.offset(bytes(kDirectSrc), block.image * g_.src[0]), scratch(at_.staged),
                        block.row * h_.m, block.rows * h_.m, block.column * w_.m, at_.staged_columns, at_.staged_row);
    const int64_t vector_bytes = b_.isa().vector_bytes;
    each_tile(block, [&](Val row, Val column, Val i) {
      Val from = b_.offset(scratch(at_.staged), row * (h_.m * at_.staged_row) + column * (w_.m * stage_.pixel_bytes()));
      Val to = b_.offset(scratch(at_.v), i * at_.v_tile);
      b_.loop(0, at_.ic_vectors, 1, [&](Val vector) {
        transform_columns(b_.offset(from, vector * vector_bytes));
        transform_rows(b_.offset(to, vector * vector_bytes));
      });
    });
  }

  void transform_columns(Val from) {
    const int64_t vector_bytes = b_.isa().vector_bytes;
    b_.loop(0, w_.tile(), 1, [&](Val x) {
      Val column = b_.offset(from, x * stage_.pixel_bytes());
      std::vector<Val> in;
      for (int y = 0; y < h_.tile(); ++y) in.push_back(b_.load_shorts(column, y * at_.staged_row));
      const std::vector<Val> out = emit_rows_paired(b_, h_.bt, in);
      Val to = b_.offset(scratch(at_.between), x * vector_bytes);
      for (int y = 0; y < h_.tile(); ++y) b_.store_register(out[y], to, y * w_.tile() * vector_bytes);
    });
  }

  void transform_rows(Val to) {
    const int64_t vector_bytes = b_.isa().vector_bytes;
    b_.loop(0, h_.tile(), 1, [&](Val y) {
      Val row = b_.offset(scratch(at_.between), y * (w_.tile() * vector_bytes));
      std::vector<Val> in;
      for (int x = 0; x < w_.tile(); ++x) in.push_back(b_.load_shorts(row, x * vector_bytes));
      const std::vector<Val> out = emit_rows_paired(b_, w_.bt, in);
      Val plane = b_.offset(to, y * (w_.tile() * at_.v_plane));
      for (int x = 0; x < w_.tile(); ++x) b_.store_register(out[x], plane, x * at_.v_plane);
    });
  }

  // Products M[xi] = V[xi] * U[xi] of a block of output channels, of all tiles that a block has room for: what stands
  // for no tile is left over from others, and nobody reads its products.

  /// The last block may have fewer vectors of channels: it gets code of its own.
  void products(Val channels) {
    const int nb = c_.int8.tile.nb, rest = static_cast<int>(ceil_div(g_.oc, b_.lanes()) % nb);
    const auto planes = [&](int vectors) {
      b_.loop(0, c_.planes(), 1, [&](Val xi) { plane_products(xi, channels, vectors); });
    };
    if (rest == 0) return planes(nb);
    if (at_.oc_blocks == 1) return planes(rest);
    b_.if_else(
        b_.equal(channels, b_.i64(at_.oc_blocks - 1)), [&] { planes(rest); }, [&] { planes(nb); });
  }

  void plane_products(Val xi, Val channels, int vectors) {
    Val src = b_.offset(scratch(at_.v), xi * at_.v_plane), to = b_.offset(scratch(at_.products), xi * at_.m_plane);
    Val weights = b_.offset(bytes(kDirectWeights), (xi * at_.oc_blocks + channels) * (4 * at_.steps * at_.width));
    int64_t first = 0;
    for (auto [mr, count] : split_evenly(at_.tiles, c_.int8.tile.mr)) {
      const RegisterTile tile{mr, vectors};
      b_.loop(first, first + mr * count, mr, [&](Val i) {
        register_tile(tile, b_.offset(src, i * at_.v_tile), weights, b_.offset(to, i * at_.m_tile));
      });
      first += mr * count;
    }
  }

  void register_tile(const RegisterTile& tile, Val src, Val weights, Val to) {
    TileRun run{.src = src,
                .weights = weights,
                .count = at_.steps,
                .src_step = 4,
                .weights_step = 4 * at_.width,
                .terms = Terms::short_pairs};
    for (int m = 0; m < tile.mr; ++m) run.pixel_offsets.push_back(m * at_.v_tile);
    std::vector<Val> acc(tile.accumulators(), b_.i32(0));
    accumulate(b_, tile, run, acc);
    for (int m = 0; m < tile.mr; ++m) {
      for (int n = 0; n < tile.nb; ++n)
        b_.store_register(acc[m * tile.nb + n], to, m * at_.m_tile + n * b_.isa().vector_bytes);
    }
  }

  // Output transform and epilogue.

  void output(const Block& block, Val channels) {
    const int64_t vectors = c_.int8.tile.nb;
    Val first = channels * vectors, end = b_.min(first + vectors, b_.i64(ceil_div(g_.oc, b_.lanes())));
    each_tile(block, [&](Val row, Val column, Val i) {
      Val from = as_words(b_.offset(scratch(at_.products), i * at_.m_tile));
      tiles_.output({.from = from, .plane = at_.m_plane / 4, .first = first, .end = end},
                    {block.image, (block.row + row) * h_.m, (block.column + column) * w_.m}, destination(),
                    as_words(scratch(at_.between)));
    });
  }

  /// Words are as long as f32.
  Val as_words(Val pointer) { return b_.stored_as(DType::f32, pointer); }

  WinogradTiles::Destination destination() {
    return {.dst = b_.arg(kDirectDst),
            .bias = b_.arg(kDirectBias),
            .epilogue = k_.epilogue,
            .sums = DType::i32,
            .type = k_.dst_type,
            .scaled_back = [this](Val sum) { return scaled_back(sum); }};
  }

  Val scaled_back(Val sum) {
    const auto scale = static_cast<uint64_t>(c_.scale());
    const int shift = std::countr_zero(scale);
    const auto odd = static_cast<uint32_t>(scale >> shift);
    if (odd != 1) sum = sum * b_.i32(static_cast<int32_t>(inverse_of(odd)));
    return shift == 0 ? sum : b_.halve(sum, shift);
  }

  KernelBuilder& b_;
  const Int8WinogradKernel& k_;
  const ConvGeometry& g_;
  const Int8WinogradConfig& c_;
  const Int8WinogradLayout at_;
  const WinogradTransforms &h_, &w_;
  const Int8Stage stage_;
  const std::vector<WinogradSource> no_sources_;  ///< rows are staged instead
  WinogradTiles tiles_;
};

}  // namespace

StepSpec int8_winograd_step(const Int8WinogradKernel& kernel, const Target& target) {
  const ConvGeometry& g = kernel.geometry;
  const Int8WinogradLayout at(g, kernel.config, target.isa);
  StepSpec step;
  step.kernel = {
      .name = kernel.name,
      .key = fmt::format("{} {} {}{}", g.key(), kernel.config.key(), to_string(kernel.dst_type), kernel.epilogue.key()),
      .arg_count = kDirectEpilogue + static_cast<int>(kernel.epilogue.args().size()),
      .emit = [kernel](KernelBuilder& b) { Int8WinogradEmitter(b, kernel).emit(); }};
  step.rows = g.batch * at.blocks_h;
  step.cols = at.oc_blocks;
  // Tasks that share columns out repeat the input transform; those that share rows, the reading of weights.
  step.split_cols_first = step.rows < target.threads && step.cols >= target.threads;
  step.scratch_bytes = at.end;
  step.cost_ns = int8_winograd_cost_ns(g, kernel.config, target) * target.threads;
  return step;
}

}  // namespace convoy
