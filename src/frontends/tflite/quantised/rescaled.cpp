// Functions of one quantised number that are a rescaling by parts, by a table: RELU and its kin, LEAKY_RELU, ABS, NEG.
// The factors are rounded to floats where TFLite's kernels (activations.cc, elementwise.cc) do so.
#include <algorithm>
#include <cmath>

#include "frontends/tflite/quantised/affine.h"
#include "frontends/tflite/quantised/importers.h"

namespace convoy::tflite_frontend {
namespace {

using Code = tflite::BuiltinOperator;

Bounds rectified(const Affine& dst, Code code) {
  using Type = tflite::ActivationFunctionType;
  const auto bounds = [&](Type activation) { return activation_bounds(dst, activation); };
  if (code == Code::RELU_0_TO_1) return {bounds(Type::RELU).low, bounds(Type::RELU_N1_TO_1).high};
  return bounds(code == Code::RELU ? Type::RELU : code == Code::RELU6 ? Type::RELU6 : Type::RELU_N1_TO_1);
}

int64_t scaled(int64_t value, const FixedPoint& factor, Rounding rounding) {
  return scale_fixed_point(static_cast<int32_t>(value), factor.multiplier, factor.shift, rounding);
}

FixedPoint identity_factor(const Affine& src, const Affine& dst) {
  const float factor = src.scale / dst.scale;
  return fixed_point(factor);
}

}  // namespace

/// Rescales, then clamps.
std::vector<ValueId> import_quantised_relu(NodeImport& node) {
  const Affine src = input_affine(node, 0), dst = output_affine(node);
  if (node.code() == Code::RELU_0_TO_1) expect_bytes(src);
  const FixedPoint factor = identity_factor(src, dst);
  const Bounds bounds = rectified(dst, node.code());
  const auto stored = [&](int64_t q) {
    return std::clamp(dst.zero + scaled(q - src.zero, factor, node.rounding()), bounds.low, bounds.high);
  };
  return {tabulated(node, node.input(0), src, dst, stored, "")};
}

/// The slope may be negative; its sign is put back after the scaling.
std::vector<ValueId> import_quantised_leaky_relu(NodeImport& node) {
  const Affine src = input_affine(node, 0), dst = output_affine(node);
  const float slope = src.scale * node.options<tflite::LeakyReluOptions>().alpha() / dst.scale;
  const FixedPoint identity = identity_factor(src, dst), negative = fixed_point(std::abs(slope));
  const auto stored = [&](int64_t q) {
    const int64_t x = q - src.zero;
    if (x >= 0) return dst.zero + scaled(x, identity, node.rounding());
    const int64_t y = scaled(x, negative, node.rounding());
    return dst.zero + (slope < 0 ? -y : y);
  };
  return {tabulated(node, node.input(0), src, dst, stored, "")};
}

std::vector<ValueId> import_quantised_abs(NodeImport& node) {
  const Affine src = input_affine(node, 0), dst = output_affine(node);
  const FixedPoint factor = identity_factor(src, dst);
  const auto stored = [&](int64_t q) {
    const int64_t x = std::abs(q - src.zero);
    return dst.zero + (src.scale == dst.scale ? x : scaled(x, factor, node.rounding()));
  };
  return {tabulated(node, node.input(0), src, dst, stored, "")};
}

/// TFLite negates the stored numbers, of which the least stays what it is.
std::vector<ValueId> import_quantised_neg(NodeImport& node) {
  const Affine src = input_affine(node, 0), dst = output_affine_of(node, src.dtype);
  if (src.dtype == DType::u8) unsupported("it is supported for i8 and i16, not for u8");
  if (src.scale != dst.scale || src.zero != 0 || dst.zero != 0) {
    unsupported(
        "its input has the scale {} and the zero point {}, its output {} and {}: only one scale of both, and 0, "
        "are supported",
        src.scale, src.zero, dst.scale, dst.zero);
  }
  const auto stored = [&](int64_t q) { return q == src.low() ? q : -q; };
  return {tabulated(node, node.input(0), src, dst, stored, "")};
}

}  // namespace convoy::tflite_frontend
