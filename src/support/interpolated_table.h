// Functions of 16-bit numbers as TFLite tabulates them: 512 steps over the whole range, between which the results are
// interpolated. Source of the arithmetic: TFLite's kernels/internal/common.h (LUTPopulate, LUTLookup).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace convoy {

/// One entry a step, and the end of the last.
using InterpolatedTable = std::array<int16_t, 513>;

/// value = scale * (stored - zero), computed in Float.
template <class Float>
struct Scale16 {
  Float scale;
  int32_t zero;

  Float least() const { return scale * static_cast<Float>(-32768 - zero); }
  Float most() const { return scale * static_cast<Float>(32767 - zero); }
};

/// The entries are moved by half of the error that interpolation has in the middle of their step.
template <class Float, class Fn>
InterpolatedTable interpolated_table(const Scale16<Float>& src, const Scale16<Float>& dst, const Fn& fn) {
  constexpr int kSteps = 512;
  const Float step = (src.most() - src.least()) / kSteps, half = step / 2;
  const Float inverse = Float(65536) / (dst.most() - dst.least());
  const auto stored = [](Float value) {
    return static_cast<int16_t>(std::min(std::max(value, Float(-32768)), Float(32767)));
  };
  InterpolatedTable table{};
  for (int i = 0; i < kSteps; ++i) {
    const Float begin = src.least() + static_cast<Float>(i) * step;
    const Float sample = std::round(fn(begin) * inverse);
    const Float next = fn(src.least() + static_cast<Float>(i + 1) * step) * inverse;
    const Float middle = std::round((next + sample) / 2);
    const Float error = middle - std::round(fn(begin + half) * inverse);
    table[i] = stored(sample - std::round(error / 2));
  }
  table[kSteps] = stored(std::round(fn(src.most()) * inverse));
  return table;
}

inline int16_t interpolate(const InterpolatedTable& table, int16_t value) {
  const int index = 256 + (value >> 7), part = value & 0x7f;
  const auto slope = static_cast<int16_t>(table[index + 1] - table[index]);
  return static_cast<int16_t>(table[index] + ((slope * part + 64) >> 7));
}

}  // namespace convoy
