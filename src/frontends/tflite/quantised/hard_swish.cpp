// HARD_SWISH on quantised numbers: x * relu6(x + 3) / 6 in TFLite's fixed-point numbers of 16 bits, by a table.
// Source of the arithmetic: kernels/internal/reference/hard_swish.h and HardSwishPrepare in activations.cc.
#include <algorithm>
#include <limits>

#include "frontends/tflite/quantised/affine.h"
#include "frontends/tflite/quantised/importers.h"
#include "support/fixed_point.h"

namespace convoy::tflite_frontend {
namespace {

constexpr int32_t kMost16 = 32767, kLeast16 = -32768;

/// A factor of 16 bits: multiplier / 2^15 * 2^exponent.
struct Factor16 {
  int32_t multiplier;
  int exponent;
};

Factor16 factor16(float factor) {
  const FixedPoint wide = fixed_point(factor);
  constexpr int32_t kHalf = 1 << 15;
  const bool saturates = wide.multiplier >= std::numeric_limits<int32_t>::max() - kHalf;
  return {saturates ? kMost16 : (wide.multiplier + kHalf) >> 16, wide.shift};
}

/// The high half of 2 * a * b, rounded to the nearest, halves away from zero; of 16 bits.
int32_t high_product16(int32_t a, int32_t b) {
  if (a == kLeast16 && b == kLeast16) return kMost16;
  const int32_t product = a * b;
  return (product + (product >= 0 ? 1 << 14 : 1 - (1 << 14))) / (1 << 15);
}

/// The same, truncated.
int32_t truncated_product16(int32_t a, int32_t b) {
  return a == kLeast16 && b == kLeast16 ? kMost16 : a * b / (1 << 15);
}

int32_t shifted16(int32_t value, int bits) {
  return static_cast<int32_t>(std::clamp<int64_t>(int64_t{value} << bits, kLeast16, kMost16));
}

/// relu6(x + 3) / 6 in [0, 1), as a fraction of 2^15.
int32_t gate(int32_t x, const Factor16& factor) {
  if (factor.exponent > 0) x = shifted16(x, factor.exponent - 1);
  x = high_product16(x, factor.multiplier);
  // The last doubling is the one that saturates.
  if (factor.exponent > 0) x = shifted16(x, 1);
  if (factor.exponent < 0) x = divide_by_power(x, -factor.exponent);
  return (x + (1 << 15)) >> 1;
}

}  // namespace

std::vector<ValueId> import_quantised_hard_swish(NodeImport& node) {
  const Affine src = input_affine(node, 0), dst = output_affine(node);
  expect_bytes(src);
  // Inputs are shifted left by 7 bits first.
  const float fine_scale = 1.0f / 128.0f * src.scale;
  const Factor16 to_dst = factor16(fine_scale / dst.scale), to_gate = factor16(fine_scale / (3.0f / 32768.0f));
  if (to_dst.exponent > 0) {
    unsupported("the scale of its input, {}, is more than 128 times that of its output, {}", src.scale, dst.scale);
  }
  const auto stored = [&](int64_t q) {
    const auto fine = static_cast<int32_t>((q - src.zero) * 128);
    const int32_t product = truncated_product16(gate(fine, to_gate), high_product16(fine, to_dst.multiplier));
    return dst.zero + divide_by_power(product, -to_dst.exponent);
  };
  return {tabulated(node, node.input(0), src, dst, stored, "")};
}

}  // namespace convoy::tflite_frontend
