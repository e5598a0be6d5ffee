#include "impls/norm/channel_norm_kernel.h"

#include "impls/accumulate.h"
#include "impls/vectors_along.h"

namespace convoy {

std::string ChannelNorm::key() const {
  return fmt::format("{}x{}x{}x{} {} {} rows{} groups{} {:.17g} block{}", n, channels, h, w, attribute_text(src),
                     attribute_text(dst), has_rows, groups, epsilon, block_rows);
}

namespace {

/// Calls body(first channel, number of channels) for chunks of `vectors` vectors; the last may be smaller.
void for_each_chunk(KernelBuilder& b, int64_t channels, int vectors, const std::function<void(Val, int64_t)>& body) {
  const int64_t chunk = vectors * b.lanes(), whole = channels / chunk * chunk;
  b.loop(0, whole, chunk, [&](Val c) { body(c, chunk); });
  if (whole < channels) body(b.i64(whole), channels - whole);
}

// Moments.

class MomentsEmitter {
 public:
  MomentsEmitter(KernelBuilder& b, const ChannelNorm& norm) : b_(b), k_(norm) {}

  void emit() {
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val row) {
      first_row_ = row % k_.blocks() * k_.block_rows;
      end_row_ = b_.min(first_row_ + k_.block_rows, b_.i64(k_.h));
      Val image = b_.offset(b_.arg(kMomentsSrc), row / k_.blocks() * k_.src[0]);
      Val moments = b_.offset(b_.arg(kMomentsDst), row * (2 * k_.padded));
      for_each_chunk(b_, k_.channels, kMomentsVectors,
                     [&](Val c, int64_t elems) { chunk(b_.offset(image, c), b_.offset(moments, c), elems); });
    });
  }

 private:
  void chunk(Val src, Val moments, int64_t elems) {
    Val count = b_.splat(b_.to_f32((end_row_ - first_row_) * k_.w));
    std::vector<Val> means = sum_pixels(src, elems, [](Val sum, Val x, int) { return sum + x; });
    for (Val& mean : means) mean = mean / count;
    const std::vector<Val> squares = sum_pixels(src, elems, [&](Val sum, Val x, int v) {
      Val deviation = x - means[v];
      return b_.fma(deviation, deviation, sum);
    });
    for (size_t v = 0; v < means.size(); ++v) {
      const auto at = static_cast<int64_t>(v) * b_.lanes();
      b_.store(means[v], moments, at);
      b_.store(squares[v], moments, k_.padded + at);
    }
  }

  /// Over the block's rows; one sum a vector.
  std::vector<Val> sum_pixels(Val src, int64_t elems, const AccumulateFn& add) {
    const PixelLine line{k_.w, k_.src[3], elems};
    const int unroll = accumulators_per_vector(b_, line), vectors = line.vectors(b_.lanes());
    std::vector<Val> sums(unroll * vectors, b_.f32(0));
    sums = b_.loop(first_row_, end_row_, 1, sums, [&](Val h, const std::vector<Val>& carried) {
      return accumulate(b_, b_.offset(src, h * k_.src[2]), line, unroll, carried, add);
    });
    for (int i = vectors; i < unroll * vectors; ++i) sums[i % vectors] = sums[i % vectors] + sums[i];
    sums.resize(vectors);
    return sums;
  }

  KernelBuilder& b_;
  const ChannelNorm& k_;
  Val first_row_, end_row_;
};

// Combine.

class CombineEmitter {
 public:
  CombineEmitter(KernelBuilder& b, const ChannelNorm& norm) : b_(b), k_(norm) {}

