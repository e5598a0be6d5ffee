// Convolutions of planes (NCHW): the lanes run over neighbouring pixels of a row, so that any number of channels, few
// on both sides above all, keeps them filled. Networks that enlarge pictures in real time are made of such layers.
//
//   acc[o][p] (a vector of pixels) += weights[o][i][y][x] * src[n, i, ih(h,y), iw(w + p * lanes, x) ..]
//
// A register tile is that of the direct kernel with its sides exchanged: weights are broadcast, pixels are the vectors.
// Where a tile's window leaves the input to the left or right, the part of the input that it reads is copied to
// scratch memory with zeros around it.
//
// Weights are packed as [block of outputs][y][x][ic][outputs of the block]. Task space: rows = batch x output rows,
// one column.
#include <algorithm>
#include <functional>

#include "impls/conv2d/geometry.h"
#include "impls/conv2d/list.h"
#include "impls/epilogue.h"
#include "impls/register_tile.h"
#include "impls/window_tiles.h"
#include "support/int_math.h"

namespace convoy {

namespace {

enum PlanesArg { kSrc, kWeights, kBias, kDst, kEpilogueArgs };

/// Of the input that a pass over a row reads: half of a small L1.
constexpr int64_t kChunkBytes = 16 << 10;

/// Planes read or written: reading 56 of them side by side took two to three times as long as reading as many channels
/// of pixels.
constexpr int64_t kMostPlanes = 32;

struct PlanesKernel {
  ConvGeometry geometry;
  RegisterTile tile;  ///< outputs x vectors of pixels
  Epilogue epilogue;
};

/// Elements of a row that a tile of `width` pixels reads.
int64_t line_elems(const ConvGeometry& g, int64_t width) {
  return width + (g.w.taps - 1) * g.w.step;
}

/// Distance of rows in the scratch memory of border tiles, in elements.
int64_t line_stride(const ConvGeometry& g, const RegisterTile& tile, int lanes) {
  return round_up(line_elems(g, int64_t{tile.nb} * lanes), int64_t{lanes});
}

class PlanesEmitter {
 public:
  PlanesEmitter(KernelBuilder& b, const PlanesKernel& kernel)
      : b_(b), k_(kernel), g_(kernel.geometry), line_(line_stride(g_, kernel.tile, b.lanes())) {}

  void emit() {
    const int width = k_.tile.nb * b_.lanes();
    std::vector<std::pair<int, int64_t>> parts = {{width, g_.w.out / width}};
    if (g_.w.out % width > 0) parts.emplace_back(g_.w.out % width, 1);
    const std::vector<PixelTiles> runs = pixel_tiles(g_.w, parts);
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val index) {
      Row row{
          .n = g_.batch == 1 ? b_.i64(0) : index / g_.h.out, .h = g_.batch == 1 ? index : index % g_.h.out, .taps = {}};
      row.taps = taps_inside(b_, g_.h, row.h);
      for (const PixelTiles& run : runs) {
        if (away_from_borders(g_.w, run.first, run.mr)) {
          inner_tiles(row, run);
        } else {
          const Source source = patch(row, run.first, run.mr);
          each_block(
              [&](Val channel, int outputs) { block(row, b_.i64(run.first), run.mr, source, channel, outputs); });
        }
      }
    });
  }

 private:
  struct Row {
    Val n, h;
    TapRange taps;  ///< rows of the window inside the input
  };

  /// What a tile reads: row y of the window's and channel i lie y * row_stride and i * plane behind.
  struct Source {
    Val window;
    int64_t row_stride = 0, plane = 0;
  };

  /// A block of outputs passes over as much of the row as stays in L1, then the next. Tile by tile, all outputs would
  /// be written side by side, and where planes lie a multiple of 4 KiB apart, into the same few cache lines.
  void inner_tiles(const Row& row, const PixelTiles& run) {
    const int64_t tile_bytes = 4 * g_.ic * g_.h.taps * run.mr;
    const int64_t chunk = std::max<int64_t>(1, kChunkBytes / tile_bytes);
    b_.loop(0, run.count, chunk, [&](Val begin) {
      Val end = b_.min(begin + chunk, b_.i64(run.count));
      each_block([&](Val channel, int outputs) {
        b_.loop(begin, end, 1, [&](Val i) {
          Val pixel = i * run.mr + run.first;
          block(row, pixel, run.mr, in_place(row, pixel), channel, outputs);
        });
      });
    });
  }

