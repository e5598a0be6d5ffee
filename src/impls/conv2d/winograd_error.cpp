#include "impls/conv2d/winograd_error.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <random>
#include <tuple>

namespace convoy {

namespace {

constexpr int kChannels = 64, kTiles = 8;

/// Row-major rows x cols.
template <class T>
struct Block {
  int rows = 0, cols = 0;
  std::vector<T> values = std::vector<T>(static_cast<size_t>(rows) * cols, T(0));

  T& at(int row, int col) { return values[row * cols + col]; }
  T at(int row, int col) const { return values[row * cols + col]; }
};

/// left * block * right^T in the arithmetic of T.
template <class T>
Block<T> transform(const Matrix& left, const Block<T>& block, const Matrix& right) {
  Block<T> half{static_cast<int>(left.size()), block.cols};
  for (int i = 0; i < half.rows; ++i) {
    for (int j = 0; j < half.cols; ++j) {
      for (int k = 0; k < block.rows; ++k) half.at(i, j) += static_cast<T>(left[i][k]) * block.at(k, j);
    }
  }
  Block<T> whole{half.rows, static_cast<int>(right.size())};
  for (int i = 0; i < whole.rows; ++i) {
    for (int j = 0; j < whole.cols; ++j) {
      for (int k = 0; k < half.cols; ++k) whole.at(i, j) += half.at(i, k) * static_cast<T>(right[j][k]);
    }
  }
  return whole;
}

template <class To, class From>
Block<To> convert(const Block<From>& block) {
  Block<To> converted{block.rows, block.cols};
  std::ranges::copy(block.values, converted.values.begin());
  return converted;
}

class Trial {
 public:
  Trial(WinogradTransforms h, WinogradTransforms w, bool plain_weights)
      : h_(std::move(h)), w_(std::move(w)), plain_weights_(plain_weights) {}

  /// The root mean square of the errors where in a tile they are worst, relative to that of the results: of many
  /// results, the largest error and the largest result are about the same multiple of theirs.
  double error() {
    std::vector<double> squared_errors(static_cast<size_t>(h_.m) * w_.m);
    double squared_results = 0;
    for (int tile = 0; tile < kTiles; ++tile) {
      Block<float> products{h_.tile(), w_.tile()};
      Block<double> expected{h_.m, w_.m};
      for (int channel = 0; channel < kChannels; ++channel) {
        const Block<float> input = random(h_.tile(), w_.tile()), weights = random(h_.r, w_.r);
        add_products(input, weights, products);
        add_direct(input, weights, expected);
      }
      const Block<float> found = transform(h_.at, products, w_.at);
      for (size_t i = 0; i < expected.values.size(); ++i) {
        squared_errors[i] += std::pow(found.values[i] - expected.values[i], 2);
        squared_results += std::pow(expected.values[i], 2) / static_cast<double>(expected.values.size());
      }
    }
    return std::sqrt(*std::ranges::max_element(squared_errors) / squared_results);
  }

 private:
  Block<float> random(int rows, int cols) {
    std::uniform_real_distribution<float> values(-1, 1);
    Block<float> block{rows, cols};
    for (float& value : block.values) value = values(random_);
    return block;
  }

  void add_products(const Block<float>& input, const Block<float>& weights, Block<float>& products) const {
    const Block<float> v = transform(h_.bt, input, w_.bt);
    const Block<float> u = plain_weights_ ? transform(h_.g, weights, w_.g)
                                          : convert<float>(transform(h_.g, convert<double>(weights), w_.g));
    for (size_t i = 0; i < v.values.size(); ++i)
      products.values[i] = std::fma(u.values[i], v.values[i], products.values[i]);
  }

  static void add_direct(const Block<float>& input, const Block<float>& weights, Block<double>& sums) {
    for (int y = 0; y < sums.rows; ++y) {
      for (int x = 0; x < sums.cols; ++x) {
        for (int a = 0; a < weights.rows; ++a) {
          for (int b = 0; b < weights.cols; ++b)
            sums.at(y, x) += static_cast<double>(input.at(y + a, x + b)) * weights.at(a, b);
        }
      }
    }
  }

  const WinogradTransforms h_, w_;
  const bool plain_weights_;
  std::minstd_rand random_{1};
};

WinogradTransforms transforms_of(const WinogradAxis& axis, bool plain_weights) {
  WinogradTransforms transforms = winograd_transforms(axis.m, axis.r);
  return plain_weights ? with_plain_weights(std::move(transforms)) : transforms;
}

}  // namespace

double winograd_error(const WinogradAxis& h, const WinogradAxis& w, bool plain_weights) {
  static std::mutex mutex;
  static std::map<std::tuple<int, int, int, int, bool>, double> known;
  const std::scoped_lock lock(mutex);
  const auto [entry, is_new] = known.try_emplace({h.m, h.r, w.m, w.r, plain_weights}, 0);
  if (is_new) {
    entry->second = Trial(transforms_of(h, plain_weights), transforms_of(w, plain_weights), plain_weights).error();
  }
  return entry->second;
}

}  // namespace convoy
