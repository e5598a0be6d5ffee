#include "impls/conv2d/int8_stage.h"

#include <algorithm>

#include "support/int_math.h"

namespace convoy {

Int8Stage::Int8Stage(const ConvGeometry& g, int64_t zero, bool turn)
    : g_(g),
      zero_(static_cast<uint8_t>(zero)),
      turn_(turn),
      left_(std::max<int64_t>(0, -g.w.base)),
      right_(std::max<int64_t>(0, g.w.input_index(g.w.out - 1, g.w.taps - 1) - (g.w.in - 1))) {
  constexpr int64_t kLine = 64;
  const int64_t read_past = kLine;  // of vectors that begin at the last channels
  row_bytes_ = round_up((left_ + g.w.in + right_) * pixel_bytes() + read_past, kLine);
}

int64_t Int8Stage::scratch_bytes(int64_t output_rows) const {
  return ((output_rows - 1) * g_.h.stride + (g_.h.taps - 1) * g_.h.step + 1) * row_bytes_;
}

void Int8Stage::emit(KernelBuilder& b, Val image, Val scratch, Val first, Val count) const {
  const int64_t middle_bytes = g_.w.in * pixel_bytes();
  Val first_row = first * g_.h.stride + g_.h.base;
  Val rows = (count - 1) * g_.h.stride + ((g_.h.taps - 1) * g_.h.step + 1);
  b.loop(b.i64(0), rows, 1, [&](Val r) {
    Val to = b.offset(scratch, r * row_bytes_), middle = b.offset(to, left_ * pixel_bytes());
    Val row = first_row + r;
    b.fill_bytes(to, left_ * pixel_bytes(), zero_);
    b.fill_bytes(b.offset(middle, middle_bytes), right_ * pixel_bytes(), zero_);
    b.if_else(
        b.in_range(row, g_.h.in), [&] { copy_row(b, b.offset(image, row * g_.src[2]), middle); },
        [&] { b.fill_bytes(middle, middle_bytes, zero_); });
  });
}

void Int8Stage::copy_row(KernelBuilder& b, Val from, Val to) const {
  if (g_.src[3] == pixel_bytes()) return b.copy_bytes(from, to, g_.w.in * pixel_bytes(), turn_);
  b.loop(0, g_.w.in, 1, [&](Val x) {
    b.copy_bytes(b.offset(from, x * g_.src[3]), b.offset(to, x * pixel_bytes()), pixel_bytes(), turn_);
  });
}

}  // namespace convoy
