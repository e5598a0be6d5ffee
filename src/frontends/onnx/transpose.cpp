#include "ops/transpose.h"

#include "frontends/onnx/importers.h"

namespace convoy::onnx_frontend {

std::vector<ValueId> import_transpose(NodeImport& node) {
  Transpose op;
  for (int axis = node.rank(0) - 1; axis >= 0; --axis) op.perm.push_back(axis);
  op.perm = node.attr_ints("perm", op.perm);
  for (int64_t& axis : op.perm) axis = NodeImport::normalize_axis(axis, node.rank(0));
  return node.emit(std::move(op), {node.input(0)});
}

}  // namespace convoy::onnx_frontend
