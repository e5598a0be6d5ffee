// What a product multiplies its weights with, row by row: im2col.
#pragma once

#include <convoy/tensor.h>
#include <onnx/onnx_pb.h>

#include <optional>
#include <vector>

namespace convoy::quantizer {

/// The rows of a product's input: of a matrix, or the windows of a convolution. Their columns are in the order in which
/// each output of the weights has them.
class WindowRows {
 public:
  /// Nothing for products that these rows do not describe: ConvTranspose, batches of weights, transposed inputs.
  static std::optional<WindowRows> of(const onnx::NodeProto& product, const Shape& weights, const Shape& src);

  int64_t rows() const { return rows_; }        ///< of one src
  int64_t groups() const { return groups_; }    ///< of channels: each has rows of its own
  int64_t columns() const { return columns_; }  ///< of a group's rows

  /// What each tap of the window reads in a row, as an index within the plane of a channel; -1: padding.
  std::vector<int64_t> pixels(int64_t row) const;
  /// Copies columns [first, first + count) of a group's row, whose `pixels` these are; zeros for padding.
  void copy(const Tensor& src, int64_t group, int64_t row, const std::vector<int64_t>& pixels, int64_t first,
            int64_t count, float* dst) const;

 private:
  /// One spatial axis.
  struct Axis {
    int64_t extent, outputs, window, stride, dilation, pad;
  };

  WindowRows() = default;
  void set_axes(const onnx::NodeProto& conv, const Shape& weights, const Shape& src);
  int64_t pixel(int64_t position, int64_t tap) const;

  int64_t rows_ = 0, groups_ = 1, columns_ = 0;
  int64_t positions_ = 1;  ///< of the window in one image; 1: rows of a matrix
  int64_t taps_ = 1, plane_ = 1;
  std::vector<Axis> axes_;
};

}  // namespace convoy::quantizer
