// Rows of quantised pixels copied to scratch memory with the padding that windows read, as u8: there all taps of all
// windows exist, and reading a few bytes too far is harmless.
#pragma once

#include "impls/conv2d/geometry.h"

namespace convoy {

class Int8Stage {
 public:
  /// `zero`: the zero point of the copies. `turn`: src is i8, and becomes u8.
  Int8Stage(const ConvGeometry& g, int64_t zero, bool turn);

  int64_t left() const { return left_; }  ///< pixels of padding before the first of src
  int64_t pixel_bytes() const { return g_.ic * g_.groups; }
  int64_t row_bytes() const { return row_bytes_; }
  /// For so many output rows.
  int64_t scratch_bytes(int64_t output_rows) const;

  /// Copies what `count` output rows read, from row `first` on; `image`: its first pixel. The row that the first tap of
  /// output row `first` reads comes first.
  void emit(KernelBuilder& b, Val image, Val scratch, Val first, Val count) const;

 private:
  void copy_row(KernelBuilder& b, Val from, Val to) const;

  ConvGeometry g_;
  uint8_t zero_;
  bool turn_;
  int64_t left_, right_, row_bytes_;
};

}  // namespace convoy
