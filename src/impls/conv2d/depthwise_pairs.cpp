// Depthwise convolution of bf16 NHWC tensors with dot products of pairs: a pair is the same channel and column of two
// neighbouring rows of the window, a lane one channel.
//
//   dst[n, h, w, c] = epilogue(bias[c] + sum over pairs of rows (y, y+1) and columns x of the window of
//                              (src[n, ih(h,y), iw(w,x), c], src[n, ih(h,y+1), iw(w,x), c]) . weights[c][y, y+1][x])
//
// src: bf16, channel stride 1. dst: channel stride 1. Rows are zipped, 32 channels at a time, into two vectors of
// pairs, whose order of channels is undone at the end (KernelBuilder::unzip); that takes half the instructions of
// widening to f32, and multiplies twice as fast. A last row without a partner is zipped with zeros.
//
// Weights are packed as [channel vector][pair of rows][x][half of the channels][lanes][2]: first the pairs of a window
// whose rows all lie inside src, then each row alone, for windows that reach over the border.
//
// Task space: rows = batch x output rows, columns = vectors of 2 * lanes channels. A tile is mr neighbouring pixels.
#include <algorithm>

#include "impls/conv2d/depthwise_step.h"
#include "impls/conv2d/list.h"
#include "impls/register_tile.h"
#include "impls/window_tiles.h"
#include "support/half.h"
#include "support/int_math.h"

namespace convoy {

namespace {

int64_t channels_per_vector(const Isa& isa) {
  return 2 * isa.f32_lanes();
}

int64_t row_pairs(const ConvGeometry& g) {
  return ceil_div(g.h.taps, int64_t{2});
}

/// Elements of the weights of one pair of rows.
int64_t row_elems(const ConvGeometry& g, int64_t lanes) {
  return g.w.taps * 4 * lanes;
}

/// Elements of a channel vector's weights.
int64_t vector_elems(const ConvGeometry& g, int64_t lanes) {
  return (row_pairs(g) + g.h.taps) * row_elems(g, lanes);
}

/// Pixels per tile: both halves of their sums and a row's weights stay in registers.
int tile_pixels(const ConvGeometry& g, const Isa& isa) {
  const int64_t free = isa.vector_registers - 2 * std::min<int64_t>(g.w.taps, 5) - 4;
  return split_evenly(g.w.out, static_cast<int>(std::clamp<int64_t>(free / 2, 2, 8))).front().first;
}

class PairsEmitter {
 public:
  PairsEmitter(KernelBuilder& b, const ConvGeometry& g, const Epilogue& epilogue, int mr)
      : b_(b), g_(g), epilogue_(epilogue), mr_(mr), width_(channels_per_vector(b.isa())) {}

  void emit() {
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val row) {
      Val n = g_.batch == 1 ? b_.i64(0) : row / g_.h.out;
      Val h = g_.batch == 1 ? row : row % g_.h.out;
      for_each_pixel_tile(b_, g_.w, mr_, [&](Val pixel, int64_t first, int mr) {
        for_each_channel_vector(b_, g_.groups, width_, [&](Val vector, int active) {
          tile({n, h, pixel, vector * width_, first, mr, active},
               b_.offset(b_.arg(kWeights), vector * vector_elems(g_, b_.lanes())));
        });
      });
    });
  }

 private:
  struct Tile {
    Val n, h, pixel, channel;
    int64_t first;  ///< an output with the same taps inside the input as the tile's first
    int mr;
    int active;  ///< channels that exist, all when negative
  };

