#include "dense/dense_compiler.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "dense/densify.h"
#include "dense/stream.h"
#include "dense/tiles.h"
#include "dense/without_padding.h"
#include "passes/passes.h"
#include "runtime/compile.h"
#include "runtime/program_data.h"
#include "support/int_math.h"

namespace convoy {

namespace {

using detail::DenseData;
using detail::TileProgram;

/// A tile that is measured beside others.
class Contender {
 public:
  /// `idle_factor`: by how much the image takes longer because threads run out of items.
  Contender(TileProgram program, double idle_factor)
      : program_(std::move(program)), context_(program_.program), idle_factor_(idle_factor) {
    context_.run();  // warms up
  }

  TileProgram take() && { return std::move(program_); }
  /// Of the fastest run: what disturbs one does not disturb all.
  double ns_per_patch() const { return least_ns_ * idle_factor_ / static_cast<double>(program_.tile.patches()); }

  /// Runs for some milliseconds.
  void measure() {
    constexpr double kEnoughNs = 1e7;
    for (double total_ns = 0; total_ns < kEnoughNs;) {
      const auto begin = std::chrono::steady_clock::now();
      context_.run();
      const std::chrono::duration<double, std::nano> ns = std::chrono::steady_clock::now() - begin;
      total_ns += ns.count();
      least_ns_ = std::min(least_ns_, ns.count());
    }
  }

 private:
  TileProgram program_;
  Context context_;
  double idle_factor_;
  double least_ns_ = std::numeric_limits<double>::infinity();
};

class DenseCompiler {
 public:
  DenseCompiler(Graph patch, const DenseOptions& options)
      : options_(options),
        threads_(make_target(options.compile).threads),
        exact_(run_passes(std::move(patch))),
        geometry_(patch_geometry(exact_, {.step = options.step, .block = options.block})),
        patch_(exact_) {
    if (!options.approximate) return;
    WithoutPadding network = without_padding(exact_);
    patch_ = std::move(network.graph);
    geometry_.margin = network.margin;
    approximated_ = std::move(network.nodes);
  }

  DenseProgram compile() {
    const int64_t width = options_.tile_width, height = options_.tile_height;
    const int64_t block = geometry_.block;
    const auto given = [&](int64_t side, int64_t other) { return ceil_div(side > 0 ? side : other, block); };
    TileProgram best =
        width > 0 || height > 0 ? compiled(fitted({given(height, width), given(width, height)})) : fastest();
    const auto pixels = static_cast<double>(best.tile.patches() * block * block);
    DenseInfo info{.channels = geometry_.channels,
                   .patch_height = geometry_.height,
                   .patch_width = geometry_.width,
                   .out_channels = geometry_.out_channels,
                   .step = geometry_.step,
                   .block = block,
                   .border = options_.border,
                   .threads = threads_,
                   .tile_height = best.tile.rows * block,
                   .tile_width = best.tile.cols * block,
                   .streamed = best.streamed,
                   .not_shared = best.not_shared,
                   .approximated = approximated_,
                   .macs_per_pixel = static_cast<double>(best.program.data().plan.macs) / pixels,
                   .patch_macs_per_pixel = static_cast<double>(exact_.macs()) / static_cast<double>(block * block)};
    return DenseProgram(std::make_shared<DenseData>(DenseData{geometry_, info, std::move(best), exact()}));
  }

 private:
  /// What results of an approximate network are compared with.
  std::optional<Program> exact() const {
    if (approximated_.empty()) return std::nullopt;
    PatchGeometry patch = geometry_;
    patch.margin = {};
    CompileOptions options = for_one_thread();
    // What the caller says of implementations and memory is meant for tiles.
    options.set_impl.clear(), options.plan_file.clear(), options.max_memory = 0;
    return compile_graph(densify(exact_, patch, {1, 1}).graph, options);
  }

  CompileOptions for_one_thread() const {
    CompileOptions options = options_.compile;
    options.threads = 1;
    return options;
  }

  /// Small tiles compute more borders, or fill registers less well; large ones leave the caches, or threads without
  /// work.
  TileProgram fastest() const {
    std::vector<PatchGrid> tiles;
    for (int64_t height : {12, 24, 48}) {  // pixels of the image
      for (int64_t width : {48, 96, 192, 384}) {
        const PatchGrid tile = fitted({ceil_div(height, geometry_.step), ceil_div(width, geometry_.step)});
        if (std::ranges::count(tiles, tile) == 0) tiles.push_back(tile);
      }
    }
    std::vector<Contender> contenders;
    for (PatchGrid tile : tiles) {
      TileProgram program = compiled(tile);
      const double idle = idle_factor(program);
      contenders.emplace_back(std::move(program), idle);
    }
    return std::move(winner(contenders)).take();
  }

  /// In rounds, since a machine may be slower for longer than one of them is measured. Those that fall behind leave.
  static Contender& winner(std::vector<Contender>& contenders) {
    constexpr int kRounds = 5;
    constexpr double kBehind = 1.15;
    const auto best = [&]() -> Contender& {
      return *std::ranges::min_element(contenders, {}, &Contender::ns_per_patch);
    };
    for (int round = 0; round < kRounds; ++round) {
      for (Contender& contender : contenders) {
        if (round < 2 || contender.ns_per_patch() < kBehind * best().ns_per_patch()) contender.measure();
      }
    }
    return best();
  }

  /// Of the image that is expected; without patches when none is.
  PatchGrid image_grid() const {
    if (options_.height < 1 || options_.width < 1) return {0, 0};
    return patch_layout(geometry_, options_.border, options_.height, options_.width).grid;
  }

  /// About so many patches, so that the image that is expected is divided evenly.
  PatchGrid fitted(PatchGrid tile) const {
    const PatchGrid image = image_grid();
    const auto along = [](int64_t most, int64_t patches) {
      return patches > 0 ? ceil_div(patches, ceil_div(patches, most)) : most;
    };
    return {along(tile.rows, image.rows), along(tile.cols, image.cols)};
  }

  TileProgram compiled(PatchGrid tile) const {
    const CompileOptions one_thread = for_one_thread();
    DenseNetwork dense = densify(patch_, geometry_, tile);
    std::string refusal;
    if (auto strips = stream(dense.graph, tile.rows * geometry_.step, Edges::none, refusal)) {
      return {tile, compile_graph(std::move(strips->graph), one_thread), true, strips->delay, dense.not_shared};
    }
    return {tile, compile_graph(std::move(dense.graph), one_thread), false, 0, dense.not_shared};
  }

  /// By how much the image takes longer because threads run out of items.
  double idle_factor(const TileProgram& program) const {
    const PatchGrid image = image_grid();
    if (image.patches() == 0) return 1;
    const int64_t items = divide_image(image, program.tile, program.streamed, threads_).items();
    return static_cast<double>(ceil_div(items, threads_) * threads_) / static_cast<double>(items);
  }

  const DenseOptions& options_;
  const int threads_;
  const Graph exact_;
  PatchGeometry geometry_;
  Graph patch_;  ///< the network that is computed: exact_, or an approximation
  std::vector<std::string> approximated_;
};

}  // namespace

DenseProgram compile_dense_graph(Graph patch, const DenseOptions& options) {
  return DenseCompiler(std::move(patch), options).compile();
}

}  // namespace convoy
