#include "impls/conv2d/few_outputs_kernel.h"

#include <algorithm>
#include <bit>

#include "impls/window_tiles.h"
#include "support/half.h"
#include "support/int_math.h"

namespace convoy {

namespace {

constexpr int64_t kMostOutputs = 8;

bool has_pairs(const ConvGeometry& g, const Isa& isa) {
  return g.src_bf16 && isa.bf16_dot;
}

/// Input channels of a vector.
int64_t vector_channels(const ConvGeometry& g, const Isa& isa) {
  return has_pairs(g, isa) ? 2 * isa.f32_lanes() : isa.f32_lanes();
}

/// v[0], v[2], ... or v[1], v[3], ... of a ++ b.
Val every_second(KernelBuilder& b, Val first, Val second, int lanes, int from) {
  std::vector<int> indices;
  for (int i = from; i < lanes; i += 2) indices.push_back(i);
  return b.shuffle(first, second, indices);
}

/// The sum of the lanes of each vector: lane i holds that of sums[i]. `sums` has a power of two of them.
Val sum_of_lanes(KernelBuilder& b, std::vector<Val> sums) {
  const int lanes = b.lanes();
  // Neighbours are added across two vectors at a time, until one vector holds lanes / count parts of each sum, ...
  while (sums.size() > 1) {
    std::vector<Val> halves;
    for (size_t i = 0; i < sums.size(); i += 2) {
      halves.push_back(every_second(b, sums[i], sums[i + 1], 2 * lanes, 0) +
                       every_second(b, sums[i], sums[i + 1], 2 * lanes, 1));
    }
    sums = std::move(halves);
  }
  return sums[0];
}

class FewOutputsEmitter {
 public:
  FewOutputsEmitter(KernelBuilder& b, const FewOutputsKernel& kernel)
      : b_(b),
        k_(kernel),
        g_(kernel.geometry),
        pairs_(has_pairs(g_, b.isa())),
        width_(vector_channels(g_, b.isa())),
        vectors_(ceil_div(g_.ic, width_)) {}

  void emit() {
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val row) {
      Val n = g_.batch == 1 ? b_.i64(0) : row / g_.h.out;
      Val h = g_.batch == 1 ? row : row % g_.h.out;
      const TapRange taps = taps_inside(b_, g_.h, h);
      for_each_pixel_tile(b_, g_.w, k_.mr,
                          [&](Val pixel, int64_t first, int mr) { tile(n, h, taps, pixel, first, mr); });
    });
  }

 private:
  int64_t outputs() const { return g_.oc; }

  void tile(Val n, Val h, const TapRange& taps, Val pixel, int64_t first, int mr) {
    Val src =
        element_address(b_, b_.arg(kDirectSrc), g_.src, {n, b_.i64(0), b_.i64(0), pixel * g_.w.stride + g_.w.base});
    std::vector<Val> acc(mr * outputs(), b_.f32(0));
    acc = b_.loop(taps.begin, taps.end, 1, acc, [&](Val y, std::vector<Val> sums) {
      Val row = b_.offset(src, (h * g_.h.stride + g_.h.base + y * g_.h.step) * g_.src[2]);
      Val weights = b_.offset(b_.arg(kDirectWeights), y * (g_.w.taps * vectors_ * outputs() * width_));
      for (int64_t x = 0; x < g_.w.taps; ++x) add_tap(row, weights, x, first, mr, sums);
      return sums;
    });
    for (int64_t o = 0; o < outputs(); ++o) finish(n, h, pixel, o, mr, acc);
  }

  void add_tap(Val row, Val weights, int64_t x, int64_t first, int mr, std::vector<Val>& sums) {
    std::vector<int> inside;
    for (int m = 0; m < mr; ++m) {
      if (g_.w.inside(first + m, x)) inside.push_back(m);
    }
    if (inside.empty()) return;
    Val src = b_.offset(row, x * g_.w.step * g_.src[3]);
    Val w = b_.offset(weights, x * vectors_ * outputs() * width_);
    const int64_t whole = g_.ic / width_;
    sums = b_.loop(0, whole, 1, sums, [&](Val vector, std::vector<Val> carried) {
      add_vector(b_.offset(src, vector * width_), b_.offset(w, vector * (outputs() * width_)), inside, -1, carried);
      return carried;
    });
    const auto rest = static_cast<int>(g_.ic % width_);
    if (rest == 0) return;
    add_vector(b_.offset(src, whole * width_), b_.offset(w, whole * outputs() * width_), inside, rest, sums);
  }

  void add_vector(Val src, Val weights, const std::vector<int>& inside, int active, std::vector<Val>& sums) {
    b_.forget_loads();  // taps read the same pixels
    std::vector<Val> w;
    for (int64_t o = 0; o < outputs(); ++o) w.push_back(load(weights, o * width_));
    for (int m : inside) {
      Val x = load(src, m * g_.w.stride * g_.src[3], active);
      for (int64_t o = 0; o < outputs(); ++o) {
        Val& sum = sums[m * outputs() + o];
        sum = pairs_ ? b_.dot_pairs(x, w[o], sum) : b_.fma(x, w[o], sum);
      }
    }
  }

  Val load(Val pointer, int64_t elem_offset, int active = -1) {
    return pairs_ ? b_.load_pairs(pointer, elem_offset, active) : b_.load(pointer, elem_offset, active);
  }