  void tile(const Tile& t, Val weights) {
    const TapRange taps = taps_inside(b_, g_.h, t.h);
    const Val line = t.h * g_.h.stride + g_.h.base;
    const Val src =
        element_address(b_, b_.arg(kSrc), g_.src, {t.n, t.channel, line, t.pixel * g_.w.stride + g_.w.base});
    const std::vector<Val> none(2 * t.mr, b_.f32(0));
    auto row = [&](Val y) { return b_.offset(src, y * (g_.h.step * g_.src[2])); };
    auto all_rows = [&] {
      std::vector<Val> sums = none;
      for (int64_t p = 0; p < row_pairs(g_); ++p) {
        const bool paired = 2 * p + 1 < g_.h.taps;
        add_rows(t, row(b_.i64(2 * p)), paired ? row(b_.i64(2 * p + 1)) : Val(),
                 b_.offset(weights, p * row_elems(g_, b_.lanes())), sums);
      }
      return sums;
    };
    auto rows_inside = [&] {
      return b_.loop(taps.begin, taps.end, 1, none, [&](Val y, std::vector<Val> sums) {
        add_rows(t, row(y), Val(), b_.offset(weights, (y + row_pairs(g_)) * row_elems(g_, b_.lanes())), sums);
        return sums;
      });
    };
    store(t, g_.h.borderless()
                 ? all_rows()
                 : b_.if_else_values(b_.equal(taps.end - taps.begin, b_.i64(g_.h.taps)), all_rows, rows_inside));
  }

  /// Adds two rows of the window, or one, to the sums [pixel][half].
  void add_rows(const Tile& t, Val upper, Val lower, Val weights, std::vector<Val>& sums) {
    std::vector<Val> w;  // [x][half]
    for (int64_t i = 0; i < 2 * g_.w.taps; ++i) w.push_back(b_.load_pairs(weights, i * 2 * b_.lanes()));
    const int64_t columns = (t.mr - 1) * g_.w.stride + (g_.w.taps - 1) * g_.w.step + 1;
    for (int64_t column = 0; column < columns; ++column) {
      std::optional<KernelBuilder::Zipped> pairs;
      for (int64_t x = 0; x < g_.w.taps; ++x) {
        const int64_t first = column - x * g_.w.step, m = first / g_.w.stride;
        if (first < 0 || first % g_.w.stride != 0 || m >= t.mr || !g_.w.inside(t.first + m, x)) continue;
        if (!pairs) pairs = load_zipped(upper, lower, column * g_.src[3], t.active);
        sums[2 * m] = b_.dot_pairs(pairs->low, w[2 * x], sums[2 * m]);
        sums[2 * m + 1] = b_.dot_pairs(pairs->high, w[2 * x + 1], sums[2 * m + 1]);
      }
    }
  }

  KernelBuilder::Zipped load_zipped(Val upper, Val lower, int64_t offset, int active) {
    const Val above = b_.load_pairs(upper, offset, active);
    return b_.zip(above, lower ? b_.load_pairs(lower, offset, active) : b_.no_pairs());
  }

  void store(const Tile& t, const std::vector<Val>& sums) {
    const std::vector<Val> index = {t.n, t.channel, t.h, t.pixel};
    const Val dst = element_address(b_, b_.arg(kDst), g_.dst, index), bias = b_.offset(b_.arg(kBias), t.channel);
    const Epilogue::Cursor cursor = epilogue_.at(b_, index);
    for (int m = 0; m < t.mr; ++m) {
      const auto [first, second] = b_.unzip(sums[2 * m], sums[2 * m + 1]);
      for (int half = 0; half < 2; ++half) {
        const int64_t channel = half * b_.lanes();
        const int active = t.active < 0 ? -1 : static_cast<int>(t.active - channel);
        if (t.active >= 0 && active <= 0) continue;
        Val value = (half == 0 ? first : second) + b_.load(bias, channel);
        value = epilogue_.apply(b_, value, cursor, {0, channel, 0, m}, 1, active);
        b_.store(value, dst, m * g_.dst[3] + channel, active);
      }
    }
  }

  KernelBuilder& b_;
  const ConvGeometry& g_;
  const Epilogue& epilogue_;
  const int mr_;
  const int64_t width_;
};

