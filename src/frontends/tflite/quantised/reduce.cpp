// MEAN and SUM of quantised numbers: sums in i32, then requantize. REDUCE_PROD scales after each multiplication.
#include "ops/reduce.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "frontends/tflite/quantised/affine.h"
#include "frontends/tflite/quantised/importers.h"
#include "frontends/tflite/reduced_axes.h"
#include "ops/attribute_checks.h"
#include "ops/elementwise.h"
#include "ops/quantized_product.h"

namespace convoy::tflite_frontend {
namespace {

/// A mean's factor: that of the sum divided by `count`, which leaves fewer bits of the multiplier than a factor made of
/// the quotient would (TFLite: QuantizedMeanOrSum in kernels/internal/reference/reduce.h).
FixedPoint divided_by(FixedPoint factor, int64_t count) {
  int shift = std::bit_width(static_cast<uint64_t>(count)) - 1;
  shift = std::min({shift, 32, 31 + factor.shift});
  factor.multiplier = static_cast<int32_t>((int64_t{factor.multiplier} << shift) / count);
  factor.shift -= shift;
  return factor;
}

/// The sums of src - zero over `count` elements each, i32 that wrap around.
ValueId sums_less_zero(NodeImport& node, Reduce op, int64_t zero, int64_t count) {
  if (op.axes.empty()) return less_zero(node, node.input(0), zero, "/src");
  if (node.type(0).dtype == DType::i16) return node.add(std::move(op), {less_zero(node, node.input(0), zero, "/src")});
  // Those of src, less `count` times zero: kernels add bytes where they lie.
  op.widen = true;
  const ValueId sums = node.add(std::move(op), {node.input(0)});
  const auto zeros = static_cast<int32_t>(static_cast<uint64_t>(count) * static_cast<uint64_t>(zero));
  return zeros == 0 ? sums : node.helper(binary(BinaryKind::sub), {sums, integer(node, zeros, "/zeros")}, "/centred");
}

/// How many elements fall together.
int64_t count_along(const NodeImport& node, const std::vector<int64_t>& axes) {
  int64_t count = 1;
  for (int64_t axis : axes) count = checked_multiply(count, node.shape(0)[static_cast<int>(axis)]);
  if (count < 1) invalid_input("src is {}, a reduction of no numbers is undefined", node.type(0).str());
  return count;
}

}  // namespace

std::vector<ValueId> import_quantised_product(NodeImport& node) {
  const Affine src = input_affine(node, 0), dst = output_affine_of(node, src.dtype);
  if (src.dtype == DType::u8) unsupported("it is supported for i8 and i16, not for u8");
  QuantizedProduct op;
  op.axes = distinct_axes(node);
  op.keepdims = node.options<tflite::ReducerOptions>().keep_dims();
  const auto count = static_cast<double>(count_along(node, op.axes));
  const double factor = static_cast<double>(src.scale) / std::pow(static_cast<double>(dst.scale), 1 / count);
  const FixedPoint number = fixed_point(factor);
  if (number.shift > 7) unsupported("the factor {} between its input and its output is not below 128", factor);
  op.src_zero = src.zero;
  op.dst_zero = dst.zero;
  op.multiplier = number.multiplier;
  op.shift = number.shift;
  return {node.add(std::move(op), {node.input(0)})};
}

std::vector<ValueId> import_quantised_sums(NodeImport& node) {
  const Affine src = input_affine(node, 0), dst = output_affine(node);
  Reduce op;
  op.axes = distinct_axes(node);
  op.keepdims = node.options<tflite::ReducerOptions>().keep_dims();
  const int64_t count = count_along(node, op.axes);
  const ValueId sums = sums_less_zero(node, std::move(op), src.zero, count);
  FixedPoint factor = fixed_point(static_cast<double>(src.scale) / static_cast<double>(dst.scale));
  if (node.code() == tflite::BuiltinOperator::MEAN) factor = divided_by(factor, count);
  return {requantised(node, sums, factor, requantize_to(node, dst, {dst.low(), dst.high()}), "/requantize")};
}

}  // namespace convoy::tflite_frontend
