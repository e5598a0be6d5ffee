// ADD, SUB, MUL, SQUARED_DIFFERENCE and PRELU on quantised numbers, in steps of integers. The steps and the precision
// of each factor are those of TFLite's kernels add.cc, sub.cc, mul.cc, squared_difference.cc and activations.cc.
#include <algorithm>
#include <cmath>

#include "frontends/simple_ops.h"
#include "frontends/tflite/quantised/affine.h"
#include "frontends/tflite/quantised/importers.h"
#include "frontends/tflite/quantised/power_of_two.h"
#include "ops/where.h"

namespace convoy::tflite_frontend {
namespace {

/// Inputs are shifted left, so that scaling them to a common scale loses little.
constexpr int kSumShift = 20, kSumShift16 = 15, kDifferenceShift = 7;

/// Twice the larger scale: the common one, at which sums do not overflow.
double common_scale(const Affine& a, const Affine& b) {
  const float twice = 2 * std::max(a.scale, b.scale);
  return twice;
}

/// Sums to the node's output.
std::vector<ValueId> emit_output(NodeImport& node, ValueId sums, double factor,
                                 tflite::ActivationFunctionType activation) {
  const Affine dst = output_affine(node);
  const Requantize op = requantize_to(node, dst, activation_bounds(dst, activation));
  return {requantised(node, sums, fixed_point(factor), op, "/requantize")};
}

struct SumOptions {
  BinaryKind kind;
  tflite::ActivationFunctionType activation;
  bool may_shift;  ///< i16 whose scales are powers of two are only shifted, in older models
};

SumOptions sum_options(const NodeImport& node) {
  if (node.code() == tflite::BuiltinOperator::ADD) {
    const auto& options = node.options<tflite::AddOptions>();
    return {BinaryKind::add, options.fused_activation_function(), options.pot_scale_int16()};
  }
  const auto& options = node.options<tflite::SubOptions>();
  return {BinaryKind::sub, options.fused_activation_function(), options.pot_scale_int16()};
}

/// Input `index` of i16 at the output's scale, a power of two below its own, rounded halves away from zero. Shifted
/// left first, its doubled product with 2^30 is exact, so that only the shift to the right rounds.
ValueId shifted_to_output(NodeImport& node, int index) {
  constexpr int kUp = 16;
  const std::string suffix = fmt::format("/{}", index);
  const int down = *exponent_of(output_affine(node).scale) - *exponent_of(input_affine(node, index).scale);
  const ValueId wide = less_zero(node, node.input(index), 0, suffix);
  const ValueId power = integer(node, int64_t{1} << kUp, suffix + "/power");
  const ValueId shifted = node.helper(binary(BinaryKind::mul), {wide, power}, suffix + "/shifted");
  Requantize op = requantize_to_sums(node);
  op.rounding = Rounding::twice;
  return requantised(node, shifted, fixed_point(std::ldexp(1.0, -kUp - down)), op, suffix + "/scaled");
}

/// The sum of i16 whose scales are powers of two.
std::vector<ValueId> shifted_sum(NodeImport& node, const SumOptions& options) {
  const Affine dst = output_affine(node);
  const Bounds bounds = activation_bounds(dst, options.activation);
  const ValueId a = shifted_to_output(node, 0), b = shifted_to_output(node, 1);
  const ValueId sum = node.helper(binary(options.kind), {a, b}, "/sum");
  const auto low = static_cast<double>(bounds.low), high = static_cast<double>(bounds.high);
  const ValueId clamped = node.helper(unary(UnaryKind::clip, low, high), {sum}, "/clip");
  return {node.add(cast_to(dst.dtype), {clamped})};
}

}  // namespace

/// ADD and SUB.
std::vector<ValueId> import_quantised_sum(NodeImport& node) {
  const SumOptions options = sum_options(node);
  const Affine lhs = input_affine(node, 0), rhs = input_affine(node, 1), dst = output_affine(node);
  const bool wide = dst.dtype == DType::i16;
  const bool powers = exponent_of(lhs.scale) && exponent_of(rhs.scale) && exponent_of(dst.scale);
  if (wide && options.may_shift && powers) return shifted_sum(node, options);
  const int shift = wide ? kSumShift16 : kSumShift;
  const double scale = common_scale(lhs, rhs);
  const ValueId a = at_scale(node, 0, scale, shift), b = at_scale(node, 1, scale, shift);
  const ValueId sum = node.add(binary(options.kind), {a, b});
  const float unit = static_cast<float>(1 << shift) * dst.scale;
  return emit_output(node, sum, scale / unit, options.activation);
}

std::vector<ValueId> import_quantised_mul(NodeImport& node) {
  const Affine a = input_affine(node, 0), b = input_affine(node, 1);
  const ValueId lhs = less_zero(node, node.input(0), a.zero, "/0"), rhs = less_zero(node, node.input(1), b.zero, "/1");
  const ValueId product = node.add(binary(BinaryKind::mul), {lhs, rhs});
  const float factor = a.scale * b.scale / output_affine(node).scale;
  return emit_output(node, product, factor, node.options<tflite::MulOptions>().fused_activation_function());
}

std::vector<ValueId> import_quantised_squared_difference(NodeImport& node) {
  const double scale = common_scale(input_affine(node, 0), input_affine(node, 1));
  const ValueId a = at_scale(node, 0, scale, kDifferenceShift), b = at_scale(node, 1, scale, kDifferenceShift);
  const ValueId difference = node.helper(binary(BinaryKind::sub), {a, b}, "/sub");
  const ValueId square = node.add(binary(BinaryKind::mul), {difference, difference});
  const float unit = (1 << 2 * kDifferenceShift) * output_affine(node).scale;
  return emit_output(node, square, scale * scale / unit, tflite::ActivationFunctionType::NONE);
}

/// Positive numbers are rescaled, others multiplied by alpha first.
std::vector<ValueId> import_quantised_prelu(NodeImport& node) {
  const Affine src = input_affine(node, 0), alpha = input_affine(node, 1), dst = output_affine(node);
  const ValueId x = less_zero(node, node.input(0), src.zero, "/0"),
                slope = less_zero(node, node.input(1), alpha.zero, "/1");
  const ValueId product = node.helper(binary(BinaryKind::mul), {x, slope}, "/mul");
  const float identity_factor = src.scale / dst.scale, slope_factor = src.scale * alpha.scale / dst.scale;
  const Requantize op = requantize_to(node, dst, {dst.low(), dst.high()});
  const ValueId positive = requantised(node, x, fixed_point(identity_factor), op, "/positive");
  const ValueId negative = requantised(node, product, fixed_point(slope_factor), op, "/negative");
  const ValueId is_negative = node.helper(binary(BinaryKind::less), {x, integer(node, 0, "/limit")}, "/less");
  return {node.add(Where(), {is_negative, negative, positive})};
}

}  // namespace convoy::tflite_frontend
