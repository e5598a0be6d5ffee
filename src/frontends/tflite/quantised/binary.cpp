// ADD, SUB, MUL, SQUARED_DIFFERENCE and PRELU on quantised numbers, in steps of integers. The steps and the precision
// of each factor are those of TFLite's kernels add.cc, sub.cc, mul.cc, squared_difference.cc and activations.cc.
#include <algorithm>

#include "frontends/simple_ops.h"
#include "frontends/tflite/quantised/affine.h"
#include "frontends/tflite/quantised/importers.h"
#include "ops/where.h"

namespace convoy::tflite_frontend {
namespace {

/// Inputs are shifted left, so that scaling them to a common scale loses little.
constexpr int kSumShift = 20, kDifferenceShift = 7;

/// Twice the larger scale: the common one, at which sums do not overflow.
double common_scale(const Affine& a, const Affine& b) {
  const float twice = 2 * std::max(a.scale, b.scale);
  return twice;
}

/// Input `index` at `scale` / 2^shift.
ValueId at_scale(NodeImport& node, int index, double scale, int shift) {
  const Affine src = input_affine(node, index);
  const std::string suffix = fmt::format("/{}", index);
  const ValueId centred = less_zero(node, node.input(index), src.zero, suffix);
  const ValueId power = integer(node, int64_t{1} << shift, suffix + "/power");
  const ValueId shifted = node.helper(binary(BinaryKind::mul), {centred, power}, suffix + "/shifted");
  return requantised(node, shifted, fixed_point(src.scale / scale), requantize_to_sums(node), suffix + "/scaled");
}

/// Sums to the node's output.
std::vector<ValueId> emit_output(NodeImport& node, ValueId sums, double factor,
                                 tflite::ActivationFunctionType activation) {
  const Affine dst = output_affine(node);
  const Requantize op = requantize_to(node, dst, activation_bounds(dst, activation));
  return {requantised(node, sums, fixed_point(factor), op, "/requantize")};
}

}  // namespace

/// ADD and SUB.
std::vector<ValueId> import_quantised_sum(NodeImport& node) {
  const bool adds = node.code() == tflite::BuiltinOperator::ADD;
  const auto activation = adds ? node.options<tflite::AddOptions>().fused_activation_function()
                               : node.options<tflite::SubOptions>().fused_activation_function();
  const double scale = common_scale(input_affine(node, 0), input_affine(node, 1));
  const ValueId a = at_scale(node, 0, scale, kSumShift), b = at_scale(node, 1, scale, kSumShift);
  const ValueId sum = node.add(binary(adds ? BinaryKind::add : BinaryKind::sub), {a, b});
  const float unit = (1 << kSumShift) * output_affine(node).scale;
  return emit_output(node, sum, scale / unit, activation);
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
