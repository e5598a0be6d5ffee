#include "ops/concat.h"

#include "frontends/onnx/importers.h"

namespace convoy::onnx_frontend {

std::vector<ValueId> import_concat(NodeImport& node) {
  if (node.opset() >= 4 && !node.has("axis")) invalid_input("attribute 'axis' is missing");
  Concat op;
  op.axis = NodeImport::normalize_axis(node.attr_int("axis", 1), node.rank(0));
  std::vector<ValueId> inputs;
  for (int i = 0; i < node.input_count(); ++i) inputs.push_back(node.input(i));
  return node.emit(op, inputs);
}

}  // namespace convoy::onnx_frontend
