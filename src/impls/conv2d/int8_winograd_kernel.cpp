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
        stage_(whole_tiles(g_, c_), c_.int8.pixels),
        tiles_(b, g_, no_sources_, h_, w_) {}

  void emit() {
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val slab) {
      Val image = g_.batch == 1 ? b_.i64(0) : slab / at_.slabs;
      Val first_row = (g_.batch == 1 ? slab : slab % at_.slabs) * c_.slab_rows;
      Val rows = b_.min(b_.i64(c_.slab_rows), b_.i64(at_.tiles_h) - first_row);
      stage_.emit(b_, b_.offset(bytes(kDirectSrc), image * g_.src[0]), scratch(at_.staged), first_row * h_.m,
                  rows * h_.m);
      Val first_tile = (image * at_.tiles_h + first_row) * at_.tiles_w, tiles = rows * at_.tiles_w;
      b_.loop(b_.i64(0), tiles, c_.block_tiles, [&](Val block) {
        Val count = b_.min(b_.i64(c_.block_tiles), tiles - block);
        b_.loop(b_.i64(0), count, 1, [&](Val i) { input_tile(block + i, i); });
        b_.loop(b_.col_begin(), b_.col_end(), 1, [&](Val col) { channel_block(first_tile + block, count, col); });
      });
    });
  }

 private:
  Val bytes(int arg) { return b_.stored_as(DType::u8, b_.arg(arg)); }
  Val scratch(int64_t offset) { return b_.offset(b_.stored_as(DType::u8, b_.scratch()), offset); }

  // Input transform: V = B^T d B of tile `tile` of the slab, the i-th of its block.

  void input_tile(Val tile, Val i) {
    Val row = tile / at_.tiles_w * h_.m, column = tile % at_.tiles_w * w_.m + (g_.w.base + stage_.left());
    Val from = b_.offset(scratch(at_.staged), row * stage_.row_bytes() + column * stage_.pixel_bytes());
    Val to = b_.offset(scratch(at_.v), i * at_.v_tile);
    const int64_t vector_bytes = b_.isa().vector_bytes;
    b_.loop(0, at_.ic_vectors, 1, [&](Val vector) {
      transform_columns(b_.offset(from, vector * vector_bytes));
      transform_rows(b_.offset(to, vector * vector_bytes));
    });
  }

  void transform_columns(Val from) {
    const int64_t vector_bytes = b_.isa().vector_bytes;
    b_.loop(0, w_.tile(), 1, [&](Val x) {
      Val column = b_.offset(from, x * stage_.pixel_bytes());
      std::vector<Val> in;
      for (int y = 0; y < h_.tile(); ++y) in.push_back(b_.load_shorts(column, y * stage_.row_bytes()));
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

  // Products M[xi] = V[xi] * U[xi] of a block of output channels, and the output transform of its tiles. The last block
  // of tiles may be short: register tiles are whole all the same, the rows beyond hold leftovers that nobody reads.

  void channel_block(Val first_tile, Val count, Val block) {
    b_.loop(0, c_.planes(), 1, [&](Val xi) { plane_products(xi, count, block); });
    const int64_t vectors = c_.int8.tile.nb;
    Val first = block * vectors, all = b_.i64(ceil_div(g_.oc, b_.lanes()));
    b_.loop(b_.i64(0), count, 1, [&](Val i) {
      Val products = b_.offset(scratch(at_.products), i * at_.m_tile);
      tiles_.output({.from = as_words(products), .plane = at_.m_plane / 4, .first = first,
                     .end = b_.min(first + vectors, all)},
                    tiles_.place_of(first_tile + i), destination(), as_words(scratch(at_.between)));
    });
  }

  void plane_products(Val xi, Val count, Val block) {
    const RegisterTile& tile = c_.int8.tile;
    const int64_t vector_bytes = b_.isa().vector_bytes;
    TileRun run{.count = at_.steps, .src_step = 4, .weights_step = 4 * at_.width, .terms = Terms::short_pairs};
    for (int m = 0; m < tile.mr; ++m) run.pixel_offsets.push_back(m * at_.v_tile);
    run.weights = b_.offset(bytes(kDirectWeights), (xi * at_.oc_blocks + block) * (4 * at_.steps * at_.width));
    b_.loop(b_.i64(0), count, tile.mr, [&](Val first) {
      run.src = b_.offset(scratch(at_.v), xi * at_.v_plane + first * at_.v_tile);
      std::vector<Val> acc(tile.accumulators(), b_.i32(0));
      accumulate(b_, tile, run, acc);
      Val to = b_.offset(scratch(at_.products), xi * at_.m_plane + first * at_.m_tile);
      for (int m = 0; m < tile.mr; ++m) {
        for (int n = 0; n < tile.nb; ++n)
          b_.store_register(acc[m * tile.nb + n], to, m * at_.m_tile + n * vector_bytes);
      }
    });
  }

  /// Words are as long as f32.
  Val as_words(Val pointer) { return b_.stored_as(DType::f32, pointer); }

  WinogradTiles::Destination destination() {
    return {.dst = b_.arg(kDirectDst), .bias = b_.arg(kDirectBias), .epilogue = k_.epilogue, .sums = DType::i32,
            .type = k_.dst_type, .scaled_back = [this](Val sum) { return scaled_back(sum); }};
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
  step.kernel = {.name = kernel.name,
                 .key = fmt::format("{} {} {}{}", g.key(), kernel.config.key(), to_string(kernel.dst_type),
                                    kernel.epilogue.key()),
                 .arg_count = kDirectEpilogue + static_cast<int>(kernel.epilogue.args().size()),
                 .emit = [kernel](KernelBuilder& b) { Int8WinogradEmitter(b, kernel).emit(); }};
  step.rows = g.batch * at.slabs;
  step.cols = at.oc_blocks;
  // Tasks that share columns out repeat the input transform; those that share rows, the reading of weights.
  step.split_cols_first = step.rows < target.threads && step.cols >= target.threads;
  step.scratch_bytes = at.end;
  step.cost_ns = int8_winograd_cost_ns(g, kernel.config, target) * target.threads;
  return step;
}

}  // namespace convoy