  void each_block(const std::function<void(Val channel, int outputs)>& fn) {
    int64_t begin = 0;
    for (auto [outputs, count] : split_evenly(g_.oc, k_.tile.mr)) {
      b_.loop(0, count, 1, [&](Val i) { fn(i * outputs + begin, outputs); });
      begin += outputs * count;
    }
  }

  Source in_place(const Row& row, Val pixel) {
    return {element_address(b_, b_.arg(kSrc), g_.src,
                            {row.n, b_.i64(0), row.h * g_.h.stride + g_.h.base, pixel + g_.w.base}),
            g_.h.step * g_.src[2], g_.src[1]};
  }

  /// The same with zeros beyond the input's left and right end.
  Source patch(const Row& row, int64_t first, int pixels) {
    const Source from = in_place(row, b_.i64(first));
    const Source to{b_.scratch(), g_.ic * line_, line_};
    const int64_t left = first + g_.w.base;  // of the line, in the input
    const int64_t begin = std::clamp<int64_t>(-left, 0, line_), end = std::clamp<int64_t>(g_.w.in - left, begin, line_);
    b_.loop(row.taps.begin, row.taps.end, 1, [&](Val y) {
      b_.loop(0, g_.ic, 1, [&](Val i) {
        Val line = b_.offset(to.window, y * to.row_stride + i * to.plane);
        Val pixel = b_.offset(from.window, y * from.row_stride + i * from.plane);
        for (int64_t x = 0; x < line_; x += b_.lanes()) b_.store(b_.f32(0), line, x);
        const int64_t read = std::min(end, line_elems(g_, pixels));
        for (int64_t x = begin; x < read; x += b_.lanes()) {
          const int active = static_cast<int>(std::min<int64_t>(b_.lanes(), read - x));
          b_.store(b_.load(pixel, x, active), line, x, active);
        }
      });
    });
    return to;
  }

  /// `outputs` output channels from `channel` on.
  void block(const Row& row, Val pixel, int pixels, const Source& source, Val channel, int outputs) {
    const RegisterTile shape{outputs, static_cast<int>(ceil_div(pixels, b_.lanes()))};
    const int rest = pixels % b_.lanes();
    Val bias = b_.offset(b_.arg(kBias), channel);
    std::vector<Val> acc;
    for (int m = 0; m < outputs; ++m) acc.insert(acc.end(), shape.nb, b_.load_splat(bias, m));
    Val weights = b_.offset(b_.arg(kWeights), channel * (g_.h.taps * g_.w.taps * g_.ic));
    acc = b_.loop(row.taps.begin, row.taps.end, 1, acc, [&](Val y, std::vector<Val> sums) {
      TileRun run{
          .count = g_.ic, .src_step = outputs, .weights_step = source.plane, .last_active = rest == 0 ? -1 : rest};
      for (int m = 0; m < outputs; ++m) run.pixel_offsets.push_back(m);
      for (int64_t x = 0; x < g_.w.taps; ++x) {
        run.src = b_.offset(weights, (y * g_.w.taps + x) * (g_.ic * outputs));
        run.weights = b_.offset(source.window, y * source.row_stride + x * g_.w.step);
        accumulate(b_, shape, run, sums);
      }
      return sums;
    });
    finish({row.n, channel, row.h, pixel}, shape, rest, acc);
  }

  void finish(const std::vector<Val>& index, const RegisterTile& shape, int rest, std::vector<Val> acc) {
    const auto active = [&](int n) { return n + 1 == shape.nb && rest > 0 ? rest : -1; };
    if (!k_.epilogue.empty()) {
      std::vector<Epilogue::Place> places;
      for (int m = 0; m < shape.mr; ++m) {
        for (int n = 0; n < shape.nb; ++n) places.push_back({{0, m, 0, n * b_.lanes()}, active(n)});
      }
      acc = k_.epilogue.apply_all(b_, acc, k_.epilogue.at(b_, index), places, 3);
    }
    Val dst = element_address(b_, b_.arg(kDst), g_.dst, index);
    for (int m = 0; m < shape.mr; ++m) {
      for (int n = 0; n < shape.nb; ++n) {
        b_.store(acc[m * shape.nb + n], dst, m * g_.dst[1] + n * b_.lanes(), active(n));
      }
    }
  }

  KernelBuilder& b_;
  const PlanesKernel& k_;
  const ConvGeometry& g_;
  const int64_t line_;
};

