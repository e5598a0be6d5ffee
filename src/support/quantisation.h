// Integers that stand for real numbers: value = scale * (stored - zero).
#pragma once

#include <cstdint>

namespace convoy {

struct Quantisation {
  double scale = 1;
  int64_t zero = 0;

  double value(int64_t stored) const { return scale * static_cast<double>(stored - zero); }
  bool operator==(const Quantisation&) const = default;
};

}  // namespace convoy
