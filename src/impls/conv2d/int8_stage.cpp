#include "impls/conv2d/int8_stage.h"

#include <algorithm>

#include "support/int_math.h"

namespace convoy {

Int8Stage::Int8Stage(const ConvGeometry& g, const StagedPixels& pixels)
    : g_(g),
      pixels_(pixels),
      left_(std::max<int64_t>(0, -g.w.base)),
      right_(std::max<int64_t>(0, g.w.input_index(g.w.out - 1, g.w.taps - 1) - (g.w.in - 1))) {
  constexpr int64_t kLine = 64;
  const int64_t read_past = kLine;  // of vectors that begin at the last channels
  row_bytes_ = round_up((left_ + g.w.in + right_) * pixel_bytes() + read_past, kLine);
}

int64_t Int8Stage::scratch_bytes(int64_t output_rows) const {
  return ((output_rows - 1) * g_.h.stride + (g_.h.taps - 1) * g_.h.step + 1) * row_bytes_;
}

Val Int8Stage::input_rows(Val output_rows) const {
  return (output_rows - 1) * g_.h.stride + ((g_.h.taps - 1) * g_.h.step + 1);
}

void Int8Stage::emit_columns(KernelBuilder& b, Val image, Val scratch, Val first, Val count, Val column,
                             int64_t columns, int64_t row_bytes) const {
  Val first_row = first * g_.h.stride + g_.h.base, first_column = column + g_.w.base;
  b.loop(b.i64(0), input_rows(count), 1, [&](Val r) {
    Val row = first_row + r, to = b.offset(scratch, r * row_bytes);
    Val from = b.offset(image, row * g_.src[2]);
    const auto pixels = [&] {
      b.loop(0, columns, 1, [&](Val x) {
        Val pixel = b.offset(to, x * pixel_bytes()), in = first_column + x;
        b.if_else(
            b.in_range(in, g_.w.in), [&] { copy_values(b, b.offset(from, in * g_.src[3]), pixel, channels()); },
            [&] { fill(b, pixel, 1); });
      });
    };
    b.if_else(b.in_range(row, g_.h.in), pixels, [&] { fill(b, to, columns); });
  });
}

void Int8Stage::emit(KernelBuilder& b, Val image, Val scratch, Val first, Val count) const {
  Val first_row = first * g_.h.stride + g_.h.base;
  b.loop(b.i64(0), input_rows(count), 1, [&](Val r) {
    Val to = b.offset(scratch, r * row_bytes_), middle = b.offset(to, left_ * pixel_bytes());
    Val row = first_row + r;
    fill(b, to, left_);
    fill(b, b.offset(middle, g_.w.in * pixel_bytes()), right_);
    b.if_else(
        b.in_range(row, g_.h.in), [&] { copy_row(b, b.offset(image, row * g_.src[2]), middle); },
        [&] { fill(b, middle, g_.w.in); });
  });
}

void Int8Stage::copy_row(KernelBuilder& b, Val from, Val to) const {
  if (g_.src[3] == channels()) return copy_values(b, from, to, g_.w.in * channels());
  b.loop(0, g_.w.in, 1,
         [&](Val x) { copy_values(b, b.offset(from, x * g_.src[3]), b.offset(to, x * pixel_bytes()), channels()); });
}

void Int8Stage::copy_values(KernelBuilder& b, Val from, Val to, int64_t count) const {
  const bool is_signed = pixels_.src == DType::i8;
  if (pixels_.wide) return b.widen_bytes(from, to, count, is_signed, pixels_.zero);
  b.copy_bytes(from, to, count, is_signed);
}

void Int8Stage::fill(KernelBuilder& b, Val to, int64_t pixels) const {
  b.fill_bytes(to, pixels * pixel_bytes(), static_cast<uint8_t>(pixels_.copied_zero()));
}

void Int8Stage::each_slab(KernelBuilder& b, const ConvGeometry& g, int64_t slab_rows,
                          const std::function<void(Val first, Val end)>& slab) {
  auto slabs = [&](Val begin, Val end) {
    b.loop(begin, end, slab_rows, [&](Val first) { slab(first, b.min(first + slab_rows, end)); });
  };
  if (g.batch == 1) return slabs(b.row_begin(), b.row_end());
  b.loop(b.row_begin() / g.h.out, (b.row_end() + (g.h.out - 1)) / g.h.out, 1,
         [&](Val image) { slabs(b.max(b.row_begin(), image * g.h.out), b.min(b.row_end(), (image + 1) * g.h.out)); });
}

}  // namespace convoy
