// Operators that do nothing at inference: Identity, Dropout.
#include "frontends/onnx/importers.h"
#include "ops/expand.h"

namespace convoy::onnx_frontend {
namespace {

/// Whether Dropout is told to drop elements: training_mode is an input since opset 12.
bool drops(const NodeImport& node) {
  if (node.opset() < 12 || node.optional_input(2) == kAbsent || node.constant_scalar(2) == 0) return false;
  return node.optional_input(1) == kAbsent || node.constant_scalar(1) != 0;
}

/// Which elements are kept: all. bool since opset 10, before that of src's type.
ValueId full_mask(NodeImport& node) {
  const DType dtype = node.opset() < 10 ? node.type(0).dtype : DType::boolean;
  Expand op;
  op.shape = node.shape(0);
  return node.builder().make(std::move(op), {node.scalar(dtype, 1, "/kept")}, node.name() + "/mask",
                             node.output_name(1));
}

}  // namespace

std::vector<ValueId> import_identity(NodeImport& node) {
  return {node.input(0)};
}

std::vector<ValueId> import_dropout(NodeImport& node) {
  if (drops(node)) unsupported("it is in training mode; networks exported for inference work");
  if (node.output_name(1).empty()) return {node.input(0)};
  return {node.input(0), full_mask(node)};
}

}  // namespace convoy::onnx_frontend
