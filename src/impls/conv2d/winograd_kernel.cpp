#include "impls/conv2d/winograd_kernel.h"

#include <algorithm>

#include "impls/conv2d/winograd_transform.h"

namespace convoy {

namespace {

class WinogradEmitter {
 public:
  WinogradEmitter(KernelBuilder& b, const WinogradKernel& kernel)
      : b_(b),
        k_(kernel),
        g_(kernel.geometry),
        at_(kernel.geometry, kernel.config, b.lanes()),
        h_(winograd_transforms(kernel.config.h.m, kernel.config.h.r)),
        w_(winograd_transforms(kernel.config.w.m, kernel.config.w.r)),
        th_(h_.tile()),
        tw_(w_.tile()) {}

  void emit() {
    const int64_t per_block = k_.config.block_tiles;
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val block) {
      Val first = block * per_block;
      Val count = b_.min(b_.i64(per_block), b_.i64(at_.tiles) - first);
      b_.loop(b_.i64(0), count, 1, [&](Val i) { input_tile(place_of(first + i), i); });
      products(count);
      b_.loop(b_.i64(0), count, 1, [&](Val i) { output_tile(place_of(first + i), i); });
    });
  }

 private:
  /// A tile's image and its first output pixel.
  struct TilePlace {
    Val n, h, w;
  };

  TilePlace place_of(Val tile) {
    const int64_t per_image = at_.tiles_h * at_.tiles_w;
    Val n = g_.batch == 1 ? b_.i64(0) : tile / per_image;
    Val rest = g_.batch == 1 ? tile : tile % per_image;
    return {n, (rest / at_.tiles_w) * h_.m, (rest % at_.tiles_w) * w_.m};
  }

  Val scratch(int64_t offset) { return b_.offset(b_.scratch(), offset); }

  /// Calls fn(vector, active lanes) for every vector of `channels`; the last may be partial.
  void each_vector(int64_t channels, const std::function<void(Val, int)>& fn) {
    const int64_t whole = channels / b_.lanes();
    b_.loop(0, whole, 1, [&](Val vector) { fn(vector, -1); });
    if (channels % b_.lanes()) fn(b_.i64(whole), static_cast<int>(channels % b_.lanes()));
  }

  // Input: V[xi][tile] = B^T d B.

  void input_tile(const TilePlace& place, Val tile) {
    Val row = place.h + g_.h.base, column = place.w + g_.w.base;
    Val inside = b_.both(b_.both(b_.not_less(row, b_.i64(0)), b_.less(row, b_.i64(g_.h.in - th_ + 1))),
                         b_.both(b_.not_less(column, b_.i64(0)), b_.less(column, b_.i64(g_.w.in - tw_ + 1))));
    Val image = element_address(b_, b_.arg(kWinogradSrc), g_.src, {place.n, b_.i64(0), row, column});
    b_.if_then(b_.negate(inside), [&] { copy_patch(image, row, column); });
    const int64_t pixel = at_.ic_vectors * b_.lanes();
    Val from = b_.select(inside, image, scratch(at_.patch));
    Val row_stride = b_.select(inside, b_.i64(g_.src[2]), b_.i64(pixel * tw_));
    Val column_stride = b_.select(inside, b_.i64(g_.src[3]), b_.i64(pixel));
    each_vector(g_.ic, [&](Val vector, int active) {
      transform_input(b_.offset(from, vector * b_.lanes()), row_stride, column_stride,
                      b_.offset(scratch(at_.v), tile * at_.v_tile + vector * b_.lanes()), active);
    });
  }

  /// The tile's input with zeros around the image: patch[row][column][channels].
  void copy_patch(Val image, Val row, Val column) {
    const int64_t pixel = at_.ic_vectors * b_.lanes();
    b_.loop(0, th_, 1, [&](Val y) {
      b_.loop(0, tw_, 1, [&](Val x) {
        Val to = b_.offset(scratch(at_.patch), (y * tw_ + x) * pixel);
        Val inside = b_.both(b_.in_range(row + y, g_.h.in), b_.in_range(column + x, g_.w.in));
        Val from = b_.offset(image, y * g_.src[2] + x * g_.src[3]);
        b_.if_else(
            inside, [&] { each_vector(g_.ic, [&](Val v, int active) { move_vector(from, to, v, active); }); },
            [&] {
              b_.loop(0, at_.ic_vectors, 1, [&](Val v) { b_.store(b_.f32(0), b_.offset(to, v * b_.lanes())); });
            });
      });
    });
  }

  void move_vector(Val from, Val to, Val vector, int active) {
    b_.store(b_.load(b_.offset(from, vector * b_.lanes()), 0, active), b_.offset(to, vector * b_.lanes()));
  }

  void transform_input(Val from, Val row_stride, Val column_stride, Val to, int active) {
    Val between = scratch(at_.between);
    b_.loop(0, tw_, 1, [&](Val x) {
      std::vector<Val> in;
      Val column = b_.offset(from, x * column_stride);
      for (int y = 0; y < th_; ++y) {
        in.push_back(b_.load(column, 0, active));
        column = b_.offset(column, row_stride);
      }
      const std::vector<Val> out = emit_rows_paired(b_, h_.bt, in);
      Val store_at = b_.offset(between, x * b_.lanes());
      for (int y = 0; y < th_; ++y) b_.store(out[y], store_at, y * tw_ * b_.lanes());
    });
    b_.loop(0, th_, 1, [&](Val y) {
      std::vector<Val> in;
      Val row = b_.offset(between, y * (tw_ * b_.lanes()));
      for (int x = 0; x < tw_; ++x) in.push_back(b_.load(row, x * b_.lanes()));
      const std::vector<Val> out = emit_rows_paired(b_, w_.bt, in);
      Val store_at = b_.offset(to, y * (tw_ * at_.v_plane));
      for (int x = 0; x < tw_; ++x) b_.store(out[x], store_at, x * at_.v_plane);
    });
  }

