#include "frontends/tflite/quantised/affine.h"
#include "frontends/tflite/quantised/importers.h"
#include "ops/quantized_softmax.h"
#include "ops/quantized_softmax16.h"

namespace convoy::tflite_frontend {

std::vector<ValueId> import_quantised_softmax(NodeImport& node) {
  const Affine src = input_affine(node, 0);
  output_affine_of(node, src.dtype);
  const double beta = node.options<tflite::SoftmaxOptions>().beta();
  if (src.dtype == DType::i16) {
    // TFLite multiplies scale and beta as floats here.
    const float scale = src.scale * static_cast<float>(beta);
    return {node.add(quantized_softmax16(scale, node.rounding()), {node.input(0)})};
  }
  return {node.add(quantized_softmax(beta * static_cast<double>(src.scale), node.rounding()), {node.input(0)})};
}

std::vector<ValueId> import_quantised_log_softmax(NodeImport& node) {
  const Affine src = input_affine(node, 0);
  expect_bytes(src);
  expect_result(node, output_affine_of(node, src.dtype), 1.0f / 16, 127, 255);
  QuantizedSoftmax op = quantized_softmax(src.scale, node.rounding());
  op.log = true;
  return {node.add(op, {node.input(0)})};
}

}  // namespace convoy::tflite_frontend
