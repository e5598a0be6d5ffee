#include "frontends/tflite/quantised/affine.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "frontends/simple_ops.h"
#include "ops/lookup.h"
#include "support/arithmetic.h"
#include "support/dtypes.h"

namespace convoy::tflite_frontend {
namespace {

Affine affine_of(const QuantParams& params, DType dtype) {
  if (dtype != DType::i8 && dtype != DType::u8 && dtype != DType::i16) {
    unsupported("is {}, only i8, u8 and i16 are supported for quantised numbers", to_string(dtype));
  }
  if (!params.quantised()) invalid_input("is {} without a scale, beside quantised tensors", to_string(dtype));
  if (params.per_channel()) unsupported("has {} scales, only weights may have more than one", params.scale.size());
  const Affine affine{dtype, params.scale[0], params.zero_point[0]};
  if (affine.scale == 0) invalid_input("its scale is 0");
  if (affine.zero < affine.low() || affine.zero > affine.high()) {
    invalid_input("its zero point {} is no number of {}", affine.zero, to_string(dtype));
  }
  if (dtype == DType::i16 && affine.zero != 0) invalid_input("its zero point is {}, i16 has 0", affine.zero);
  return affine;
}

/// The integer that stands for `value`.
int64_t stored(const Affine& dst, float value) {
  return dst.zero + round_away(value / dst.scale);
}

ValueId integers(NodeImport& node, const std::vector<int32_t>& values, const Shape& shape, const std::string& suffix) {
  Tensor tensor(DType::i32, shape);
  std::copy(values.begin(), values.end(), tensor.as<int32_t>());
  return node.constant(std::move(tensor), suffix.c_str());
}

}  // namespace

Affine input_affine(const NodeImport& node, int index) {
  return with_context(node.input_label(index),
                      [&] { return affine_of(node.input_quantisation(index), node.type(index).dtype); });
}

Affine output_affine(const NodeImport& node) {
  return with_context(node.output_label(0),
                      [&] { return affine_of(node.output_quantisation(0), node.output_dtype(0)); });
}

Affine output_affine_of(const NodeImport& node, DType dtype) {
  const Affine dst = output_affine(node);
  if (dst.dtype != dtype) {
    unsupported("its output is {}, only that of its input, {}, is supported", to_string(dst.dtype), to_string(dtype));
  }
  return dst;
}

void expect_bytes(const Affine& src) {
  if (src.dtype == DType::i16) unsupported("it is supported for i8 and u8, not for i16");
}

void expect_result(const NodeImport& node, const Affine& dst, float scale, int64_t zero_of_i8, int64_t zero_of_u8) {
  const int64_t zero = dst.dtype == DType::u8 ? zero_of_u8 : zero_of_i8;
  if (dst.scale == scale && dst.zero == zero) return;
  invalid_input("{}: its scale is {} and its zero point {}, results of this operator have {} and {}",
                node.output_label(0), dst.scale, dst.zero, scale, zero);
}

Bounds activation_bounds(const Affine& dst, tflite::ActivationFunctionType activation) {
  using Type = tflite::ActivationFunctionType;
  const auto between = [&](int64_t low, int64_t high) {
    // A range that lies wholly outside leaves its nearest integer.
    return Bounds{std::clamp(low, dst.low(), dst.high()), std::clamp(high, dst.low(), dst.high())};
  };
  switch (activation) {
    case Type::NONE:
      return between(dst.low(), dst.high());
    case Type::RELU:
      return between(dst.zero, dst.high());
    case Type::RELU_N1_TO_1:
      return between(stored(dst, -1), stored(dst, 1));
    case Type::RELU6:
      return between(dst.zero, stored(dst, 6));
    default:
      break;
  }
  const std::string name = tflite::EnumNameActivationFunctionType(activation);
  unsupported("its fused activation {} is not supported on quantised numbers; NONE, RELU, RELU_N1_TO_1 and RELU6 are",
              name.empty() ? std::to_string(static_cast<int>(activation)) : name);
}

ValueId rounded_away(NodeImport& node, ValueId floats, DType to, const std::string& suffix) {
  const DType from = node.builder().type(floats).dtype;
  // The truncated number, and the truncated double of what that leaves, which is 1 from a half on.
  const ValueId whole = node.helper(cast_to(to), {floats}, suffix + "/whole");
  const ValueId whole_float = node.helper(cast_to(from), {whole}, suffix + "/whole_float");
  const ValueId rest = node.helper(binary(BinaryKind::sub), {floats, whole_float}, suffix + "/rest");
  const ValueId twice = node.helper(binary(BinaryKind::add), {rest, rest}, suffix + "/twice");
  const ValueId carry = node.helper(cast_to(to), {twice}, suffix + "/carry");
  return node.helper(binary(BinaryKind::add), {whole, carry}, suffix + "/round");
}

ValueId integer(NodeImport& node, int64_t value, const std::string& suffix) {
  return integers(node, {static_cast<int32_t>(value)}, {}, suffix);
}

ValueId less_zero(NodeImport& node, ValueId id, int64_t zero, const std::string& suffix) {
  const ValueId wide = node.helper(cast_to(DType::i32), {id}, suffix + "/i32");
  if (zero == 0) return wide;
  return node.helper(binary(BinaryKind::sub), {wide, integer(node, zero, suffix + "/zero")}, suffix + "/centred");
}

ValueId at_scale(NodeImport& node, int index, double scale, int shift) {
  const Affine src = input_affine(node, index);
  const std::string suffix = fmt::format("/{}", index);
  const ValueId centred = less_zero(node, node.input(index), src.zero, suffix);
  const ValueId power = integer(node, int64_t{1} << shift, suffix + "/power");
  const ValueId shifted = node.helper(binary(BinaryKind::mul), {centred, power}, suffix + "/shifted");
  return requantised(node, shifted, fixed_point(src.scale / scale), requantize_to_sums(node), suffix + "/scaled");
}

ValueId requantised(NodeImport& node, ValueId sums, const std::vector<FixedPoint>& factors, const Shape& shape,
                    Requantize op, const std::string& suffix) {
  std::vector<int32_t> multipliers, shifts;
  for (const FixedPoint& factor : factors) {
    multipliers.push_back(factor.multiplier);
    shifts.push_back(factor.shift);
  }
  const ValueId multiplier = integers(node, multipliers, shape, suffix + "/multiplier");
  const ValueId shift = integers(node, shifts, shape, suffix + "/shift");
  return node.helper(std::move(op), {sums, multiplier, shift}, suffix);
}

ValueId requantised(NodeImport& node, ValueId sums, const FixedPoint& factor, Requantize op,
                    const std::string& suffix) {
  return requantised(node, sums, {factor}, Shape{}, std::move(op), suffix);
}

Requantize requantize_to(const NodeImport& node, const Affine& dst, const Bounds& bounds) {
  Requantize op;
  op.rounding = node.rounding();
  op.to = dst.dtype;
  op.zero = dst.zero;
  op.low = bounds.low;
  op.high = bounds.high;
  return op;
}

Requantize requantize_to_sums(const NodeImport& node) {
  Requantize op;
  op.rounding = node.rounding();
  op.to = DType::i32;
  op.low = std::numeric_limits<int32_t>::min();
  op.high = std::numeric_limits<int32_t>::max();
  return op;
}

ValueId tabulated(NodeImport& node, ValueId id, const Affine& src, const Affine& dst,
                  const std::function<int64_t(int64_t)>& stored, const std::string& suffix) {
  const int64_t elems = src.high() - src.low() + 1;
  Tensor table(dst.dtype, Shape{elems});
  node.builder().charge_for_constant(table.type());
  visit_dtype(dst.dtype, [&]<class T>() {
    for (int64_t i = 0; i < elems; ++i) {
      table.as<T>()[i] = convert_to<T>(std::clamp(stored(src.low() + i), dst.low(), dst.high()));
    }
  });
  return node.helper(Lookup(), {id, node.constant(std::move(table), (suffix + "/table").c_str())}, suffix);
}

int64_t round_away(float value) {
  return truncate_to<int32_t>(std::round(value));
}

}  // namespace convoy::tflite_frontend
