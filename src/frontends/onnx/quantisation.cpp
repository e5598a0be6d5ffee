#include "frontends/onnx/quantisation.h"

#include "ops/quantize.h"

namespace convoy::onnx_frontend {

ValueId dequantised(NodeImport& node, const QuantisedInput& input, const char* suffix) {
  return node.helper(dequantize(), {node.input(input.value), node.input(input.scale), node.optional_input(input.zero)},
                     suffix);
}

std::vector<ValueId> emit_quantised(NodeImport& node, ValueId value, int scale, int zero, DType otherwise) {
  const DType dtype = node.optional_input(zero) == kAbsent ? otherwise : node.type(zero).dtype;
  return node.emit(quantize_to(dtype), {value, node.input(scale), node.optional_input(zero)});
}

}  // namespace convoy::onnx_frontend
