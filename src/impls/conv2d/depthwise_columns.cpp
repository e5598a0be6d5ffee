// Depthwise convolution of NHWC tensors, down columns of the image: stride 1 along the rows.
//
//   dst[n, h, w, c] = epilogue(bias[c] + sum over taps y, x of src[n, ih(h,y), iw(w,x), c] * weights[c][y][x])
//
// src: f32, channel stride 1. dst: f32, channel stride 1. Weights are packed as [channel vector][y][x][lanes].
//
// Task space: rows = batch x output rows, columns = channel vectors. For mr neighbouring pixels of one channel vector,
// the kernel walks down the rows of src: each is loaded once and added to all outputs whose window it is in, whose sums
// stay in registers. 3x3 windows of 7 pixels take 9 loads from L2 for 63 multiply-adds, where conv2d_depthwise
// takes 27.
#include <algorithm>

#include "impls/conv2d/depthwise_step.h"
#include "impls/conv2d/list.h"
#include "impls/register_tile.h"
#include "impls/window_tiles.h"
#include "support/int_math.h"

namespace convoy {

namespace {

/// Pixels per tile, such that sums and weights stay in registers.
int64_t most_pixels(const ConvGeometry& g, const Isa& isa) {
  constexpr int64_t kWorking = 2;
  return (isa.vector_registers - g.h.taps * g.w.taps - kWorking) / g.h.taps;
}

class ColumnsEmitter {
 public:
  ColumnsEmitter(KernelBuilder& b, const ConvGeometry& g, const Epilogue& epilogue, int mr)
      : b_(b), g_(g), epilogue_(epilogue), mr_(mr) {}

  void emit() {
    const int64_t rows = g_.h.out;
    const Val first = b_.row_begin() / rows, last = (b_.row_end() + (rows - 1)) / rows;
    b_.loop(first, last, 1, [&](Val n) {
      const Val begin = b_.max(b_.row_begin() - n * rows, b_.i64(0));
      const Val end = b_.min(b_.row_end() - n * rows, b_.i64(rows));
      for_each_pixel_tile(b_, g_.w, mr_, [&](Val pixel, int64_t first_alike, int mr) {
        for_each_channel_vector(b_, g_.groups, [&](Val vector, int active) {
          column({n, begin, end, pixel, vector * b_.lanes(), first_alike, mr, active},
                 b_.offset(b_.arg(kWeights), vector * (g_.h.taps * g_.w.taps * b_.lanes())));
        });
      });
    });
  }

 private:
  struct Column {
    Val n, begin, end;  ///< output rows
    Val pixel, channel;
    int64_t first;  ///< an output with the same taps inside the input as the tile's first
    int mr;
    int active;  ///< channels that exist, all when negative
  };
  using Sums = std::vector<Val>;  ///< of an output row, per pixel

  /// Sums are carried from row to row of src, those of the row that is done first: sums[i] belongs to output row
  /// `newest` - (taps - 1) + i, when the row of src is the first one in the window of `newest`.
  void column(const Column& c, Val weights) {
    const int64_t behind = g_.h.taps - 1;
    const Val bias = b_.load(b_.offset(b_.arg(kBias), c.channel));
    const Val src =
        element_address(b_, b_.arg(kSrc), g_.src, {c.n, c.channel, b_.i64(0), c.pixel * g_.w.stride + g_.w.base});
    // Rows of src outside the image are zero: nothing is added.
    const Val begin = b_.max(c.begin, b_.i64(-g_.h.base)), end = b_.min(c.end + behind, b_.i64(g_.h.in - g_.h.base));
    Sums carried(behind * c.mr, bias);
    carried = b_.loop(begin, end, 1, carried, [&](Val newest, Sums sums) {
      sums.insert(sums.end(), c.mr, bias);
      add_row(c, b_.offset(src, (newest + g_.h.base) * g_.src[2]), weights, sums);
      const Val done = newest - behind;
      b_.if_then(b_.not_less(done, c.begin), [&] { store(c, done, sums.data()); });
      return Sums(sums.begin() + c.mr, sums.end());
    });
    for (int64_t i = 0; i < behind; ++i) {
      const Val done = end - behind + i;
      b_.if_then(b_.both(b_.not_less(done, c.begin), b_.less(done, c.end)),
                 [&] { store(c, done, carried.data() + i * c.mr); });
    }
  }

