// QuantizeLinear, DequantizeLinear and DynamicQuantizeLinear.
#include "frontends/onnx/element_types.h"
#include "frontends/onnx/importers.h"
#include "frontends/simple_ops.h"
#include "ops/quantize.h"
#include "ops/reduce.h"

namespace convoy::onnx_frontend {
namespace {

enum { kSrc, kScale, kZero };

/// The axis that scale and zero go along; 0 where they are single numbers and have none.
int64_t read_axis(const NodeImport& node) {
  if (const int64_t block = node.attr_int("block_size", 0)) {
    unsupported("a scale for each block of {} elements is not supported, one a tensor or an axis is", block);
  }
  if (node.shape(kScale).elems() == 1) return 0;
  return NodeImport::normalize_axis(node.attr_int("axis", 1), node.rank(kSrc));
}

void check_scale(const NodeImport& node) {
  if (node.type(kScale).dtype != DType::f32) {
    unsupported("its scale is {}, only f32 is supported", node.type(kScale).str());
  }
}

/// The zero point's type; without one that of the attribute, since opset 21; else u8.
DType output_dtype(const NodeImport& node) {
  const int64_t declared = node.attr_int("output_dtype", 0);
  DType dtype = declared ? element_type(static_cast<int>(declared)) : DType::u8;
  if (node.optional_input(kZero) != kAbsent) dtype = node.type(kZero).dtype;
  const bool known = dtype == DType::i8 || dtype == DType::u8 || dtype == DType::i16 || dtype == DType::u16;
  if (!known) unsupported("quantising to {} is not supported, to i8, u8, i16 and u16 it is", to_string(dtype));
  return dtype;
}

ValueId extreme(NodeImport& node, ReduceKind kind, const char* suffix) {
  Reduce op;
  op.kind = kind;
  op.keepdims = false;
  return node.helper(op, {node.input(0)}, suffix);
}

}  // namespace

std::vector<ValueId> import_quantize_linear(NodeImport& node) {
  check_scale(node);
  const DType dtype = output_dtype(node);
  ValueId src = node.input(kSrc);
  if (node.type(kSrc).dtype != DType::f32) src = node.helper(cast_to(DType::f32), {src}, "/src");
  return node.emit(quantize_to(dtype, read_axis(node)), {src, node.input(kScale), node.optional_input(kZero)});
}

std::vector<ValueId> import_dequantize_linear(NodeImport& node) {
  check_scale(node);
  return node.emit(dequantize(read_axis(node)), {node.input(kSrc), node.input(kScale), node.optional_input(kZero)});
}

/// To u8: scale = (max - min) / 255 and zero = round(clip(0 - min / scale, 0, 255)), where the range holds 0.
std::vector<ValueId> import_dynamic_quantize_linear(NodeImport& node) {
  const ValueId nothing = node.scalar(DType::f32, 0, "/0"), steps = node.scalar(DType::f32, 255, "/255");
  const ValueId least = node.helper(binary(BinaryKind::min), {extreme(node, ReduceKind::min, "/min"), nothing}, "/low");
  const ValueId most = node.helper(binary(BinaryKind::max), {extreme(node, ReduceKind::max, "/max"), nothing}, "/high");
  const ValueId range = node.helper(binary(BinaryKind::sub), {most, least}, "/range");
  GraphBuilder& builder = node.builder();
  const ValueId scale =
      builder.make(binary(BinaryKind::div), {range, steps}, node.name() + "/scale", node.output_name(1));
  const ValueId ratio = node.helper(binary(BinaryKind::div), {least, scale}, "/ratio");
  const ValueId shift = node.helper(binary(BinaryKind::sub), {nothing, ratio}, "/shift");
  const ValueId clipped = node.helper(unary(UnaryKind::clip, 0, 255), {shift}, "/clip");
  const ValueId rounded = node.helper(unary(UnaryKind::round), {clipped}, "/round");
  const ValueId zero = builder.make(cast_to(DType::u8), {rounded}, node.name() + "/zero", node.output_name(2));
  const ValueId dst =
      builder.make(quantize_to(DType::u8), {node.input(0), scale, zero}, node.name(), node.output_name(0));
  return {dst, scale, zero};
}

}  // namespace convoy::onnx_frontend
