#include "impls/conv2d/winograd_lean.h"

#include "impls/conv2d/winograd_tiles.h"
#include "impls/conv2d/winograd_transform.h"

namespace convoy {

namespace {

class LeanEmitter {
 public:
  LeanEmitter(KernelBuilder& b, const LeanKernel& kernel)
      : b_(b),
        k_(kernel),
        g_(kernel.geometry),
        at_(kernel.geometry, kernel.config, b.lanes()),
        h_(with_plain_weights(winograd_transforms(kernel.config.h.m, kernel.config.h.r))),
        w_(with_plain_weights(winograd_transforms(kernel.config.w.m, kernel.config.w.r))),
        tiles_(b, kernel.geometry, kernel.sources, h_, w_) {}

  void emit_input() {
    const int64_t per_block = k_.config.block_tiles;
    const WinogradTiles::Scratch scratch{.between = b_.scratch(), .patch = in_scratch(k_.config.planes() * b_.lanes())};
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val tile) {
      Val v = b_.offset(b_.arg(kLeanV), (tile / per_block) * at_.v_block + (tile % per_block) * at_.v_tile);
      auto to = [&](Val vector) { return b_.offset(v, vector * b_.lanes()); };
      tiles_.input(kLeanSources, tiles_.place_of(tile), to, at_.v_plane, scratch);
    });
  }

  void emit_products() {
    const int64_t per_block = k_.config.block_tiles;
    b_.loop(b_.col_begin(), b_.col_end(), 1, [&](Val oc_vector) {
      Val weights = b_.offset(b_.arg(kLeanWeights), oc_vector * at_.weights_oc);
      b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val block) {
        Val first = block * per_block;
        Val count = b_.min(b_.i64(per_block), b_.i64(at_.tiles) - first);
        Val v = b_.offset(b_.arg(kLeanProductsV), block * at_.v_block);
        for (int y = 0; y < h_.tile(); ++y) row_of_products(y, v, weights);
        b_.loop(b_.i64(0), count, 1, [&](Val i) { output_tile(first + i, i, oc_vector); });
      });
    });
  }

 private:
  Val in_scratch(int64_t offset) { return b_.offset(b_.scratch(), offset); }

  /// Row y of G_h applied to each column of a window's weights: what the row's products are made from.
  std::vector<Val> weights_row(int y, Val weights) {
    std::vector<Val> row;
    for (int x = 0; x < w_.r; ++x) {
      std::vector<Val> column;
      for (int i = 0; i < h_.r; ++i) {
        column.push_back(h_.g[y][i] == 0 ? Val() : b_.load(weights, (i * w_.r + x) * b_.lanes()));
      }
      row.push_back(combine(b_, h_.g[y], column));
    }
    return row;
  }

  /// Each row of products brings its share of the next output channels' weights from memory to L2.
  void prefetch_next(int y, Val window) {
    const int taps = h_.r * w_.r;
    for (int tap = y * taps / h_.tile(); tap < (y + 1) * taps / h_.tile(); ++tap) {
      b_.prefetch(window, at_.weights_oc + tap * b_.lanes());
    }
  }

  /// M[y]. The last block may be short: it is computed whole all the same, from leftovers that nobody reads.
  void row_of_products(int y, Val v, Val weights) {
    const int tiles = k_.config.block_tiles, tw = w_.tile();
    Val row = b_.offset(v, y * tw * at_.v_plane);
    std::vector<Val> acc(tw * tiles, b_.f32(0));
    acc = b_.loop(0, g_.ic, 1, acc, [&](Val i, std::vector<Val> sums) {
      b_.forget_loads();
      Val window = b_.offset(weights, i * at_.weights_ic);
      prefetch_next(y, window);
      const std::vector<Val> u = emit_rows_paired(b_, w_.g, weights_row(y, window));
      Val at = b_.offset(row, i);
      for (int x = 0; x < tw; ++x) {
        for (int t = 0; t < tiles; ++t) {
          Val& sum = sums[x * tiles + t];
          sum = b_.fma(b_.load_splat(at, x * at_.v_plane + t * at_.v_tile), u[x], sum);
        }
      }
      return sums;
    });
    for (int x = 0; x < tw; ++x) {
      for (int t = 0; t < tiles; ++t) {
        b_.store(acc[x * tiles + t], in_scratch(at_.products), (y * tw + x) * at_.m_plane + t * b_.lanes());
      }
    }
  }

  void output_tile(Val tile, Val i, Val oc_vector) {
    const WinogradTiles::Products products{.from = b_.offset(in_scratch(at_.products), i * b_.lanes()),
                                           .plane = at_.m_plane,
                                           .first = oc_vector,
                                           .end = oc_vector + 1};
    tiles_.output(products, tiles_.place_of(tile), {b_.arg(kLeanDst), b_.arg(kLeanBias), k_.epilogue},
                  in_scratch(at_.between));
  }

  KernelBuilder& b_;
  const LeanKernel& k_;
  const ConvGeometry& g_;
  const LeanLayout at_;
  const WinogradTransforms h_, w_;
  WinogradTiles tiles_;
};

std::string config_key(const LeanConfig& c) {
  return fmt::format("m{}x{} r{}x{} block{}", c.h.m, c.w.m, c.h.r, c.w.r, c.block_tiles);
}

}  // namespace

std::vector<StepSpec> lean_steps(const LeanKernel& kernel, const Target& target) {
  const int lanes = target.isa.f32_lanes();
  const LeanLayout layout(kernel.geometry, kernel.config, lanes);
  const LeanCost cost = lean_cost(kernel.geometry, kernel.config, target);
  const std::string key = kernel.geometry.key() + " " + config_key(kernel.config);

  StepSpec input;
  input.suffix = ".input";
  input.macs_share = 0;
  input.kernel = {.name = kernel.name + "_input",
                  .key = key + " " + sources_key(kernel.sources),
                  .arg_count = kLeanSources + static_cast<int>(kernel.sources.size()),
                  .emit = [kernel](KernelBuilder& b) { LeanEmitter(b, kernel).emit_input(); }};
  input.rows = layout.tiles;
  input.scratch_bytes = kernel.config.planes() * (1 + layout.ic_vectors) * lanes * 4;
  input.cost_ns = cost.input_ns * target.threads;

  StepSpec products;
  products.kernel = {.name = kernel.name,
                     .key = key + kernel.epilogue.key(),
                     .arg_count = kLeanEpilogue + static_cast<int>(kernel.epilogue.args().size()),
                     .emit = [kernel](KernelBuilder& b) { LeanEmitter(b, kernel).emit_products(); }};
  products.rows = layout.blocks;
  products.cols = layout.oc_vectors;
  products.split_cols_first = true;
  products.scratch_bytes = layout.end * 4;
  products.cost_ns = cost.products_ns * target.threads;
  return {std::move(input), std::move(products)};
}

}  // namespace convoy
