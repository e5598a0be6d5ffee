// Rows of quantised pixels copied to scratch memory with the padding that windows read: there all taps of all windows
// exist, and reading a few bytes too far is harmless. Copies are u8 (of i8, plus 128), or i16 less the zero point.
#pragma once

#include "impls/conv2d/geometry.h"

namespace convoy {

struct StagedPixels {
  DType src = DType::u8;
  int64_t zero = 0;   ///< the zero point of src
  bool wide = false;  ///< copies are i16

  int64_t bytes() const { return wide ? 2 : 1; }
  /// The zero point of the copies.
  int64_t copied_zero() const { return wide ? 0 : src == DType::i8 ? zero + 128 : zero; }
  std::string key() const { return fmt::format("{}-{}{}", to_string(src), zero, wide ? "w" : ""); }
};

class Int8Stage {
 public:
  Int8Stage(const ConvGeometry& g, const StagedPixels& pixels);

  int64_t left() const { return left_; }  ///< pixels of padding before the first of src
  int64_t pixel_bytes() const { return channels() * pixels_.bytes(); }
  int64_t row_bytes() const { return row_bytes_; }
  /// For so many output rows.
  int64_t scratch_bytes(int64_t output_rows) const;

  /// Copies `columns` pixels, padding included, of what `count` output rows read, from row `first` on; those from
  /// `column` on, 0 being the first pixel that the first window reads. Rows lie `row_bytes` apart.
  void emit_columns(KernelBuilder& b, Val image, Val scratch, Val first, Val count, Val column, int64_t columns,
                    int64_t row_bytes) const;

  /// Copies what `count` output rows read, from row `first` on; `image`: its first pixel. The row that the first tap of
  /// output row `first` reads comes first.
  void emit(KernelBuilder& b, Val image, Val scratch, Val first, Val count) const;

  /// Calls `slab(first, end)` for the output rows of a task, counted through the batch, in slabs of `slab_rows` that
  /// lie in one image.
  static void each_slab(KernelBuilder& b, const ConvGeometry& g, int64_t slab_rows,
                        const std::function<void(Val first, Val end)>& slab);

 private:
  int64_t channels() const { return g_.ic * g_.groups; }
  Val input_rows(Val output_rows) const;
  void copy_row(KernelBuilder& b, Val from, Val to) const;
  void copy_values(KernelBuilder& b, Val from, Val to, int64_t count) const;
  void fill(KernelBuilder& b, Val to, int64_t pixels) const;

  ConvGeometry g_;
  StagedPixels pixels_;
  int64_t left_, right_, row_bytes_;
};

}  // namespace convoy