Tensor pack_weights(const ConvGeometry& g, int64_t lanes, const float* weights) {
  Tensor packed(DType::bf16, Shape{ceil_div(g.groups, 2 * lanes), vector_elems(g, lanes)});
  auto* out = packed.as<BFloat16>();
  // Two rows of the window, or one where `lower` is none of its rows.
  auto put = [&](int64_t vector, int64_t upper, int64_t lower) {
    for (int64_t x = 0; x < g.w.taps; ++x) {
      for (int64_t i = 0; i < 2 * lanes; ++i, out += 2) {
        const int64_t element = KernelBuilder::zipped_element(i % lanes) + (i < lanes ? 0 : 4);
        const int64_t c = vector * 2 * lanes + element;
        if (c >= g.groups) continue;
        const float* window = weights + c * g.h.taps * g.w.taps;
        out[0] = BFloat16(window[upper * g.w.taps + x]);
        if (lower < g.h.taps) out[1] = BFloat16(window[lower * g.w.taps + x]);
      }
    }
  };
  for (int64_t vector = 0; vector < packed.shape()[0]; ++vector) {
    for (int64_t p = 0; p < row_pairs(g); ++p) put(vector, 2 * p, 2 * p + 1);
    for (int64_t y = 0; y < g.h.taps; ++y) put(vector, y, g.h.taps);
  }
  return packed;
}

/// Dot products of pairs of rows at one a cycle, a column's loads and shuffles beside them, and the weights, which each
/// row of outputs reads from L2.
double cost_ns(const ConvGeometry& g, const Target& target) {
  constexpr double kWeightBytesPerNs = 96;
  const auto vectors = static_cast<double>(ceil_div(g.groups, channels_per_vector(target.isa)));
  const auto rows = static_cast<double>(g.batch * g.h.out), pixels = rows * static_cast<double>(g.w.out);
  const double dots = 2.0 * static_cast<double>(row_pairs(g) * g.w.taps);
  const auto weight_bytes = 2.0 * static_cast<double>(vector_elems(g, target.isa.f32_lanes()));
  const double one_thread = vectors * (pixels * (dots * 1.2 + 4) / 3.0 + rows * weight_bytes / kWeightBytesPerNs);
  return one_thread / target.threads;
}

class DepthwisePairs : public Impl {
 public:
  std::string name() const override { return "conv2d_depthwise_pairs"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = conv_refusal(problem); !why.empty()) return Proposal::no(why);
    const ConvGeometry g = conv_geometry(problem);
    if (!g.src_bf16 || !problem.target.isa.bf16_dot) return Proposal::no("no dot products of bf16 pairs");
    if (!is_depthwise(g)) return Proposal::no("not depthwise");
    if (std::max(g.w.taps, g.h.taps) > 16) return Proposal::no("window larger than 16");
    return propose_depthwise(problem, kernel(problem, g));
  }

  Lowered lower(const Problem& problem) const override {
    const ConvGeometry g = conv_geometry(problem);
    const Tensor& weights = *problem.graph().value(problem.anchor_input(1)).constant;
    return lower_depthwise(problem, g, kernel(problem, g),
                           pack_weights(g, problem.target.isa.f32_lanes(), weights.as<float>()));
  }

 private:
  static DepthwiseKernel kernel(const Problem& problem, const ConvGeometry& g) {
    const Isa& isa = problem.target.isa;
    const int mr = tile_pixels(g, isa);
    return {.name = fmt::format("conv2d_depthwise_pairs_{}_{}_{}", problem.dtypes(), mr, isa.name),
            .vector_channels = channels_per_vector(isa),
            .cost_ns = cost_ns(g, problem.target),
            .emit = [g, mr](KernelBuilder& b, const Epilogue& epilogue) { PairsEmitter(b, g, epilogue, mr).emit(); }};
  }
};

}  // namespace

const Impl& conv2d_depthwise_pairs() {
  static const DepthwisePairs impl;
  return impl;
}

}  // namespace convoy
