#include "frontends/tflite/quantised/affine.h"
#include "frontends/tflite/quantised/importers.h"
#include "ops/quantized_softmax.h"
#include "ops/quantized_softmax16.h"

namespace convoy::tflite_frontend {

std::vector<ValueId> import_quantised_softmax(NodeImport& node) {
  const Affine src = input_affine(node, 0), dst = output_affine(node);
  if (dst.dtype != src.dtype) {
    unsupported("its output is {}, only that of its input, {}, is supported", to_string(dst.dtype),
                to_string(src.dtype));
  }
  const double beta = node.options<tflite::SoftmaxOptions>().beta();
  if (src.dtype == DType::i16) {
    // TFLite multiplies scale and beta as floats here.
    const float scale = src.scale * static_cast<float>(beta);
    return {node.add(quantized_softmax16(scale, node.rounding()), {node.input(0)})};
  }
  return {node.add(quantized_softmax(beta * static_cast<double>(src.scale), node.rounding()), {node.input(0)})};
}

}  // namespace convoy::tflite_frontend
