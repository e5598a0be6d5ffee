#include "frontends/tflite/quantised/affine.h"
#include "frontends/tflite/quantised/importers.h"
#include "ops/quantized_l2_norm.h"

namespace convoy::tflite_frontend {

std::vector<ValueId> import_quantised_l2_normalization(NodeImport& node) {
  const Affine src = input_affine(node, 0);
  expect_bytes(src);
  expect_result(node, output_affine_of(node, src.dtype), 1.0f / 128, 0, 128);
  const auto activation = node.options<tflite::L2NormOptions>().fused_activation_function();
  if (activation != tflite::ActivationFunctionType::NONE) {
    unsupported("its fused activation {} is not supported on quantised numbers; NONE is",
                tflite::EnumNameActivationFunctionType(activation));
  }
  QuantizedL2Norm op;
  op.rounding = node.rounding();
  op.zero = src.zero;
  return {node.add(op, {node.input(0)})};
}

}  // namespace convoy::tflite_frontend
