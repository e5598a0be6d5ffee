#include "impls/conv2d/winograd_kernel.h"

#include <algorithm>

#include "impls/conv2d/winograd_tiles.h"

namespace convoy {

namespace {

class WinogradEmitter {
 public:
  WinogradEmitter(KernelBuilder& b, const WinogradKernel& kernel)
      : b_(b),
        k_(kernel),
        at_(kernel.geometry, kernel.config, b.lanes()),
        h_(winograd_transforms(kernel.config.h.m, kernel.config.h.r)),
        w_(winograd_transforms(kernel.config.w.m, kernel.config.w.r)),
        tiles_(b, kernel.geometry, kernel.sources, h_, w_, kernel.sub_pixels) {}

  void emit() {
    const int64_t per_block = k_.config.block_tiles;
    if (leaves_zeros_out(k_.sub_pixels, k_.config, b_.lanes())) clear_zeros();
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val block) {
      Val first = block * per_block;
      Val count = b_.min(b_.i64(per_block), b_.i64(at_.tiles) - first);
      b_.loop(b_.i64(0), count, 1, [&](Val i) { input_tile(first + i, i); });
      products(first, count);
      b_.loop(b_.i64(0), count, 1, [&](Val i) { output_tile(first + i, i); });
    });
  }

 private:
  Val scratch(int64_t offset) { return b_.offset(b_.scratch(), offset); }

  void input_tile(Val tile, Val i) {
    auto to = [&](Val vector) { return b_.offset(scratch(at_.v), i * at_.v_tile + vector * b_.lanes()); };
    tiles_.input(kWinogradSources, tiles_.place_of(tile), to, at_.v_plane,
                 {.between = scratch(at_.between), .patch = scratch(at_.patch)});
  }

  // Products: M[xi] = V[xi] * U[xi]. The last block may be short: register tiles are whole all the same, the
  // rows beyond hold leftovers that nobody reads.

  void products(Val first_tile, Val count) {
    const RegisterTile& tile = k_.config.tile;
    const int64_t whole = at_.oc_vectors / tile.nb, rest = at_.oc_vectors % tile.nb;
    b_.loop(0, k_.config.planes(), 1, [&](Val xi) {
      prefetch(xi, first_tile);
      if (leaves_zeros_out(k_.sub_pixels, k_.config, b_.lanes())) return nonzero_products(xi, count);
      b_.loop(0, whole, 1, [&](Val block) { block_products(xi, block, count, tile); });
      if (rest > 0) block_products(xi, b_.i64(whole), count, {tile.mr, static_cast<int>(rest)});
    });
  }

  /// Of the sub-pixels that are not zero at xi.
  void nonzero_products(Val xi, Val count) {
    const SubPixels& sub = k_.sub_pixels;
    const int64_t blocks = sub.vectors(b_.lanes()) / k_.config.tile.nb;
    Val rows = b_.select(b_.less(xi, b_.i64(w_.tile())), b_.i64(sub.whole_h), b_.i64(sub.h));
    Val columns = b_.select(b_.equal(xi % w_.tile(), b_.i64(0)), b_.i64(sub.whole_w), b_.i64(sub.w));
    b_.loop(b_.i64(0), rows, 1, [&](Val row) {
      b_.loop(b_.i64(0), columns, 1, [&](Val column) {
        Val first = (row * sub.w + column) * blocks;
        b_.loop(0, blocks, 1, [&](Val block) { block_products(xi, first + block, count, k_.config.tile); });
      });
    });
  }

  /// M where nonzero_products() writes nothing, and some more.
  void clear_zeros() {
    b_.loop(0, k_.config.planes(), 1, [&](Val xi) {
      const auto clear = [&] {
        Val plane = b_.offset(scratch(at_.products), xi * at_.m_plane);
        b_.loop(0, k_.config.block_tiles * at_.m_tile, b_.lanes(),
                [&](Val i) { b_.store(b_.f32(0), b_.offset(plane, i)); });
      };
      b_.if_else(b_.less(xi, b_.i64(w_.tile())), clear,
                 [&] { b_.if_then(b_.equal(xi % w_.tile(), b_.i64(0)), clear); });
    });
  }

  /// Of a block of output channels; the last one may have fewer vectors.
  void block_products(Val xi, Val block, Val count, const RegisterTile& tile) {
    const int64_t ic = k_.geometry.ic, width = k_.config.tile.nb * b_.lanes();
    TileRun run{.count = ic, .src_step = 1, .weights_step = width};
    for (int m = 0; m < tile.mr; ++m) run.pixel_offsets.push_back(m * at_.v_tile);
    run.weights = b_.offset(b_.arg(kWinogradWeights), (xi * at_.oc_blocks + block) * (ic * width));
    b_.loop(b_.i64(0), count, tile.mr, [&](Val first) {
      run.src = b_.offset(scratch(at_.v), xi * at_.v_plane + first * at_.v_tile);
      std::vector<Val> acc(tile.accumulators(), b_.f32(0));
      accumulate(b_, tile, run, acc);
      Val to = b_.offset(scratch(at_.products), xi * at_.m_plane + first * at_.m_tile + block * width);
      for (int m = 0; m < tile.mr; ++m) {
        for (int n = 0; n < tile.nb; ++n) b_.store(acc[m * tile.nb + n], to, m * at_.m_tile + n * b_.lanes());
      }
    });
  }

  /// While it multiplies, the block's share of dst and the next block's input come from memory to L2.
  void prefetch(Val xi, Val first_tile) {
    const int64_t per_block = k_.config.block_tiles;
    tiles_.prefetch_output(b_.arg(kWinogradDst), tiles_.place_of(first_tile), per_block, xi);
    tiles_.prefetch_input(kWinogradSources, tiles_.place_of(first_tile + per_block), per_block, xi);
  }

  void output_tile(Val tile, Val i) {
    const WinogradTiles::Products products{.from = b_.offset(scratch(at_.products), i * at_.m_tile),
                                           .plane = at_.m_plane,
                                           .first = b_.i64(0),
                                           .end = b_.i64(at_.oc_vectors)};
    tiles_.output(products, tiles_.place_of(tile), {b_.arg(kWinogradDst), b_.arg(kWinogradBias), k_.epilogue},
                  scratch(at_.between));
  }

  KernelBuilder& b_;
  const WinogradKernel& k_;
  const WinogradLayout at_;
  const WinogradTransforms h_, w_;
  WinogradTiles tiles_;
};

}  // namespace

StepSpec winograd_step(const WinogradKernel& kernel, const Target& target) {
  const WinogradLayout layout(kernel.geometry, kernel.config, target.isa.f32_lanes());
  const WinogradConfig& config = kernel.config;
  StepSpec step;
  step.kernel = {
      .name = kernel.name,
      .key = fmt::format("{} {} m{}x{} r{}x{} {}x{} block{}{}{}", kernel.geometry.key(), sources_key(kernel.sources),
                         config.h.m, config.w.m, config.h.r, config.w.r, config.tile.mr, config.tile.nb,
                         config.block_tiles, kernel.sub_pixels.key(), kernel.epilogue.key()),
      .arg_count = kWinogradSources + static_cast<int>(kernel.sources.size() + kernel.epilogue.args().size()),
      .emit = [kernel](KernelBuilder& b) { WinogradEmitter(b, kernel).emit(); }};
  step.rows = layout.blocks;
  step.scratch_bytes = layout.end * 4;
  step.cost_ns = winograd_cost_ns(kernel.geometry, config, target, kernel.sub_pixels) * target.threads;
  return step;
}

}  // namespace convoy