  /// Output channel `o` of the tile's pixels, a pixel in each lane.
  void finish(Val n, Val h, Val pixel, int64_t o, int mr, const std::vector<Val>& acc) {
    std::vector<Val> sums;
    for (int m = 0; m < mr; ++m) sums.push_back(acc[m * outputs() + o]);
    while (!std::has_single_bit(sums.size())) sums.push_back(b_.f32(0));
    Val result = pixels_in_lanes(sum_of_lanes(b_, sums), static_cast<int>(sums.size()));
    result = result + b_.load_splat(b_.arg(kDirectBias), o);
    if (!k_.epilogue.empty()) {
      const auto cursor = k_.epilogue.at(b_, k_.output.at(b_, n, b_.i64(o), h, pixel));
      result = k_.epilogue.apply(b_, result, cursor, k_.output.offsets(0, 0), k_.output.w_axis, mr);
    }
    Val dst = element_address(b_, b_.offset(b_.arg(kDirectDst), k_.dst_offset), g_.dst, {n, b_.i64(o), h, pixel});
    if (g_.dst[3] == 1) {
      b_.store(result, dst, 0, mr);
    } else {
      b_.store_strided(result, dst, g_.dst[3], mr);
    }
  }

  /// ... then the parts of each sum, which lie side by side, are added. The lanes beyond `count` repeat.
  Val pixels_in_lanes(Val parts, int count) {
    int lanes = b_.lanes();
    for (; lanes > count; lanes /= 2) {
      parts = every_second(b_, parts, {}, lanes, 0) + every_second(b_, parts, {}, lanes, 1);
    }
    if (lanes == b_.lanes()) return parts;
    std::vector<int> indices;
    for (int i = 0; i < b_.lanes(); ++i) indices.push_back(i % lanes);
    return b_.shuffle(parts, {}, indices);
  }

  KernelBuilder& b_;
  const FewOutputsKernel& k_;
  const ConvGeometry& g_;
  const bool pairs_;
  const int64_t width_, vectors_;  ///< of input channels
};

/// T is float or, for pairs, BFloat16.
template <class T>
Tensor pack(const ConvGeometry& g, int64_t width, const WeightSource& source) {
  const int64_t vectors = ceil_div(g.ic, width);
  Tensor packed(dtype_of<T>(), Shape{g.h.taps, g.w.taps, vectors, g.oc, width});
  T* out = packed.as<T>();
  for (int64_t y : source.y_offsets) {
    for (int64_t x : source.x_offsets) {
      for (int64_t i = 0; i < g.ic; ++i) {
        for (int64_t o = 0; o < g.oc; ++o) {
          out[(i / width * g.oc + o) * width + i % width] =
              T(source.weights.as<float>()[o * source.o_stride + i * source.i_stride + y + x]);
        }
      }
      out += vectors * g.oc * width;
    }
  }
  return packed;
}

}  // namespace

int few_outputs_mr(const ConvGeometry& g, const Isa& isa) {
  const int64_t free = isa.vector_registers - g.oc - (isa.fma ? 1 : 2);
  const int64_t most = std::min<int64_t>({free / g.oc, isa.f32_lanes(), g.w.out});
  if (most < 1) return 0;
  // A power of two leaves nothing empty when lanes become pixels.
  const auto power = static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(most)));
  return static_cast<int>(power * 4 >= most * 3 ? power : most);
}

std::string few_outputs_refusal(const ConvGeometry& g, const Isa& isa) {
  if (g.groups != 1) return "grouped";
  if (g.oc > kMostOutputs) return "more than 8 output channels";
  if (g.ic * 2 < isa.f32_lanes()) return "too few input channels to fill vectors";
  if (few_outputs_mr(g, isa) < 1) return "not enough registers";
  return "";
}

double few_outputs_cost_ns(const ConvGeometry& g, const Target& target) {
  const Isa& isa = target.isa;
  const int mr = few_outputs_mr(g, isa);
  const auto tiles = static_cast<double>(g.batch * g.h.out * ceil_div(g.w.out, mr));
  const auto steps = static_cast<double>(g.h.taps * g.w.taps * ceil_div(g.ic, vector_channels(g, isa)));
  const double multiply_adds = (isa.fma ? 0.5 : 1) * static_cast<double>(mr * g.oc);
  const double loads = 0.5 * static_cast<double>(mr + g.oc);
  const double sums = 2.0 * static_cast<double>(g.oc) * std::max(mr, 4);  // from lanes to pixels
  return tile_cycles_ns(tiles * (steps * std::max(multiply_adds, loads) + sums), isa) / target.threads;
}

PackedArg pack_few_outputs_weights(const ConvGeometry& g, const Isa& isa, WeightSource source) {
  const bool pairs = has_pairs(g, isa);
  const DType dtype = pairs ? DType::bf16 : DType::f32;
  const int64_t width = vector_channels(g, isa);
  return {.bytes = size_of(dtype) * g.h.taps * g.w.taps * round_up(g.ic, width) * g.oc,
          .pack = [=, source = std::move(
                          source)] { return pairs ? pack<BFloat16>(g, width, source) : pack<float>(g, width, source); },
          .dtype = dtype};
}

StepSpec few_outputs_step(const FewOutputsKernel& kernel, const Target& target) {
  StepSpec step;
  step.kernel = {.name = kernel.name,
                 .key = fmt::format("{} few outputs {} {} @{}{}", kernel.geometry.key(), kernel.mr, kernel.output.key(),
                                    kernel.dst_offset, kernel.epilogue.key()),
                 .arg_count = kDirectEpilogue + static_cast<int>(kernel.epilogue.args().size()),
                 .emit = [kernel](KernelBuilder& b) { FewOutputsEmitter(b, kernel).emit(); }};
  step.rows = kernel.geometry.batch * kernel.geometry.h.out;
  step.cost_ns = few_outputs_cost_ns(kernel.geometry, target) * target.threads;
  return step;
}

}  // namespace convoy