  void emit() {
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val n) {
      Val moments = b_.offset(b_.arg(kCombineMoments), n * (k_.blocks() * 2 * k_.padded));
      Val means = b_.offset(b_.arg(kCombineMean), n * k_.padded);
      Val factors = b_.offset(b_.arg(kCombineFactor), n * k_.padded);
      for_each_chunk(b_, k_.channels, 1, [&](Val c, int64_t elems) {
        const int active = elems < b_.lanes() ? static_cast<int>(elems) : -1;
        auto [mean, squares] = combine_blocks(b_.offset(moments, c));
        b_.store(mean, b_.offset(means, c));
        b_.store(each_channel() ? factor(c, squares, pixels(), active) : squares, b_.offset(factors, c));
      });
      if (each_channel()) return;
      b_.loop(0, k_.groups, 1, [&](Val g) { combine_channels(g * group_channels(), means, factors); });
    });
  }

 private:
  bool each_channel() const { return k_.groups == k_.channels; }
  int64_t group_channels() const { return k_.channels / k_.groups; }
  double pixels() const { return static_cast<double>(k_.h * k_.w); }
  double block_pixels() const { return static_cast<double>(k_.block_rows * k_.w); }
  double last_block_pixels() const { return pixels() - static_cast<double>(k_.blocks() - 1) * block_pixels(); }

  /// `sum` plus body(sum, block's moments, block's pixels) for each block.
  Val sum_blocks(Val moments, const std::function<Val(Val sum, Val block, double pixels)>& body) {
    const int64_t last = k_.blocks() - 1, distance = 2 * k_.padded;
    Val sum = b_.loop(0, last, 1, {b_.f32(0)}, [&](Val i, const std::vector<Val>& carried) {
      return std::vector<Val>{body(carried[0], b_.offset(moments, i * distance), block_pixels())};
    })[0];
    return body(sum, b_.offset(moments, last * distance), last_block_pixels());
  }

  /// Mean and squares of a vector of channels over all blocks.
  std::pair<Val, Val> combine_blocks(Val moments) {
    Val mean = sum_blocks(moments, [&](Val sum, Val block, double count) {
      return b_.fma(b_.load(block), b_.f32(count / pixels()), sum);
    });
    Val squares = sum_blocks(moments, [&](Val sum, Val block, double count) {
      Val deviation = b_.load(block) - mean;
      return b_.fma(deviation * deviation, b_.f32(count), sum + b_.load(block, k_.padded));
    });
    return {mean, squares};
  }

  /// scale / sqrt(variance + epsilon) from channel `c` on, the variance being squares / count.
  Val factor(Val c, Val squares, double count, int active) {
    Val variance = squares * b_.f32(1 / count);
    Val scale = b_.load(b_.offset(b_.arg(kCombineScale), c), 0, active);
    return scale / b_.sqrt(variance + b_.f32(k_.epsilon));
  }

  /// Replaces the channels' means and squares by the group's mean and their factors.
  void combine_channels(Val first, Val means, Val factors) {
    means = b_.offset(means, first);
    factors = b_.offset(factors, first);
    const int64_t channels = group_channels();
    auto sum = [&](const std::function<Val(Val, int)>& term) {
      const FoldFn add = [](Val x, Val y) { return x + y; };
      auto add_vector = [&](Val so_far, Val c, int active) {
        return so_far + first_lanes_of(b_, term(c, active), b_.f32(0), active);
      };
      return fold_lanes(b_, fold_vectors(b_, channels, b_.f32(0), add_vector, add), add);
    };
    Val mean = sum([&](Val c, int active) { return b_.load(b_.offset(means, c), 0, active); }) *
               b_.f32(1 / static_cast<double>(channels));
    Val squares = sum([&](Val c, int active) {
      Val deviation = b_.load(b_.offset(means, c), 0, active) - mean;
      return b_.fma(deviation * deviation, b_.f32(pixels()), b_.load(b_.offset(factors, c), 0, active));
    });
    for_each_vector(b_, channels, [&](Val c, int active) {
      Val factors_of = factor(first + c, squares, pixels() * static_cast<double>(channels), active);
      b_.store(mean, b_.offset(means, c), 0, active);
      b_.store(factors_of, b_.offset(factors, c), 0, active);
    });
  }

  KernelBuilder& b_;
  const ChannelNorm& k_;
};

// Apply.

class ApplyEmitter {
 public:
  ApplyEmitter(KernelBuilder& b, const ChannelNorm& norm, const Epilogue& epilogue)
      : b_(b), k_(norm), epilogue_(epilogue) {}

  void emit() {
    // The parameters of a chunk stay in registers along an image row.
    const int vectors = b_.isa().vector_registers / 8;
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val row) {
      Val n = row / k_.h, h = row % k_.h;
      for_each_chunk(b_, k_.channels, vectors, [&](Val c, int64_t elems) { chunk(n, c, h, elems); });
    });
  }

 private:
  struct Parameters {
    Val mean, factor, bias;
  };

  void chunk(Val n, Val c, Val h, int64_t elems) {
    const PixelLine line{.elems = elems};
    std::vector<Parameters> parameters;
    Val at = n * k_.padded + c;
    for (int v = 0; v < line.vectors(b_.lanes()); ++v) {
      const int64_t first = v * b_.lanes();
      parameters.push_back({b_.load(b_.offset(b_.arg(kApplyMean), at), first),
                            b_.load(b_.offset(b_.arg(kApplyFactor), at), first),
                            b_.load(b_.offset(b_.arg(kApplyBias), c), first, line.active(v, b_.lanes()))});
    }
    const std::vector<Val> row = {n, c, h, b_.i64(0)};
    Val src = element_address(b_, b_.arg(kApplySrc), k_.src, row);
    Val dst = element_address(b_, b_.arg(kApplyDst), k_.dst, row);
    b_.loop(0, k_.w, 1, [&](Val w) {
      pixel({n, c, h, w}, b_.offset(src, w * k_.src[3]), b_.offset(dst, w * k_.dst[3]), line, parameters);
    });
  }

  void pixel(std::vector<Val> index, Val src, Val dst, const PixelLine& line,
             const std::vector<Parameters>& parameters) {
    if (!k_.has_rows) index.erase(index.begin() + 2);
    const Epilogue::Cursor cursor = epilogue_.at(b_, index);
    std::vector<int64_t> offsets(index.size(), 0);
    for (size_t v = 0; v < parameters.size(); ++v) {
      const int active = line.active(static_cast<int>(v), b_.lanes());
      offsets[1] = static_cast<int64_t>(v) * b_.lanes();
      const Parameters& p = parameters[v];
      Val value = b_.fma(b_.load(src, offsets[1], active) - p.mean, p.factor, p.bias);
      if (!epilogue_.empty()) value = epilogue_.apply(b_, value, cursor, offsets, 1, active);
      b_.store(value, dst, offsets[1], active);
    }
  }

  KernelBuilder& b_;
  const ChannelNorm& k_;
  const Epilogue& epilogue_;
};

}  // namespace

void emit_channel_moments(KernelBuilder& b, const ChannelNorm& norm) {
  MomentsEmitter(b, norm).emit();
}
void emit_channel_combine(KernelBuilder& b, const ChannelNorm& norm) {
  CombineEmitter(b, norm).emit();
}
void emit_channel_apply(KernelBuilder& b, const ChannelNorm& norm, const Epilogue& epilogue) {
  ApplyEmitter(b, norm, epilogue).emit();
}

}  // namespace convoy
