// An image through a DenseProgram: tiles and strips of its bands, shared by threads.
#pragma once

#include <functional>

#include "dense/dense_data.h"
#include "dense/tiles.h"

namespace convoy {

/// Rows or columns [begin, end).
struct Span {
  int64_t begin = 0, end = 0;
  int64_t size() const { return end - begin; }
};

/// Some rows of patches over the width of an image, with the pixels that they read and write. Row 0 of the views is row
/// `first_row` of the image and `first_result_row` of the result.
struct Band {
  Span patches;
  ImageView image, result;
  int64_t first_row = 0, first_result_row = 0;
  ItemGrid items;  ///< tiles, or strips of tiles one below the other
};

/// Computes items of bands of an image.
class DenseRun {
 public:
  /// Throws Error when the image is smaller than a patch.
  DenseRun(const detail::DenseData& data, int64_t height, int64_t width);

  const PatchLayout& layout() const { return layout_; }
  /// How the band is divided among the program's threads.
  ItemGrid divide(const Span& patches) const;
  /// The rows of the image that the patches see, borders resolved.
  Span rows_seen(const Span& patches) const;
  Span result_rows(const Span& patches) const;

  /// A context for compute(), of one thread's own.
  Context context() const;
  void compute(Context& context, const Band& band, int64_t item) const;
  /// The pixels of one patch of the band, without its margin: 1 x channels x height x width.
  void read_patch(Tensor& planes, const Band& band, int64_t row, int64_t col) const;

 private:
  void strip(Context& context, const Band& band, const Span& rows, const Span& cols, int64_t first_col) const;
  void read(Tensor& planes, const Band& band, int64_t top, int64_t left) const;
  void write(const Context& context, const Band& band, int64_t top, const Span& rows, const Span& cols,
             int64_t first_col) const;

  const detail::DenseData& data_;
  const PatchGeometry& g_;
  const PatchGrid tile_;
  const PatchLayout layout_;
  const int64_t height_, width_;
};

/// Throws Error when image and result do not fit the network.
void check_sizes(const detail::DenseData& data, const PatchLayout& layout, const ImageView& image,
                 const ImageView& result);

/// Throws Error when image and result do not fit the network.
void run_dense(const detail::DenseData& data, const ImageView& image, const ImageView& result,
               const Progress& progress);

}  // namespace convoy
