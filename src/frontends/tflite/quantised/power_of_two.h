// Scales that TFLite takes for powers of two.
#pragma once

#include <cmath>
#include <optional>

namespace convoy::tflite_frontend {

/// The binary logarithm of `scale`, if it is a whole number but for a thousandth.
inline std::optional<int> exponent_of(float scale) {
  const float exponent = std::log2(scale), nearest = std::round(exponent);
  if (!(std::abs(exponent - nearest) < 1e-3f)) return {};
  return static_cast<int>(nearest);
}

}  // namespace convoy::tflite_frontend
