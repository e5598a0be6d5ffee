#include "quantize/input_moments.h"

#include <algorithm>
#include <cmath>

#include "quantize/ranges.h"
#include "support/error.h"
#include "support/parallel_for.h"

namespace convoy::quantizer {
namespace {

/// Rows in all, about; more say little more.
constexpr int64_t kRows = 4096;
/// Rows a column from which on the drift, the sum of many small errors, is more than chance.
constexpr int64_t kRowsForDrift = 128;
/// Columns whose moments are known together: time and memory grow with their square and more.
constexpr int64_t kMostColumns = 1280;

InputMoments empty_moments(const WindowRows& rows) {
  InputMoments result;
  const int64_t columns = rows.columns(), parts = (columns + kMostColumns - 1) / kMostColumns;
  for (int64_t group = 0; group < rows.groups(); ++group) {
    for (int64_t part = 0; part < parts; ++part) {
      InputMoments::Block block{.group = group, .first = columns * part / parts, .count = 0};
      block.count = columns * (part + 1) / parts - block.first;
      block.moments.resize(block.count * block.count);
      block.x.resize(block.count);
      block.f.resize(block.count);
      if (kRowsForDrift * columns <= kRows) block.drift.resize(block.count * block.count);
      result.blocks.push_back(std::move(block));
    }
  }
  return result;
}

/// Rows of a sample: spread evenly, beginning elsewhere in each sample.
std::vector<int64_t> sampled_rows(int64_t rows, int64_t sample, int64_t wanted) {
  constexpr double kGoldenRatio = 0.6180339887498949;
  const int64_t count = std::min(rows, wanted);
  std::vector<int64_t> result;
  for (int64_t i = 0; i < count; ++i) {
    const double golden = kGoldenRatio * static_cast<double>(sample * count + i), offset = golden - std::floor(golden);
    const auto row =
        static_cast<int64_t>((static_cast<double>(i) + offset) * static_cast<double>(rows) / double(count));
    result.push_back(count == rows ? i : std::min(row, rows - 1));
  }
  return result;
}

/// sums[j] += sum of a[r][0] * x[r][j] over rows r, for j < columns. Rows are `step` apart, a multiple of four of them.
void add_products(const float* a, const float* x, int64_t rows, int64_t step, int64_t columns, float* sums) {
  for (int64_t r = 0; r < rows; r += 4, a += 4 * step, x += 4 * step) {
    const float *x1 = x + step, *x2 = x1 + step, *x3 = x2 + step;
    const float a0 = a[0], a1 = a[step], a2 = a[2 * step], a3 = a[3 * step];
    for (int64_t j = 0; j < columns; ++j) sums[j] += (a0 * x[j] + a1 * x1[j]) + (a2 * x2[j] + a3 * x3[j]);
  }
}

float quantized(float value, const ValueQuantization& quantization) {
  const auto [low, high] = number_range(quantization.dtype);
  const float zero = static_cast<float>(quantization.zero_point);
  const float number = std::nearbyint(value / quantization.scale) + zero;
  return (std::clamp(number, static_cast<float>(low), static_cast<float>(high)) - zero) * quantization.scale;
}

void add_sample(const WatchedProduct& product, const Tensor& src, const std::vector<int64_t>& rows,
                InputMoments& moments) {
  std::vector<std::vector<int64_t>> pixels;
  for (int64_t row : rows) pixels.push_back(product.rows.pixels(row));
  const auto padded = static_cast<int64_t>((rows.size() + 3) / 4 * 4);
  std::vector<float> x, difference;
  for (InputMoments::Block& block : moments.blocks) {
    const int64_t n = block.count;
    x.assign(padded * n, 0);
    difference.assign(padded * n, 0);
    for (size_t r = 0; r < rows.size(); ++r) {
      float *own = &x[r * n], *drift = &difference[r * n];
      product.rows.copy(src, block.group, rows[r], pixels[r], block.first, n, drift);
      for (int64_t i = 0; i < n; ++i) {
        own[i] = quantized(drift[i], product.quantization);
        block.f[i] += drift[i];
        block.x[i] += own[i];
        drift[i] -= own[i];
      }
    }
    for (int64_t i = 0; i < n; ++i) {
      add_products(&x[i], x.data(), padded, n, i + 1, &block.moments[i * n]);
      if (!block.drift.empty()) add_products(&difference[i], x.data(), padded, n, n, &block.drift[i * n]);
    }
  }
  moments.rows += static_cast<int64_t>(rows.size());
}

}  // namespace

std::map<int, InputMoments> gather_moments(ProbedProgram& network, const Samples& samples, int threads,
                                           const std::function<void(const std::string&)>& progress,
                                           const std::map<int, WatchedProduct>& products) {
  std::map<int, InputMoments> result;
  std::vector<int> nodes;
  for (const auto& [node, product] : products) {
    result[node] = empty_moments(product.rows);
    nodes.push_back(node);
  }
  const int64_t wanted = (kRows + samples.count - 1) / samples.count;
  for (int64_t i = 0; i < samples.count; ++i) {
    if (progress) progress(fmt::format("rounding: sample {} of {}", i + 1, samples.count));
    network.run(samples.read(i, network.inputs(), network.outputs()));
    parallel_for(nodes.size(), threads, [&](size_t k) {
      const WatchedProduct& product = products.at(nodes[k]);
      add_sample(product, network.value(product.src), sampled_rows(product.rows.rows(), i, wanted),
                 result.at(nodes[k]));
    });
  }
  return result;
}

}  // namespace convoy::quantizer
