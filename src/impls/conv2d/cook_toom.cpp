#include "impls/conv2d/cook_toom.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "support/error.h"

namespace convoy {

namespace {

using Polynomial = std::vector<double>;  // coefficients, constant term first

/// p * (x - root).
Polynomial times_root(const Polynomial& p, double root) {
  Polynomial product(p.size() + 1, 0.0);
  for (size_t i = 0; i < p.size(); ++i) {
    product[i + 1] += p[i];
    product[i] -= root * p[i];
  }
  return product;
}

/// Product of (x - point) over all points but number `skip`.
Polynomial product_without(const std::vector<double>& points, size_t skip) {
  Polynomial product = {1.0};
  for (size_t i = 0; i < points.size(); ++i) {
    if (i != skip) product = times_root(product, points[i]);
  }
  return product;
}

}  // namespace

WinogradTransforms winograd_transforms(int m, int r) {
  static const double kPoints[] = {0, 1, -1, 2, -2, 0.5, -0.5, 4, -4, 0.25, -0.25};
  const int t = m + r - 1;
  if (t - 1 > static_cast<int>(std::size(kPoints))) internal_error("no points for F({}, {})", m, r);
  const std::vector<double> points(kPoints, kPoints + t - 1);
  WinogradTransforms w{m, r, Matrix(m, std::vector<double>(t, 0.0)), Matrix(t, std::vector<double>(r, 0.0)),
                       Matrix(t, std::vector<double>(t, 0.0))};
  for (int i = 0; i + 1 < t; ++i) {
    const double point = points[i];
    double scale = 1;  // product of the distances to the other points
    for (int j = 0; j + 1 < t; ++j) {
      if (j != i) scale *= point - points[j];
    }
    for (int k = 0; k < m; ++k) w.at[k][i] = std::pow(point, k);
    for (int k = 0; k < r; ++k) w.g[i][k] = std::pow(point, k) / scale;
    const Polynomial row = product_without(points, i);
    std::copy(row.begin(), row.end(), w.bt[i].begin());
  }
  w.at[m - 1][t - 1] = 1;
  w.g[t - 1][r - 1] = 1;
  const Polynomial all = product_without(points, points.size());
  std::copy(all.begin(), all.end(), w.bt[t - 1].begin());
  return w;
}

WinogradTransforms with_plain_weights(WinogradTransforms w) {
  for (int i = 0; i < w.tile(); ++i) {
    const double scale = *std::ranges::find_if(w.g[i], [](double g) { return g != 0; });
    for (double& g : w.g[i]) g /= scale;
    for (double& b : w.bt[i]) b *= scale;
  }
  return w;
}

namespace {

double row_sum(const std::vector<double>& row) {
  double sum = 0;
  for (double value : row) sum += std::abs(value);
  return sum;
}

bool is_integer(double value) {
  return value == std::round(value);
}

}  // namespace

double largest_row_sum(const Matrix& matrix) {
  double largest = 0;
  for (const auto& row : matrix) largest = std::max(largest, row_sum(row));
  return largest;
}

std::optional<IntegerWinograd> integer_winograd(int m, int r, double largest_row) {
  IntegerWinograd result{winograd_transforms(m, r), 1};
  WinogradTransforms& w = result.transforms;
  for (const auto& row : w.bt) {
    if (!std::ranges::all_of(row, is_integer)) return {};
  }
  // With points that are integers, row i of G is a row of integers that begins with 1, or is 0, .., 0, 1, divided by an
  // integer.
  std::vector<int64_t> divisors;
  for (auto& row : w.g) {
    const double first = *std::ranges::find_if(row, [](double g) { return g != 0; });
    divisors.push_back(std::llround(1 / first));
    for (double& g : row) g /= first;
    result.scale = std::lcm(result.scale, divisors.back());
  }
  for (int i = 0; i < w.tile(); ++i) {
    int64_t factor = result.scale / divisors[i], left = 1;
    for (; std::abs(static_cast<double>(factor)) * row_sum(w.g[i]) > largest_row; left *= 2) {
      if (factor % 2 != 0) return {};
      factor /= 2;
    }
    for (double& g : w.g[i]) g = std::round(g * static_cast<double>(factor));
    for (auto& row : w.at) row[i] *= static_cast<double>(left);
  }
  return result;
}

}  // namespace convoy