  /// Adds a row of src to sums [output row][pixel]: for each, it is another row of the window, the last for the first.
  void add_row(const Column& c, Val src, Val weights, Sums& sums) {
    const int64_t columns = (c.mr - 1) * g_.w.stride + (g_.w.taps - 1) * g_.w.step + 1;
    for (int64_t column = 0; column < columns; ++column) {
      Val value;
      for (int64_t x = 0; x < g_.w.taps; ++x) {
        const int64_t first = column - x * g_.w.step, m = first / g_.w.stride;
        if (first < 0 || first % g_.w.stride != 0 || m >= c.mr || !g_.w.inside(c.first + m, x)) continue;
        if (!value) value = b_.load(src, column * g_.src[3], c.active);
        for (int64_t i = 0; i < g_.h.taps; ++i) {
          const int64_t y = g_.h.taps - 1 - i;
          Val& sum = sums[i * c.mr + m];
          sum = b_.fma(value, b_.load(weights, (y * g_.w.taps + x) * b_.lanes()), sum);
        }
      }
    }
  }

  void store(const Column& c, Val row, const Val* sums) {
    const std::vector<Val> index = {c.n, c.channel, row, c.pixel};
    const Val dst = element_address(b_, b_.arg(kDst), g_.dst, index);
    const Epilogue::Cursor cursor = epilogue_.at(b_, index);
    for (int64_t m = 0; m < c.mr; ++m) {
      b_.store(epilogue_.apply(b_, sums[m], cursor, {0, 0, 0, m}, 1, c.active), dst, m * g_.dst[3], c.active);
    }
  }

  KernelBuilder& b_;
  const ConvGeometry& g_;
  const Epilogue& epilogue_;
  const int mr_;
};

class DepthwiseColumns : public Impl {
 public:
  std::string name() const override { return "conv2d_depthwise_columns"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = conv_refusal(problem); !why.empty()) return Proposal::no(why);
    const ConvGeometry g = conv_geometry(problem);
    if (!is_depthwise(g)) return Proposal::no("not depthwise");
    if (g.h.stride != 1 || g.h.step != 1) return Proposal::no("stride or dilation along the rows");
    if (g.h.taps < 2) return Proposal::no("window of one row");
    const bool sees_input = g.h.input_index(0, g.h.taps - 1) >= 0 && g.h.input_index(g.h.out - 1, 0) < g.h.in;
    if (!sees_input) return Proposal::no("rows of padding alone");
    if (most_pixels(g, problem.target.isa) < 4) return Proposal::no("weights and sums do not fit into registers");
    return propose_depthwise(problem, kernel(problem, g));
  }

  Lowered lower(const Problem& problem) const override {
    const ConvGeometry g = conv_geometry(problem);
    Lowered lowered = lower_depthwise(problem, g, kernel(problem, g), pack_depthwise_weights(problem, g));
    // A part of the rows reads those around it as well, and adds them to sums that are not its own.
    StepSpec& step = lowered.steps.front();
    step.row_grain = 4;
    step.split_cols_first = g.h.out < 16 * problem.target.threads;
    return lowered;
  }

 private:
  static DepthwiseKernel kernel(const Problem& problem, const ConvGeometry& g) {
    const Isa& isa = problem.target.isa;
    const int mr = split_evenly(g.w.out, static_cast<int>(most_pixels(g, isa))).front().first;
    return {.name = fmt::format("conv2d_depthwise_columns_{}_{}_{}", problem.dtypes(), mr, isa.name),
            .vector_channels = isa.f32_lanes(),
            .cost_ns = cost_ns(g, problem.target),
            .emit = [g, mr](KernelBuilder& b, const Epilogue& epilogue) { ColumnsEmitter(b, g, epilogue, mr).emit(); }};
  }

  /// A multiply-add a cycle, all but.
  static double cost_ns(const ConvGeometry& g, const Target& target) {
    const double widening = g.src_bf16 ? 1.2 : 1;
    return widening * g.macs() / (3.6 * target.isa.f32_lanes()) / target.threads;
  }
};

}  // namespace

const Impl& conv2d_depthwise_columns() {
  static const DepthwiseColumns impl;
  return impl;
}

}  // namespace convoy
