// Depthwise convolution of quantised numbers, NHWC: vectors run over channels.
//
// The taps of a column of the window are multiplied together: bytes of four rows (or of two, as i16) lie interleaved in
// a register, channel by channel, and neighbouring output pixels share the columns. Rows are staged (int8_stage.h).
// Zero points of src are in the bias (int8_kernel.h); weights are packed as
//   [vector of channels][column][rows of the window, four or two at a time][lanes][4 bytes]
//
// Task space: rows = batch x output rows, columns = vectors of channels.
#include <algorithm>

#include "impls/conv2d/int8_kernel.h"
#include "impls/conv2d/list.h"
#include "impls/window_tiles.h"
#include "ops/conv2d.h"

namespace convoy {

namespace {

struct DepthwiseConfig {
  Terms terms = Terms::byte_quads;
  StagedPixels pixels;
  int64_t slab_rows = 1;
  int mr = 7;  ///< neighbouring output pixels

  int64_t step_rows() const { return terms == Terms::byte_quads ? 4 : 2; }
  int64_t steps(const ConvGeometry& g) const { return ceil_div(g.h.taps, step_rows()); }
  std::string key() const {
    return fmt::format("t{} {} slab{} mr{}", static_cast<int>(terms), pixels.key(), slab_rows, mr);
  }
};

/// Bytes of packed weights of a vector of channels.
int64_t panel_bytes(const ConvGeometry& g, const DepthwiseConfig& config, int lanes) {
  return 4 * lanes * g.w.taps * config.steps(g);
}

struct DepthwiseKernel {
  ConvGeometry geometry;
  DepthwiseConfig config;
  DType dst_type = DType::i32;
  Epilogue epilogue;
};

class DepthwiseEmitter {
 public:
  DepthwiseEmitter(KernelBuilder& b, const DepthwiseKernel& kernel)
      : b_(b),
        k_(kernel),
        g_(kernel.geometry),
        c_(kernel.config),
        stage_(g_, c_.pixels),
        panel_(panel_bytes(g_, c_, b.lanes())) {}

  void emit() {
    Int8Stage::each_slab(b_, g_, c_.slab_rows, [&](Val slab, Val slab_end) {
      Val n = g_.batch == 1 ? b_.i64(0) : slab / g_.h.out;
      Val first = g_.batch == 1 ? slab : slab % g_.h.out;
      Val scratch = b_.stored_as(DType::u8, b_.scratch());
      stage_.emit(b_, b_.offset(bytes(kDirectSrc), n * g_.src[0]), scratch, first, slab_end - slab);
      b_.loop(b_.i64(0), slab_end - slab, 1,
              [&](Val row) { one_row(n, first + row, b_.offset(scratch, row * (g_.h.stride * stage_.row_bytes()))); });
    });
  }

 private:
  Val bytes(int arg) { return b_.stored_as(DType::u8, b_.arg(arg)); }

  void one_row(Val n, Val h, Val src) {
    const int64_t column = g_.w.base + stage_.left();
    int64_t first = 0;
    for (auto [mr, count] : split_evenly(g_.w.out, c_.mr)) {
      b_.loop(0, count, 1, [&](Val i) {
        Val pixel = i * mr + first;
        Val at = b_.offset(src, pixel * (g_.w.stride * stage_.pixel_bytes()), column * stage_.pixel_bytes());
        for_each_channel_vector(b_, g_.groups,
                                [&](Val vector, int active) { tile(n, h, pixel, mr, at, vector, active); });
      });
      first += mr * count;
    }
  }

