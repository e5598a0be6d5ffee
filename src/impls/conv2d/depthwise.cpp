// Depthwise convolution of NHWC tensors: one input channel per output channel.
//
//   dst[n, h, w, c] = epilogue(bias[c] + sum over taps y, x of src[n, ih(h,y), iw(w,x), c] * weights[c][y][x])
//
// src: f32, channel stride 1. dst: f32, channel stride 1. Weights are packed as [channel vector][y][x][lanes].
//
// Task space: rows = batch x output rows, columns = channel vectors. A tile is mr neighbouring pixels of one
// channel vector: a row of the window loads each input vector once and uses it for every tap that it lies
// under. Channels run innermost, so that pixels are read in the order they lie in memory.
#include <algorithm>

#include "impls/conv2d/depthwise_step.h"
#include "impls/conv2d/list.h"
#include "impls/register_tile.h"
#include "impls/window_tiles.h"
#include "support/int_math.h"

namespace convoy {

namespace {

/// Pixels per tile: accumulators and one row of the window's weights stay in registers.
int depthwise_mr(const ConvGeometry& g, const Isa& isa) {
  const int64_t free = isa.vector_registers - std::min<int64_t>(g.w.taps, 5) - 3;
  const int64_t most = std::clamp<int64_t>(free, 2, 12);
  return split_evenly(g.w.out, static_cast<int>(most)).front().first;
}

class DepthwiseEmitter {
 public:
  DepthwiseEmitter(KernelBuilder& b, const ConvGeometry& g, const Epilogue& epilogue, int mr)
      : b_(b), g_(g), epilogue_(epilogue), mr_(mr) {}

  void emit() {
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val row) {
      Val n = g_.batch == 1 ? b_.i64(0) : row / g_.h.out;
      Val h = g_.batch == 1 ? row : row % g_.h.out;
      for_each_pixel_tile(b_, g_.w, mr_, [&](Val pixel, int64_t first, int mr) {
        for_each_channel_vector(b_, g_.groups,
                                [&](Val vector, int active) { tile(n, h, pixel, first, mr, vector, active); });
      });
    });
  }

 private:
  /// `pixel` is the tile's first output column, `first` one that has the same taps inside the input.
  void tile(Val n, Val h, Val pixel, int64_t first, int mr, Val vector, int active) {
    Val channel = vector * b_.lanes();
    std::vector<Val> acc(mr, b_.load(b_.offset(b_.arg(kBias), channel)));
    Val src = element_address(b_, b_.arg(kSrc), g_.src, {n, channel, b_.i64(0), pixel * g_.w.stride + g_.w.base});
    Val weights = b_.offset(b_.arg(kWeights), vector * (g_.h.taps * g_.w.taps * b_.lanes()));
    const TapRange taps = taps_inside(b_, g_.h, h);
    acc = b_.loop(taps.begin, taps.end, 1, acc, [&](Val y, std::vector<Val> sums) {
      Val row = h * g_.h.stride + g_.h.base + y * g_.h.step;
      window_row(b_.offset(src, row * g_.src[2]), b_.offset(weights, y * (g_.w.taps * b_.lanes())), first, mr, active,
                 sums);
      return sums;
    });
    store(n, h, pixel, channel, acc, active);
  }

  void window_row(Val src, Val weights, int64_t first, int mr, int active, std::vector<Val>& acc) {
    std::map<int64_t, Val> loaded;  // by input column, relative to the tile
    for (int64_t x = 0; x < g_.w.taps; ++x) {
      Val w = b_.load(weights, x * b_.lanes());
      for (int m = 0; m < mr; ++m) {
        if (!g_.w.inside(first + m, x)) continue;
        const int64_t column = m * g_.w.stride + x * g_.w.step;
        Val& value = loaded[column];
        if (!value) value = b_.load(src, column * g_.src[3], active);
        acc[m] = b_.fma(value, w, acc[m]);
      }
    }
  }

  void store(Val n, Val h, Val pixel, Val channel, const std::vector<Val>& acc, int active) {
    const std::vector<Val> index = {n, channel, h, pixel};
    Val dst = element_address(b_, b_.arg(kDst), g_.dst, index);
    const Epilogue::Cursor cursor = epilogue_.at(b_, index);
    for (size_t m = 0; m < acc.size(); ++m) {
      const auto pixels = static_cast<int64_t>(m);
      Val value = epilogue_.apply(b_, acc[m], cursor, {0, 0, 0, pixels}, 1, active);
      b_.store(value, dst, pixels * g_.dst[3], active);
    }
  }

  KernelBuilder& b_;
  const ConvGeometry& g_;
  const Epilogue& epilogue_;
  const int mr_;
};

class DepthwiseConv2d : public Impl {
 public:
  std::string name() const override { return "conv2d_depthwise"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = conv_refusal(problem); !why.empty()) return Proposal::no(why);
    const ConvGeometry g = conv_geometry(problem);
    if (!is_depthwise(g)) return Proposal::no("not depthwise");
    if (g.w.taps > 16) return Proposal::no("window wider than 16");
    return propose_depthwise(problem, kernel(problem, g));
  }

  Lowered lower(const Problem& problem) const override {
    const ConvGeometry g = conv_geometry(problem);
    return lower_depthwise(problem, g, kernel(problem, g), pack_depthwise_weights(problem, g));
  }

 private:
  static DepthwiseKernel kernel(const Problem& problem, const ConvGeometry& g) {
    const Isa& isa = problem.target.isa;
    const int mr = depthwise_mr(g, isa);
    return {
        .name = fmt::format("conv2d_depthwise_{}_{}_{}", problem.dtypes(), mr, isa.name),
        .vector_channels = isa.f32_lanes(),
        .cost_ns = cost_ns(g, problem.target),
        .emit = [g, mr](KernelBuilder& b, const Epilogue& epilogue) { DepthwiseEmitter(b, g, epilogue, mr).emit(); }};
  }

  /// About one multiply-add a cycle: loads bind as much as arithmetic, and more where they widen.
  static double cost_ns(const ConvGeometry& g, const Target& target) {
    const double widening = g.src_bf16 ? 1.35 : 1;
    return widening * g.macs() / (3.0 * target.isa.f32_lanes()) / target.threads;
  }
};

}  // namespace

const Impl& conv2d_depthwise() {
  static const DepthwiseConv2d impl;
  return impl;
}

}  // namespace convoy
