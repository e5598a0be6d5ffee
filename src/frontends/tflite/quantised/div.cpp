// DIV on quantised numbers, as TFLite's kernels/div.cc prepares it.
#include "frontends/tflite/quantised/affine.h"
#include "frontends/tflite/quantised/importers.h"
#include "ops/quantized_div.h"

namespace convoy::tflite_frontend {
namespace {

/// TFLite refuses to run such a network, which it finds out each time; constants are known now.
void check_divisor(const NodeImport& node, const Affine& rhs, const Tensor& values) {
  for (int64_t i = 0; i < values.elems(); ++i) {
    const int64_t stored = rhs.dtype == DType::i8   ? values.as<int8_t>()[i]
                           : rhs.dtype == DType::u8 ? values.as<uint8_t>()[i]
                                                    : values.as<int16_t>()[i];
    if (stored == rhs.zero) {
      invalid_input("{}: element {} of {} is its zero point, {}: division by zero", node.input_label(1), i,
                    values.type().str(), rhs.zero);
    }
  }
}

}  // namespace

std::vector<ValueId> import_quantised_div(NodeImport& node) {
  const Affine lhs = input_affine(node, 0), rhs = input_affine(node, 1), dst = output_affine_of(node, lhs.dtype);
  if (const Tensor* divisor = node.builder().constant_of(node.input(1))) check_divisor(node, rhs, *divisor);
  const Bounds bounds = activation_bounds(dst, node.options<tflite::DivOptions>().fused_activation_function());
  const float unit = rhs.scale * dst.scale;
  const FixedPoint factor = fixed_point(lhs.scale / unit);
  QuantizedDiv op;
  op.rounding = node.rounding();
  op.lhs_zero = lhs.zero;
  op.rhs_zero = rhs.zero;
  op.dst_zero = dst.zero;
  op.multiplier = factor.multiplier;
  op.shift = factor.shift;
  op.low = bounds.low;
  op.high = bounds.high;
  return {node.add(op, {node.input(0), node.input(1)})};
}

}  // namespace convoy::tflite_frontend