  void tile(Val n, Val h, Val pixel, int mr, Val src, Val vector, int active) {
    Val channel = vector * b_.lanes();
    Val weights = b_.offset(bytes(kDirectWeights), vector * panel_);
    Val bias = b_.load_words(b_.offset(bytes(kDirectBias), channel * 4));
    std::vector<Val> acc(mr, bias);
    // Columns of src from left to right; each goes to all pixels whose windows hold it.
    const int64_t columns = (mr - 1) * g_.w.stride + (g_.w.taps - 1) * g_.w.step + 1;
    for (int64_t x = 0; x < columns; ++x) {
      std::vector<std::pair<int, int64_t>> uses;  // pixel, column of the window
      for (int m = 0; m < mr; ++m) {
        const int64_t tap = x - m * g_.w.stride;
        if (tap >= 0 && tap % g_.w.step == 0 && tap / g_.w.step < g_.w.taps) uses.emplace_back(m, tap / g_.w.step);
      }
      if (uses.empty()) continue;
      Val column = b_.offset(src, channel, x * stage_.pixel_bytes());
      for (int64_t step = 0; step < c_.steps(g_); ++step) {
        Val taps = window_column(column, step);
        for (auto [m, tap] : uses) {
          Val w = b_.load_words(weights, (tap * c_.steps(g_) + step) * b_.isa().vector_bytes);
          acc[m] = c_.terms == Terms::byte_quads ? b_.dot_bytes(taps, w, acc[m]) : b_.dot_shorts(taps, w, acc[m]);
        }
      }
    }
    store(n, h, pixel, channel, acc, active);
  }

  Val window_column(Val column, int64_t step) {
    std::vector<Val> rows;
    for (int64_t y = step * c_.step_rows(); y < std::min(g_.h.taps, (step + 1) * c_.step_rows()); ++y) {
      rows.push_back(b_.offset(column, y * g_.h.step * stage_.row_bytes()));
    }
    return c_.terms == Terms::byte_quads ? b_.interleave_rows(rows) : b_.interleave_two_rows(rows);
  }

  void store(Val n, Val h, Val pixel, Val channel, const std::vector<Val>& acc, int active) {
    const auto cursor = k_.epilogue.at(b_, {n, channel, h, pixel});
    Val dst = element_address(b_, k_.dst_type, b_.arg(kDirectDst), g_.dst, {n, channel, h, pixel});
    // Before anything is stored: the epilogue's operands are then loaded once.
    std::vector<Epilogue::Place> places;
    for (size_t m = 0; m < acc.size(); ++m) places.push_back({{0, 0, 0, static_cast<int64_t>(m)}, active});
    const std::vector<Val> results = k_.epilogue.empty() ? acc : k_.epilogue.apply_all(b_, acc, cursor, places, 1);
    for (size_t m = 0; m < acc.size(); ++m) {
      Val at = b_.offset(k_.dst_type, dst, static_cast<int64_t>(m) * g_.dst[3]);
      b_.store_strided(k_.dst_type, results[m], at, 1, active);
    }
  }

  KernelBuilder& b_;
  const DepthwiseKernel& k_;
  const ConvGeometry& g_;
  const DepthwiseConfig& c_;
  const Int8Stage stage_;
  const int64_t panel_;
};

class Int8Depthwise : public Impl {
 public:
  std::string name() const override { return "conv2d_int8_depthwise"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = int8_refusal(problem); !why.empty()) return Proposal::no(why);
    const ConvGeometry g = conv_geometry(problem);
    if (g.ic != 1 || g.oc != 1) return Proposal::no("not depthwise");
    const DepthwiseConfig config = choose(problem, g);
    const int64_t weights_bytes = panel_bytes(g, config, problem.target.isa.f32_lanes()) * vectors(g, problem.target);
    return int8_proposal(problem, weights_bytes, cost_ns(g, config, problem.target) / problem.target.threads,
                         variant(problem, config));
  }

  Lowered lower(const Problem& problem) const override {
    const ConvGeometry g = conv_geometry(problem);
    const DepthwiseConfig config = choose(problem, g);
    const DepthwiseKernel kernel{g, config, problem.type(problem.group.output).dtype,
                                 Epilogue(problem, kDirectEpilogue)};
    StepSpec step;
    step.kernel = {
        .name = variant(problem, config),
        .key = fmt::format("{} {} {}{}", g.key(), config.key(), to_string(kernel.dst_type), kernel.epilogue.key()),
        .arg_count = kDirectEpilogue + static_cast<int>(kernel.epilogue.args().size()),
        .emit = [kernel](KernelBuilder& b) { DepthwiseEmitter(b, kernel).emit(); }};
    step.rows = g.batch * g.h.out;
    step.cols = vectors(g, problem.target);
    step.scratch_bytes = Int8Stage(g, config.pixels).scratch_bytes(config.slab_rows);
    step.cost_ns = cost_ns(g, config, problem.target);
    step.args = {ValueArg{problem.anchor_input(0)}, pack_weights(problem, g, config), pack_bias(problem, g, config),
                 ValueArg{problem.group.output}};
    step.args.insert(step.args.end(), kernel.epilogue.args().begin(), kernel.epilogue.args().end());
    return {{std::move(step)}, {}};
  }