  // Products: M[xi] = V[xi] * U[xi]. The last block may be short: register tiles are whole all the same, the
  // rows beyond hold leftovers that nobody reads.

  void products(Val count) {
    const RegisterTile& tile = k_.config.tile;
    const int64_t width = tile.nb * b_.lanes();
    TileRun run{.count = g_.ic, .src_step = 1, .weights_step = width};
    for (int m = 0; m < tile.mr; ++m) run.pixel_offsets.push_back(m * at_.v_tile);
    b_.loop(0, th_ * tw_, 1, [&](Val xi) {
      b_.loop(0, at_.oc_blocks, 1, [&](Val block) {
        Val weights = b_.offset(b_.arg(kWinogradWeights), (xi * at_.oc_blocks + block) * (g_.ic * width));
        b_.loop(b_.i64(0), count, tile.mr, [&](Val first) {
          run.src = b_.offset(scratch(at_.v), xi * at_.v_plane + first * at_.v_tile);
          run.weights = weights;
          std::vector<Val> acc(tile.accumulators(), b_.f32(0));
          accumulate(b_, tile, run, acc);
          Val to = b_.offset(scratch(at_.products), xi * at_.m_plane + first * at_.m_tile + block * width);
          for (int m = 0; m < tile.mr; ++m) {
            for (int n = 0; n < tile.nb; ++n) b_.store(acc[m * tile.nb + n], to, m * at_.m_tile + n * b_.lanes());
          }
        });
      });
    });
  }

  // Output: dst = epilogue(A^T M A + bias).

  void output_tile(const TilePlace& place, Val tile) {
    Val rows = b_.min(b_.i64(h_.m), b_.i64(g_.h.out) - place.h);
    Val columns = b_.min(b_.i64(w_.m), b_.i64(g_.w.out) - place.w);
    each_vector(g_.oc, [&](Val vector, int active) {
      Val from = b_.offset(scratch(at_.products), tile * at_.m_tile + vector * b_.lanes());
      output_columns(from);
      output_rows(place, vector * b_.lanes(), rows, columns, active);
    });
  }

  /// between[i][x] = A^T applied along the columns of M.
  void output_columns(Val from) {
    b_.loop(0, tw_, 1, [&](Val x) {
      std::vector<Val> in;
      Val column = b_.offset(from, x * at_.m_plane);
      for (int y = 0; y < th_; ++y) in.push_back(b_.load(column, y * tw_ * at_.m_plane));
      const std::vector<Val> out = emit_columns_paired(b_, h_.at, in);
      Val store_at = b_.offset(scratch(at_.between), x * b_.lanes());
      for (int i = 0; i < h_.m; ++i) b_.store(out[i], store_at, i * tw_ * b_.lanes());
    });
  }

  void output_rows(const TilePlace& place, Val channel, Val rows, Val columns, int active) {
    Val bias = b_.load(b_.offset(b_.arg(kWinogradBias), channel));
    b_.loop(b_.i64(0), rows, 1, [&](Val i) {
      std::vector<Val> in;
      Val row = b_.offset(scratch(at_.between), i * (tw_ * b_.lanes()));
      for (int x = 0; x < tw_; ++x) in.push_back(b_.load(row, x * b_.lanes()));
      std::vector<Val> out = emit_columns_paired(b_, w_.at, in);
      for (Val& value : out) value = value + bias;
      const std::vector<Val> index = {place.n, channel, place.h + i, place.w};
      Val dst = element_address(b_, b_.arg(kWinogradDst), g_.dst, index);
      const Epilogue::Cursor cursor = k_.epilogue.at(b_, index);
      auto store = [&](int j) {
        Val result = k_.epilogue.empty() ? out[j] : k_.epilogue.apply(b_, out[j], cursor, {0, 0, 0, j}, 1, active);
        b_.store(result, dst, j * g_.dst[3], active);
      };
      const int m = w_.m;
      if (g_.w.out % m == 0) {
        for (int j = 0; j < m; ++j) store(j);
        return;
      }
      b_.if_else(
          b_.equal(columns, b_.i64(m)),
          [&] {
            for (int j = 0; j < m; ++j) store(j);
          },
          [&] {
            for (int j = 0; j < g_.w.out % m; ++j) store(j);  // only the last tile of a row is narrower
          });
    });
  }

  KernelBuilder& b_;
  const WinogradKernel& k_;
  const ConvGeometry& g_;
  const WinogradLayout at_;
  const WinogradTransforms h_, w_;
  const int th_, tw_;  ///< inputs of a tile
};

}  // namespace

StepSpec winograd_step(const WinogradKernel& kernel, const Target& target) {
  const WinogradLayout layout(kernel.geometry, kernel.config, target.isa.f32_lanes());
  const WinogradConfig& config = kernel.config;
  StepSpec step;
  step.kernel = {.name = kernel.name,
                 .key = fmt::format("{} m{}x{} r{}x{} {}x{} block{}{}", kernel.geometry.key(), config.h.m, config.w.m,
                                    config.h.r, config.w.r, config.tile.mr, config.tile.nb, config.block_tiles, kernel.epilogue.key()),
                 .arg_count = kWinogradEpilogue + static_cast<int>(kernel.epilogue.args().size()),
                 .emit = [kernel](KernelBuilder& b) { WinogradEmitter(b, kernel).emit(); }};
  step.rows = layout.blocks;
  step.scratch_bytes = layout.end * 4;
  step.cost_ns = winograd_cost_ns(kernel.geometry, config, target) * target.threads;
  return step;
}

}  // namespace convoy
