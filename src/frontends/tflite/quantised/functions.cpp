// Functions of one quantised number that TFLite computes by a table of float results: LOGISTIC, TANH, ELU, EXP, LOG,
// GELU, SQRT, RSQRT.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "frontends/tflite/quantised/affine.h"
#include "frontends/tflite/quantised/importers.h"
#include "support/arithmetic.h"
#include "support/interpolated_table.h"
#include "support/inverse_root.h"

namespace convoy::tflite_frontend {
namespace {

using Code = tflite::BuiltinOperator;
using FloatFn = std::function<float(float)>;

float gelu(float x) {
  return 0.5f * x * std::erfc(x * static_cast<float>(-std::numbers::sqrt2 / 2));
}

float gelu_tanh(float x) {
  const auto coefficient = static_cast<float>(std::numbers::inv_sqrtpi * std::numbers::sqrt2);
  return 0.5f * x * (1 + std::tanh(coefficient * (x + 0.044715f * x * x * x)));
}

FloatFn function_of(const NodeImport& node, const Affine& dst) {
  const float least = static_cast<float>(dst.low() - dst.zero) * dst.scale,
              most = static_cast<float>(dst.high()) * dst.scale;
  switch (node.code()) {
    case Code::LOGISTIC:
      return [](float x) { return 1.0f / (1.0f + std::exp(-x)); };
    case Code::TANH:
      return [](float x) { return std::tanh(x); };
    case Code::ELU:
      return [](float x) { return x < 0.0f ? std::expm1(x) : x; };
    case Code::EXP:
      return [](float x) { return std::exp(x); };
    case Code::LOG:
      return [least](float x) { return x <= 0.0f ? least : std::log(x); };
    case Code::RSQRT:
      return [most](float x) { return x <= 0.0f ? most : 1.0f / std::sqrt(x); };
    case Code::GELU:
      return node.options<tflite::GeluOptions>().approximate() ? gelu_tanh : gelu;
    default:
      internal_error("operator {} has no table of floats", static_cast<int>(node.code()));
  }
}

/// TFLite truncates here, where it rounds elsewhere.
int64_t stored_root(float x, const Affine& dst) {
  return dst.zero + (x < 0 ? 0 : truncate_to<int32_t>(std::sqrt(x) / dst.scale));
}

/// 1 / sqrt(src), of 8 bits in fixed-point arithmetic.
std::vector<ValueId> inverse_roots(NodeImport& node, const Affine& src, const Affine& dst) {
  constexpr int kShift = 20;  // keeps the roots of integers integers
  const FixedPoint factor =
      fixed_point(1 / (static_cast<double>(std::sqrt(src.scale)) * static_cast<double>(dst.scale)));
  const auto stored = [&](int64_t q) {
    const auto x = static_cast<int32_t>(q - src.zero);
    if (x <= 0) return dst.high();
    const InverseRoot root = inverse_root(x);
    const int32_t fine = scale_fixed_point(1, root.multiplier, root.shift + kShift, node.rounding());
    const int shift = std::max(factor.shift - kShift, -31);
    return dst.zero + scale_fixed_point(fine, factor.multiplier, shift, node.rounding());
  };
  return {tabulated(node, node.input(0), src, dst, stored, "")};
}

/// Of 16 bits, TFLite interpolates between 512 results.
std::vector<ValueId> interpolated_function(NodeImport& node, const Affine& src, const Affine& dst) {
  const InterpolatedTable table =
      interpolated_table(Scale16<float>{src.scale, 0}, Scale16<float>{dst.scale, 0}, function_of(node, dst));
  const auto stored = [&](int64_t q) -> int64_t { return interpolate(table, static_cast<int16_t>(q)); };
  return {tabulated(node, node.input(0), src, dst, stored, "")};
}

/// The scale that TFLite insists on.
void check_output(const NodeImport& node, const Affine& dst) {
  if (node.code() == Code::LOGISTIC && dst.scale != 1.0f / 256) {
    invalid_input("the scale of its output is {}, LOGISTIC gives 1/256", dst.scale);
  }
}

}  // namespace

std::vector<ValueId> import_quantised_function(NodeImport& node) {
  const Affine src = input_affine(node, 0), dst = output_affine(node);
  const bool wide = src.dtype == DType::i16 && dst.dtype == DType::i16;
  if (wide && (node.code() == Code::LOGISTIC || node.code() == Code::TANH)) return import_quantised_sigmoid16(node);
  check_output(node, dst);
  const auto value_of = [&](int64_t q) { return src.scale * static_cast<float>(q - src.zero); };
  if (node.code() == Code::SQRT) {
    const auto stored = [&](int64_t q) { return stored_root(value_of(q), dst); };
    return {tabulated(node, node.input(0), src, dst, stored, "")};
  }
  if (wide) return interpolated_function(node, src, dst);
  if (node.code() == Code::RSQRT) return inverse_roots(node, src, dst);
  const FloatFn function = function_of(node, dst);
  const float inverse = 1 / dst.scale;
  const auto stored = [&](int64_t q) { return dst.zero + round_away(function(value_of(q)) * inverse); };
  return {tabulated(node, node.input(0), src, dst, stored, "")};
}

}  // namespace convoy::tflite_frontend
