#include "dense/dense_compiler.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include "dense/densify.h"
#include "dense/stream.h"
#include "dense/tiles.h"
#include "passes/passes.h"
#include "runtime/compile.h"
#include "runtime/program_data.h"
#include "support/int_math.h"

namespace convoy {

namespace {

using detail::DenseData;
using detail::TileProgram;

struct MeasuredTile {
  TileProgram program;
  double ns_per_patch = 0;
};

class DenseCompiler {
 public:
  DenseCompiler(Graph patch, const DenseOptions& options)
      : options_(options),
        threads_(make_target(options.compile).threads),
        patch_(run_passes(std::move(patch))),
        geometry_(patch_geometry(patch_, {.step = options.step, .block = options.block})) {}

  DenseProgram compile() {
    const int64_t width = options_.tile_width, height = options_.tile_height;
    const bool given = width || height;
    TileProgram best = given ? compiled(height ? height : width, width ? width : height) : fastest();
    const int64_t block = geometry_.block;
    const auto pixels = static_cast<double>(best.tile.patches() * block * block);
    DenseInfo info{.channels = geometry_.channels,
                   .patch_height = geometry_.height,
                   .patch_width = geometry_.width,
                   .out_channels = geometry_.out_channels,
                   .step = geometry_.step,
                   .block = block,
                   .border = options_.border,
                   .tile_height = best.tile.rows * block,
                   .tile_width = best.tile.cols * block,
                   .streamed = best.streamed,
                   .not_shared = best.not_shared,
                   .macs_per_pixel = static_cast<double>(best.program.data().plan.macs) / pixels,
                   .patch_macs_per_pixel = static_cast<double>(patch_.macs()) / static_cast<double>(block * block)};
    return DenseProgram(std::make_shared<DenseData>(DenseData{geometry_, info, threads_, std::move(best)}));
  }

 private:
  /// Small tiles compute more borders, or fill registers less well; large ones leave the caches.
  TileProgram fastest() const {
    std::optional<MeasuredTile> best;
    std::vector<PatchGrid> known;
    for (int64_t height : {12, 24, 48}) {
      for (int64_t width : {48, 96, 192, 384}) {
        const PatchGrid tile = tile_of(height, width);
        if (std::ranges::count(known, tile) > 0) continue;
        known.push_back(tile);
        MeasuredTile next = measured(height, width);
        if (!best || next.ns_per_patch < best->ns_per_patch) best = std::move(next);
      }
    }
    return std::move(best->program);
  }

  /// Patches of a tile of about so many pixels, so that an image of the size expected is divided evenly.
  PatchGrid tile_of(int64_t height, int64_t width) const {
    const bool known = options_.height > 0 && options_.width > 0;
    const PatchLayout all =
        known ? patch_layout(geometry_, options_.border, options_.height, options_.width) : PatchLayout();
    const auto along = [&](int64_t pixels, int64_t patches) {
      const int64_t most = std::max<int64_t>(1, ceil_div(pixels, geometry_.block));
      return known && patches > 0 ? ceil_div(patches, ceil_div(patches, most)) : most;
    };
    return {along(height, all.grid.rows), along(width, all.grid.cols)};
  }

  TileProgram compiled(int64_t height, int64_t width) const {
    const PatchGrid tile = tile_of(height, width);
    CompileOptions one_thread = options_.compile;
    one_thread.threads = 1;
    DenseNetwork dense = densify(patch_, geometry_, tile);
    std::string refusal;
    if (auto strips = stream(dense.graph, tile.rows * geometry_.step, refusal)) {
      return {tile, compile_graph(std::move(strips->graph), one_thread), true, strips->delay, dense.not_shared};
    }
    return {tile, compile_graph(std::move(dense.graph), one_thread), false, 0, dense.not_shared};
  }

  /// The fastest of some runs: what disturbs one does not disturb all.
  MeasuredTile measured(int64_t height, int64_t width) const {
    constexpr int kLeastRuns = 5;
    constexpr double kLeastNs = 2e7;
    MeasuredTile tile{compiled(height, width)};
    Context context(tile.program.program);
    context.run();  // warms up
    const auto patches = static_cast<double>(tile.program.tile.patches());
    double total_ns = 0;
    for (int run = 0; run < kLeastRuns || total_ns < kLeastNs; ++run) {
      const auto begin = std::chrono::steady_clock::now();
      context.run();
      const std::chrono::duration<double, std::nano> ns = std::chrono::steady_clock::now() - begin;
      total_ns += ns.count();
      tile.ns_per_patch = run == 0 ? ns.count() / patches : std::min(tile.ns_per_patch, ns.count() / patches);
    }
    return tile;
  }

  const DenseOptions& options_;
  const int threads_;
  const Graph patch_;
  const PatchGeometry geometry_;
};

}  // namespace

DenseProgram compile_dense_graph(Graph patch, const DenseOptions& options) {
  return DenseCompiler(std::move(patch), options).compile();
}

}  // namespace convoy