 private:
  static int64_t vectors(const ConvGeometry& g, const Target& target) {
    return ceil_div(g.groups, int64_t{target.isa.f32_lanes()});
  }

  static DepthwiseConfig choose(const Problem& problem, const ConvGeometry& g) {
    const Int8Types types = int8_types(problem);
    const bool quads = problem.target.isa.byte_dot && quads_suffice(g, types);
    DepthwiseConfig config{.terms = quads ? Terms::byte_quads : Terms::short_pairs,
                           .pixels = {.src = types.src, .zero = types.zeros.src, .wide = false}};
    const int64_t rows = problem.target.caches.l1 / 2 / Int8Stage(g, config.pixels).row_bytes();
    config.slab_rows = std::clamp<int64_t>((rows - (g.h.taps - 1) * g.h.step) / g.h.stride, 1, g.h.out);
    return config;
  }

  static double cost_ns(const ConvGeometry& g, const DepthwiseConfig& config, const Target& target) {
    const double steps = static_cast<double>(g.w.taps * config.steps(g));
    const double cycles = static_cast<double>(g.batch * g.h.out * g.w.out * vectors(g, target)) * (3 * steps + 8);
    return tile_cycles_ns(cycles, target.isa);
  }

  static PackedArg pack_weights(const Problem& problem, const ConvGeometry& g, const DepthwiseConfig& config) {
    const int lanes = problem.target.isa.f32_lanes();
    const int64_t bytes = panel_bytes(g, config, lanes) * vectors(g, problem.target);
    const auto pack = [=, types = int8_types(problem),
                       weights = *problem.graph().value(problem.anchor_input(1)).constant] {
      Tensor packed(DType::i8, Shape{bytes});
      auto* data = static_cast<std::byte*>(packed.data());
      for (int64_t c = 0; c < g.groups; ++c) {
        std::byte* panel = data + c / lanes * panel_bytes(g, config, lanes) + c % lanes * 4;
        for (int64_t y = 0; y < g.h.taps; ++y) {
          for (int64_t x = 0; x < g.w.taps; ++x) {
            const int64_t step = x * config.steps(g) + y / config.step_rows();
            put_int8_weight(config.terms, y % config.step_rows(),
                            int8_weight(weights, types, config.terms, c, (c * g.h.taps + y) * g.w.taps + x),
                            panel + step * lanes * 4);
          }
        }
      }
      return packed;
    };
    return {.bytes = bytes, .pack = pack, .dtype = DType::i8};
  }

  static PackedArg pack_bias(const Problem& problem, const ConvGeometry& g, const DepthwiseConfig& config) {
    const int64_t padded = vectors(g, problem.target) * problem.target.isa.f32_lanes();
    const ValueId bias = problem.anchor_input(2);
    const auto pack = [=, types = int8_types(problem),
                       weights = *problem.graph().value(problem.anchor_input(1)).constant,
                       given = bias == kAbsent ? Tensor() : *problem.graph().value(bias).constant] {
      Tensor packed(DType::i32, Shape{padded});
      for (int64_t c = 0; c < g.groups; ++c) {
        int64_t sum = 0;
        for (int64_t i = 0; i < g.h.taps * g.w.taps; ++i) {
          sum += int8_weight(weights, types, config.terms, c, c * g.h.taps * g.w.taps + i);
        }
        const int64_t before = given.empty() ? 0 : given.as<int32_t>()[c];
        packed.as<int32_t>()[c] = static_cast<int32_t>(before - config.pixels.copied_zero() * sum);
      }
      return packed;
    };
    return {.bytes = 4 * padded, .pack = pack, .dtype = DType::i32};
  }

  static std::string variant(const Problem& problem, const DepthwiseConfig& config) {
    const char* terms = config.terms == Terms::byte_quads ? "quads" : "pairs";
    return fmt::format("conv2d_int8_depthwise_{}_{}_{}_{}", to_string(problem.type(problem.anchor_input(0)).dtype),
                       terms, config.mr, problem.target.isa.name);
  }
};

}  // namespace

const Impl& conv2d_int8_depthwise() {
  static const Int8Depthwise impl;
  return impl;
}

}  // namespace convoy
