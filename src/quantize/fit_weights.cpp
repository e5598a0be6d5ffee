#include "quantize/fit_weights.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "support/parallel_for.h"

namespace convoy::quantizer {
namespace {

/// Added to the diagonal, relative to its mean: inputs of the quantised network have errors of earlier layers as well.
constexpr double kDamping = 0.03;
/// The same, relative to what the column has with its mean: moments are sums of floats, and what is left of a column
/// that hardly changes, once its mean is out, is rounding errors.
constexpr double kRoundingErrors = 1e-4;
/// Weights of a block from which on threads pay.
constexpr int64_t kWeightsForThreads = 4096;

/// The sum, in eight parts that can be lanes.
double dot(const double* a, const double* b, int64_t count) {
  constexpr int kLanes = 8;
  double sums[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int lane = 0; lane < kLanes; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  for (; i < count; ++i) sums[0] += a[i] * b[i];
  return std::accumulate(sums, sums + kLanes, 0.0);
}

void add_multiple(double factor, const double* src, int64_t count, double* dst) {
  for (int64_t i = 0; i < count; ++i) dst[i] += factor * src[i];
}

/// Of the symmetric positive definite matrix in the lower triangle, in place: L with L * L^T.
void cholesky(std::vector<double>& matrix, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    double* row = &matrix[i * n];
    for (int64_t j = 0; j < i; ++j) {
      const double* other = &matrix[j * n];
      row[j] = (row[j] - dot(row, other, j)) / other[j];
    }
    row[i] = std::sqrt(row[i] - dot(row, row, i));
  }
}

/// x with L * L^T * x = values, in place.
void solve(const std::vector<double>& lower, std::vector<double>& values) {
  const auto n = static_cast<int64_t>(values.size());
  for (int64_t i = 0; i < n; ++i) values[i] = (values[i] - dot(&lower[i * n], values.data(), i)) / lower[i * n + i];
  for (int64_t i = n - 1; i >= 0; --i) {
    values[i] /= lower[i * n + i];
    add_multiple(-values[i], &lower[i * n], i, values.data());
  }
}

}  // namespace

WeightFit::WeightFit(const InputMoments& moments, bool centred, int threads)
    : moments_(moments),
      rows_(centred ? static_cast<double>(moments.rows) : std::numeric_limits<double>::infinity()),
      threads_(threads),
      factors_(moments.blocks.size()) {
  parallel_for(factors_.size(), threads, [&](size_t k) { factors_[k] = factor_of(moments.blocks[k]); });
}

double WeightFit::moment(const Block& block, int64_t i, int64_t j) const {
  const double sum = block.moments[std::max(i, j) * block.count + std::min(i, j)];
  return sum - block.x[i] * block.x[j] / rows_;
}

WeightFit::Factor WeightFit::factor_of(const Block& block) const {
  const int64_t n = block.count;
  std::vector<double> own(n);
  for (int64_t i = 0; i < n; ++i) own[i] = std::max(moment(block, i, i), 0.0);
  const double mean = std::accumulate(own.begin(), own.end(), 0.0) / static_cast<double>(n);
  const double damping = kDamping * mean + double{std::numeric_limits<float>::min()};
  Factor result{std::vector<int>(n), std::vector<double>(n * n)};
  std::iota(result.order.begin(), result.order.end(), 0);
  std::ranges::stable_sort(result.order, [&](int a, int b) { return own[a] < own[b]; });
  for (int64_t i = 0; i < n; ++i) {
    double* row = &result.lower[i * n];
    for (int64_t j = 0; j < i; ++j) row[j] = moment(block, result.order[i], result.order[j]);
    const int64_t column = result.order[i];
    row[i] = own[column] + damping + kRoundingErrors * block.moments[column * n + column];
  }
  cholesky(result.lower, n);
  return result;
}

template <class Work>
void WeightFit::for_each_output(const WeightLayout& layout, Work&& work) const {
  const int64_t outputs = layout.outputs_of_group();
  for (size_t k = 0; k < factors_.size(); ++k) {
    const Block& block = moments_.blocks[k];
    const int threads = outputs * block.count < kWeightsForThreads ? 1 : threads_;
    parallel_for(outputs, threads,
                 [&](size_t o) { work(block, factors_[k], block.group * outputs + static_cast<int64_t>(o)); });
  }
}

Tensor WeightFit::adjusted(const Tensor& weights, const WeightLayout& layout) const {
  Tensor result(DType::f32, weights.shape());
  std::copy_n(weights.as<float>(), weights.elems(), result.as<float>());
  for_each_output(layout, [&](const Block& block, const Factor& factor, int64_t output) {
    if (!block.drift.empty()) adjust(block, factor, output, weights, layout, result);
  });
  return result;
}

/// With M the damped moments, v - w solves (v - w) * M = w * drift.
void WeightFit::adjust(const Block& block, const Factor& factor, int64_t output, const Tensor& weights,
                       const WeightLayout& layout, Tensor& result) const {
  const int64_t n = block.count;
  std::vector<double> drift(n, 0), change(n);
  double mean = 0;
  for (int64_t c = 0; c < n; ++c) {
    const double weight = weights.as<float>()[layout.element(output, block.first + c)];
    for (int64_t j = 0; j < n; ++j) drift[j] += weight * block.drift[c * n + j];
    mean += weight * (block.f[c] - block.x[c]);
  }
  for (int64_t j = 0; j < n; ++j) change[j] = drift[factor.order[j]] - mean * block.x[factor.order[j]] / rows_;
  solve(factor.lower, change);
  for (int64_t j = 0; j < n; ++j) {
    const int64_t element = layout.element(output, block.first + factor.order[j]);
    result.as<float>()[element] += static_cast<float>(change[j]);
  }
}

void WeightFit::round(const Tensor& weights, const WeightLayout& layout, QuantizedWeights& quantized) const {
  for_each_output(layout, [&](const Block& block, const Factor& factor, int64_t output) {
    const double scale = quantized.scale[layout.scale_of(output)];
    std::vector<double> added(block.count, 0);  // by errors so far, along each column of the factor
    // The columns of the largest moments first: their errors cost most, and the most others can take them.
    for (int64_t i = block.count - 1; i >= 0; --i) {
      const double* row = &factor.lower[i * block.count];
      const int64_t element = layout.element(output, block.first + factor.order[i]);
      const double weight = weights.as<float>()[element];
      const int8_t number = nearest_number((weight - added[i] / row[i]) / scale);
      quantized.numbers.as<int8_t>()[element] = number;
      add_multiple(number * scale - weight, row, i, added.data());
    }
  });
}

std::vector<double> mean_difference(const Tensor& weights, const QuantizedWeights& quantized,
                                    const WeightLayout& layout, const InputMoments& moments) {
  std::vector<double> sums(layout.outputs(), 0);
  for (const InputMoments::Block& block : moments.blocks) {
    const int64_t outputs = layout.outputs_of_group();
    for (int64_t output = block.group * outputs; output < (block.group + 1) * outputs; ++output) {
      for (int64_t c = 0; c < block.count; ++c) {
        const int64_t element = layout.element(output, block.first + c);
        const double number = quantized.numbers.as<int8_t>()[element];
        sums[output] += weights.as<float>()[element] * block.f[c];
        sums[output] -= number * quantized.scale[layout.scale_of(output)] * block.x[c];
      }
    }
  }
  for (double& sum : sums) sum /= static_cast<double>(moments.rows);
  return sums;
}

}  // namespace convoy::quantizer
