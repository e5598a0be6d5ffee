// QUANTIZE and DEQUANTIZE.
#include "frontends/simple_ops.h"
#include "frontends/tflite/importers.h"
#include "frontends/tflite/quantised/affine.h"
#include "frontends/tflite/quantised/importers.h"
#include "support/dtypes.h"

namespace convoy::tflite_frontend {
namespace {

/// From one scale to another, of one element type or between two.
std::vector<ValueId> requantise(NodeImport& node, const Affine& dst) {
  const Affine src = input_affine(node, 0);
  const FixedPoint factor = fixed_point(static_cast<double>(src.scale) / static_cast<double>(dst.scale));
  const auto stored = [&](int64_t q) {
    const auto centred = static_cast<int32_t>(q - src.zero);
    return dst.zero + scale_fixed_point(centred, factor.multiplier, factor.shift, node.rounding());
  };
  return {tabulated(node, node.input(0), src, dst, stored, "/requantize")};
}

/// dst = zero + round(src / scale).
std::vector<ValueId> quantise(NodeImport& node, const Affine& dst) {
  if (node.type(0).dtype != DType::f32) unsupported("its input is {}, only f32 is supported", node.type(0).str());
  const ValueId scale = node.scalar(DType::f32, dst.scale, "/scale");
  const ValueId quotient = node.helper(binary(BinaryKind::div), {node.input(0), scale}, "/div");
  const auto low = static_cast<double>(dst.low() - dst.zero), high = static_cast<double>(dst.high() - dst.zero);
  const ValueId clamped = node.helper(unary(UnaryKind::clip, low, high), {quotient}, "/clip");
  const ValueId rounded = rounded_away(node, clamped, DType::i32, "");
  const ValueId placed = node.helper(binary(BinaryKind::add), {rounded, integer(node, dst.zero, "/zero")}, "/placed");
  return {node.add(cast_to(dst.dtype), {placed})};
}

/// Scales (or zero points) as a constant that broadcasts to a tensor of `rank`.
ValueId parameters(NodeImport& node, const QuantParams& params, int rank, bool scales, const char* suffix) {
  std::vector<int64_t> dims;
  if (params.per_channel()) {
    dims.assign(rank - params.axis, 1);
    dims[0] = static_cast<int64_t>(params.scale.size());
  }
  Tensor tensor(DType::f32, Shape(dims));
  for (size_t i = 0; i < params.scale.size(); ++i) {
    tensor.as<float>()[i] = scales ? params.scale[i] : static_cast<float>(params.zero_point[i]);
  }
  return node.constant(std::move(tensor), suffix);
}

}  // namespace

std::vector<ValueId> import_quantize(NodeImport& node) {
  const Affine dst = output_affine(node);
  return is_float(node.type(0).dtype) ? quantise(node, dst) : requantise(node, dst);
}

/// Integers of 16 bits and their differences are floats exactly, so that only the product is rounded, as in TFLite.
std::vector<ValueId> import_quantised_dequantize(NodeImport& node) {
  const TensorType& src = node.type(0);
  if (!is_integer(src.dtype) || size_of(src.dtype) > 2) {
    unsupported("its input is {}, only integers of 8 and 16 bits are supported", src.str());
  }
  const QuantParams params = node.input_quantisation(0);
  if (!params.quantised()) invalid_input("its input is {} without a scale", src.str());
  const int rank = src.shape.rank();
  ValueId value = node.helper(cast_to(DType::f32), {node.input(0)}, "/f32");
  const ValueId zero = parameters(node, params, rank, false, "/zero");
  value = node.helper(binary(BinaryKind::sub), {value, zero}, "/centred");
  return {node.add(binary(BinaryKind::mul), {value, parameters(node, params, rank, true, "/scale")})};
}

}  // namespace convoy::tflite_frontend
