// Block sizes, cost, weights and exactness of the Winograd convolution of quantised numbers.
#include <algorithm>
#include <bit>
#include <cmath>
#include <span>

#include "impls/conv2d/int8_winograd.h"
#include "support/int_math.h"

namespace convoy {

namespace {

constexpr double kLargestShort = 32767;

/// The largest magnitude of a byte less its zero point.
double largest(DType type, int64_t zero) {
  const int64_t low = type == DType::i8 ? -128 : 0;
  return static_cast<double>(std::max(zero - low, low + 255 - zero));
}

double largest_weight(const Int8Types& types) {
  double most = largest(types.weights, types.zeros.of_weights(0));
  for (int64_t zero : types.zeros.weights) most = std::max(most, largest(types.weights, zero));
  return most;
}

}  // namespace

std::string Int8WinogradConfig::key() const {
  return fmt::format("m{}x{} r{}x{} scale{} block{}x{} {}", h.transforms.m, w.transforms.m, h.transforms.r,
                     w.transforms.r, scale(), block_rows, block_columns, int8.key());
}

Int8WinogradLayout::Int8WinogradLayout(const ConvGeometry& g, const Int8WinogradConfig& config, const Isa& isa) {
  const int64_t planes = config.planes(), line = 64;
  const WinogradTransforms &h = config.h.transforms, &w = config.w.transforms;
  tiles_h = ceil_div(g.h.out, h.m);
  tiles_w = ceil_div(g.w.out, w.m);
  blocks_h = ceil_div(tiles_h, config.block_rows);
  tiles = config.block_rows * config.block_columns;
  ic_vectors = ceil_div(2 * g.ic, isa.vector_bytes);
  steps = ceil_div(g.ic, 2);
  width = int64_t{config.int8.tile.nb} * isa.f32_lanes();
  oc_blocks = ceil_div(g.oc, width);
  // The last vector of a pixel reads past it.
  staged_columns = config.block_columns * w.m + w.r - 1;
  staged_row = round_up(staged_columns * 2 * g.ic + isa.vector_bytes, line);
  // One cache line more than needed keeps rows and planes from falling into the same cache sets.
  v_tile = ic_vectors * isa.vector_bytes + line;
  v_plane = tiles * v_tile + line;
  m_tile = 4 * width + line;
  m_plane = tiles * m_tile + line;
  staged = 0;
  v = staged_row * (config.block_rows * h.m + h.r - 1);
  products = v + planes * v_plane;
  between = products + planes * m_plane;
  end = between + planes * isa.vector_bytes;
}

std::optional<Int8WinogradConfig> choose_int8_winograd(const ConvGeometry& g, int m, const Int8Types& types,
                                                       const Target& target) {
  Int8WinogradConfig config;
  const bool both = g.h.taps > 1 && g.w.taps > 1;
  const double room = kLargestShort / largest_weight(types), largest_row = both ? std::sqrt(room) : room;
  const auto axis = [&](const WindowAxis& window) {
    return integer_winograd(window.taps == 1 ? 1 : m, static_cast<int>(window.taps), largest_row);
  };
  const auto h = axis(g.h), w = axis(g.w);
  if (!h || !w) return {};
  const double growth = largest_row_sum(h->transforms.bt) * largest_row_sum(w->transforms.bt);
  if (growth * largest(types.src, types.zeros.src) > kLargestShort) return {};
  config.h = *h, config.w = *w;

  Int8Config& int8 = config.int8;
  int8.terms = Terms::short_pairs;
  int8.pixels = {.src = types.src, .zero = types.zeros.src, .wide = true};
  int8.staged = true;
  const int64_t tiles_h = ceil_div(g.h.out, config.h.transforms.m), tiles_w = ceil_div(g.w.out, config.w.transforms.m);
  // What a block has in scratch memory takes a third of L2, as in the Winograd convolution of floats.
  constexpr int64_t kFewest = 12, kMost = 48;
  const int64_t products = 4 * std::min<int64_t>(g.oc, 2 * target.isa.f32_lanes());
  const int64_t tile_bytes =
      config.planes() * (2 * g.ic + products) + 2 * g.ic * config.h.transforms.m * config.w.transforms.m;
  const int64_t wanted = std::clamp<int64_t>(target.caches.l2 / 3 / tile_bytes, kFewest, kMost);
  config.block_columns = ceil_div(tiles_w, ceil_div(tiles_w, wanted));
  const int64_t rows_a_thread = std::max<int64_t>(1, g.batch * tiles_h / target.threads);
  const int64_t most_rows = std::clamp<int64_t>(wanted / config.block_columns, 1, std::min(tiles_h, rows_a_thread));
  config.block_rows = ceil_div(tiles_h, ceil_div(tiles_h, most_rows));
  int8.tile = choose_int8_tile(config.block_rows * config.block_columns, g.oc, target.isa);
  return config;
}

double int8_winograd_cost_ns(const ConvGeometry& g, const Int8WinogradConfig& config, const Target& target) {
  constexpr double kMemoryBytesPerNs = 40;  // weights come from memory in each run; half of that is hidden
  const Int8WinogradLayout at(g, config, target.isa);
  const double planes = config.planes(), tiles = static_cast<double>(g.batch * at.tiles_h * at.tiles_w);
  const double blocks = static_cast<double>(g.batch * at.blocks_h * ceil_div(at.tiles_w, config.block_columns));
  const double products = planes * static_cast<double>(at.steps) * blocks *
                          cycles_per_reduction_step(at.tiles, g.oc, config.int8.tile, target.isa);
  const double transform_cycles = std::max(1.0, (config.h.transforms.tile() + config.w.transforms.tile()) / 2.0 - 2);
  const double vectors = static_cast<double>(at.ic_vectors + ceil_div(g.oc, target.isa.f32_lanes()));
  const double transforms = transform_cycles * planes * tiles * vectors;
  const double staged = static_cast<double>(g.batch * g.h.in * g.w.in * g.ic * 2) / target.isa.vector_bytes * 4;
  const double weights_bytes = 4 * planes * static_cast<double>(at.oc_blocks * at.steps * at.width);
  const double ns = tile_cycles_ns(products + transforms + staged, target.isa) + weights_bytes / kMemoryBytesPerNs;
  return ns / target.threads;
}

int64_t int8_winograd_weights_bytes(const ConvGeometry& g, const Int8WinogradConfig& config, const Isa& isa) {
  const Int8WinogradLayout at(g, config, isa);
  return 4 * config.planes() * at.oc_blocks * at.steps * at.width;
}

namespace {

/// All weights of an output channel, less their zero point: in input channels x taps.
void read_weights(const Tensor& weights, const Int8Types& types, int64_t o, std::span<int16_t> to) {
  const int64_t zero = types.zeros.of_weights(o), first = o * std::ssize(to);
  const auto read = [&](const auto* from) {
    std::transform(from, from + to.size(), to.begin(), [&](int x) { return static_cast<int16_t>(x - zero); });
  };
  types.weights == DType::i8 ? read(weights.as<int8_t>() + first) : read(weights.as<uint8_t>() + first);
}

}  // namespace

bool sums_suffice(const ConvGeometry& g, const Int8WinogradConfig& config, const Int8Types& types,
                  const Tensor& weights) {
  const int shift = std::countr_zero(static_cast<uint64_t>(config.scale()));
  const double limit = std::ldexp(1.0, 31 - shift) / largest(types.src, types.zeros.src);
  const int64_t terms = g.ic * g.h.taps * g.w.taps;
  if (static_cast<double>(terms) * largest_weight(types) < limit) return true;
  std::vector<int16_t> channel(terms);
  for (int64_t o = 0; o < g.oc; ++o) {
    read_weights(weights, types, o, channel);
    int64_t sum = 0;
    for (int16_t weight : channel) sum += std::abs(weight);
    if (static_cast<double>(sum) >= limit) return false;
  }
  return true;
}

namespace {

using IntMatrix = std::vector<std::vector<int32_t>>;

IntMatrix integers(const Matrix& matrix) {
  IntMatrix result;
  for (const auto& row : matrix) result.emplace_back(row.begin(), row.end());
  return result;
}

/// G w G^T of the windows of a pair of input channels and a block of output channels, side by side: `numbers` of them,
/// two for each output channel.
class WindowTransform {
 public:
  WindowTransform(const Int8WinogradConfig& config, int64_t numbers)
      : h_(integers(config.h.transforms.g)),
        w_(integers(config.w.transforms.g)),
        numbers_(numbers),
        r_w_(config.w.transforms.r),
        windows_(config.h.transforms.r * r_w_ * numbers),
        half_(r_w_ * numbers),
        row_(numbers) {}

