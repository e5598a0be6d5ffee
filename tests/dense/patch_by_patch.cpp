#include "dense/patch_by_patch.h"

namespace convoy {
namespace {

/// The patch at (row, col) of the grid with its margin, out of an image of 1 x C x H x W.
Tensor patch_at(const Tensor& image, const PatchGeometry& g, int64_t row, int64_t col) {
  Tensor patch(DType::f32, Shape{1, g.channels, g.rows_read(), g.cols_read()});
  const int64_t rows = image.shape()[2], cols = image.shape()[3];
  float* out = patch.as<float>();
  for (int64_t c = 0; c < g.channels; ++c) {
    for (int64_t y = 0; y < g.rows_read(); ++y) {
      for (int64_t x = 0; x < g.cols_read(); ++x) {
        *out++ = image.as<float>()[(c * rows + row * g.step + y) * cols + col * g.step + x];
      }
    }
  }
  return patch;
}

}  // namespace

Tensor patch_by_patch(const Graph& patch, const PatchGeometry& g, const Tensor& image, PatchGrid grid) {
  const int64_t b = g.block;
  Tensor result(DType::f32, Shape{1, g.out_channels, grid.rows * b, grid.cols * b});
  for (int64_t i = 0; i < grid.patches(); ++i) {
    const int64_t row = i / grid.cols, col = i % grid.cols;
    const Tensor block = evaluate(patch, {patch_at(image, g, row, col)})[patch.outputs[0]];
    for (int64_t e = 0; e < block.elems(); ++e) {
      const int64_t c = e / (b * b), y = e / b % b, x = e % b;
      result.as<float>()[(c * grid.rows * b + row * b + y) * grid.cols * b + col * b + x] = block.as<float>()[e];
    }
  }
  return result;
}

}  // namespace convoy
