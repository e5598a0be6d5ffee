// Transform matrices of Winograd's minimal filtering F(m, r): m outputs of an r-tap correlation with
// t = m + r - 1 multiplications,
//
//   y = A^T [ (G w) * (B^T d) ],   d: t inputs, w: r taps, * elementwise,
//
// from t - 1 interpolation points and the point at infinity (Cook-Toom). Lavin & Gray, "Fast algorithms for
// convolutional neural networks", CVPR 2016; construction as in Blahut, "Fast algorithms for signal processing".
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace convoy {

using Matrix = std::vector<std::vector<double>>;  ///< rows of columns

struct WinogradTransforms {
  int m = 0, r = 0;
  Matrix at;  ///< m x t
  Matrix g;   ///< t x r
  Matrix bt;  ///< t x t

  int tile() const { return m + r - 1; }
};

/// Points are 0, 1, -1, 2, -2, 1/2, -1/2, ... in an order that keeps the error small. Rows of B^T are scaled to
/// small integers where possible, the scale moved into G, which is applied at compile time.
WinogradTransforms winograd_transforms(int m, int r);

/// The same with the scale of each row of G moved into B^T, so that G consists of 1, 2, 4, ...: cheap where
/// weights are transformed at run time.
WinogradTransforms with_plain_weights(WinogradTransforms transforms);

/// Transforms of integers only, which give scale * y.
struct IntegerWinograd {
  WinogradTransforms transforms;
  int64_t scale = 1;
};
/// Rows of G carry as much of the scale as `largest_row` allows as the sum of their magnitudes, but for powers of two;
/// columns of A^T carry the rest. Nothing when the points are not integers or a row is too large.
std::optional<IntegerWinograd> integer_winograd(int m, int r, double largest_row);

/// The largest sum of magnitudes of a row: what a transform may multiply the largest number by.
double largest_row_sum(const Matrix& matrix);

}  // namespace convoy