  /// Tap y * r_w + x of window `n`.
  int32_t& tap(int64_t index, int64_t n) { return windows_[index * numbers_ + n]; }

  /// Element xi goes to out[xi * xi_stride .. + numbers].
  void apply(int16_t* out, int64_t xi_stride) {
    for (const auto& factors_h : h_) {
      for (int64_t x = 0; x < r_w_; ++x) combine(factors_h, &tap(x, 0), r_w_ * numbers_, &half_[x * numbers_]);
      for (const auto& factors_w : w_) {
        combine(factors_w, half_.data(), numbers_, row_.data());
        std::ranges::copy(row_, out);
        out += xi_stride;
      }
    }
  }

 private:
  void combine(const std::vector<int32_t>& factors, const int32_t* from, int64_t step, int32_t* to) const {
    std::fill_n(to, numbers_, 0);
    for (size_t i = 0; i < factors.size(); ++i, from += step) {
      if (factors[i] == 0) continue;
      for (int64_t n = 0; n < numbers_; ++n) to[n] += factors[i] * from[n];
    }
  }

  const IntMatrix h_, w_;
  const int64_t numbers_, r_w_;
  std::vector<int32_t> windows_;  ///< r_h x r_w x numbers
  std::vector<int32_t> half_;     ///< a row of G w
  std::vector<int32_t> row_;
};

Tensor pack_weights(const ConvGeometry& g, const Int8WinogradConfig& config, const Int8Types& types,
                    const Int8WinogradLayout& at, const Tensor& weights) {
  const int64_t taps = g.h.taps * g.w.taps, terms = g.ic * taps;
  const int64_t step_size = 2 * at.width, block_size = at.steps * step_size;
  Tensor packed(DType::i16, Shape{config.planes() * at.oc_blocks * block_size});
  std::vector<int16_t> block_weights(at.width * terms);
  WindowTransform transform(config, step_size);
  for (int64_t block = 0; block < at.oc_blocks; ++block) {
    const int64_t first = block * at.width, channels = std::min(at.width, g.oc - first);
    std::ranges::fill(block_weights, int16_t{0});
    for (int64_t o = 0; o < channels; ++o)
      read_weights(weights, types, first + o, std::span(block_weights).subspan(o * terms, terms));
    for (int64_t step = 0; step < at.steps; ++step) {
      for (int64_t n = 0; n < step_size; ++n) {
        const int64_t i = 2 * step + n % 2;
        const int16_t* window = block_weights.data() + n / 2 * terms + i * taps;
        for (int64_t tap = 0; tap < taps; ++tap) transform.tap(tap, n) = i < g.ic ? window[tap] : 0;
      }
      transform.apply(packed.as<int16_t>() + block * block_size + step * step_size, at.oc_blocks * block_size);
    }
  }
  return packed;
}

}  // namespace

PackedArg pack_int8_winograd_weights(const ConvGeometry& g, const Int8WinogradConfig& config, const Int8Types& types,
                                     const Isa& isa, const Tensor& weights) {
  const Int8WinogradLayout at(g, config, isa);
  return {.bytes = int8_winograd_weights_bytes(g, config, isa),
          .pack = [=] { return pack_weights(g, config, types, at, weights); },
          .dtype = DType::i16};
}

}  // namespace convoy