Tensor pack_weights(const ConvGeometry& g, const RegisterTile& tile, const Tensor& weights) {
  const int64_t taps = g.h.taps * g.w.taps;
  Tensor packed(DType::f32, Shape{g.oc * taps * g.ic});
  float* out = packed.as<float>();
  const float* block = weights.as<float>();
  for (auto [outputs, count] : split_evenly(g.oc, tile.mr)) {
    for (int64_t n = 0; n < count; ++n, block += outputs * g.ic * taps) {
      for (int64_t tap = 0; tap < taps; ++tap) {
        for (int64_t i = 0; i < g.ic; ++i) {
          for (int m = 0; m < outputs; ++m) *out++ = block[(m * g.ic + i) * taps + tap];
        }
      }
    }
  }
  return packed;
}

class PlanesConv2d : public Impl {
 public:
  std::string name() const override { return "conv2d_planes"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = conv_refusal(problem); !why.empty()) return Proposal::no(why);
    const ConvGeometry g = conv_geometry(problem);
    if (g.groups != 1) return Proposal::no("grouped");
    if (g.w.stride != 1) return Proposal::no("pixels beside each other do not read pixels beside each other");
    if (std::max(g.ic, g.oc) > kMostPlanes)
      return Proposal::no("more planes than are read and written well side by side");
    if (g.w.out * 2 < problem.target.isa.f32_lanes()) return Proposal::no("rows too short to fill vectors");
    Proposal proposal;
    proposal.output = Layout::row_major;
    proposal.in_place = true;
    proposal.demands[problem.anchor_input(0)] = Demand::row_major;
    proposal.packed_bytes = problem.constant_bytes(1);
    proposal.cost_ns = cost_ns(g, problem.target);
    proposal.variant = variant(problem, tile_of(g, problem.target));
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const Target& target = problem.target;
    const ConvGeometry g = conv_geometry(problem);
    const PlanesKernel kernel{g, tile_of(g, target), Epilogue(problem, kEpilogueArgs)};
    StepSpec step;
    step.kernel = {
        .name = variant(problem, kernel.tile),
        .key = fmt::format("{} planes {}x{}{}", g.key(), kernel.tile.mr, kernel.tile.nb, kernel.epilogue.key()),
        .arg_count = kEpilogueArgs + static_cast<int>(kernel.epilogue.args().size()),
        .emit = [kernel](KernelBuilder& b) { PlanesEmitter(b, kernel).emit(); }};
    step.rows = g.batch * g.h.out;
    if (!g.w.borderless()) {
      step.scratch_bytes = 4 * g.h.taps * g.ic * line_stride(g, kernel.tile, target.isa.f32_lanes());
    }
    step.cost_ns = cost_ns(g, target) * target.threads;
    const Tensor& weights = *problem.graph().value(problem.anchor_input(1)).constant;
    step.args = {ValueArg{problem.anchor_input(0)},
                 PackedArg{.bytes = weights.type().bytes(),
                           .pack = [g, tile = kernel.tile, weights] { return pack_weights(g, tile, weights); }},
                 padded_bias(problem, g.oc), ValueArg{problem.group.output}};
    step.args.insert(step.args.end(), kernel.epilogue.args().begin(), kernel.epilogue.args().end());
    return {{std::move(step)}, {}};
  }

 private:
  /// The direct kernel's tiles with their sides exchanged.
  static RegisterTile tile_of(const ConvGeometry& g, const Target& target) {
    return choose_tile(g.oc, g.w.out, target.isa);
  }

  static double cost_ns(const ConvGeometry& g, const Target& target) {
    const RegisterTile tile = tile_of(g, target);
    const auto rows = static_cast<double>(g.batch * g.h.out);
    const auto steps = static_cast<double>(g.h.taps * g.w.taps * g.ic);
    const double products = steps * cycles_per_reduction_step(g.oc, g.w.out, tile, target.isa);
    // Copies of what the tiles at both ends of a row read.
    const auto lines = static_cast<double>(g.h.taps * g.ic);
    const double copies = g.w.borderless() ? 0 : 2 * lines * 4 * (tile.nb + 1);
    // Of planes, what memory takes beyond that of pixels, which the other kernels' estimates leave out as well.
    constexpr double kBytesPerNs = 200;
    const double bytes = 4.0 * static_cast<double>((g.ic + g.oc) * g.w.out);
    return rows * (tile_cycles_ns(products + copies, target.isa) + bytes / kBytesPerNs) / target.threads;
  }

  static std::string variant(const Problem& problem, const RegisterTile& tile) {
    return fmt::format("conv2d_planes_{}_{}x{}_{}", problem.dtypes(), tile.mr, tile.nb, problem.target.isa.name);
  }
};

}  // namespace

const Impl& conv2d_planes() {
  static const PlanesConv2d impl;
  return impl;
}

}  // namespace convoy
