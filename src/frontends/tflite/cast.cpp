// CAST, DEQUANTIZE of 16-bit floats, and both conversions of quantised numbers where these are read as floats.
#include "ops/cast.h"

#include "frontends/simple_ops.h"
#include "frontends/tflite/importers.h"

namespace convoy::tflite_frontend {

std::vector<ValueId> import_cast(NodeImport& node) {
  return {node.add(cast_to(node.output_dtype(0)), {node.input(0)})};
}

/// Nothing, between floats: of a quantised network that is imported as the floats that it stands for.
std::vector<ValueId> import_quantize_of_floats(NodeImport& node) {
  return {node.add(cast_to(DType::f32), {node.input(0)})};
}

/// Models with weights of half the size say so by this operator; it is computed here, since they are constant.
std::vector<ValueId> import_dequantize(NodeImport& node) {
  if (node.type(0).dtype == DType::f32) return import_quantize_of_floats(node);
  if (node.type(0).dtype != DType::f16) unsupported("its input is {}, only f16 is supported", node.type(0).str());
  return {node.add(cast_to(DType::f32), {node.input(0)})};
}

}  // namespace convoy::tflite_frontend
