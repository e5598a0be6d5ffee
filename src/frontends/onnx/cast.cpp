#include "frontends/onnx/element_types.h"
#include "frontends/onnx/importers.h"
#include "frontends/simple_ops.h"

namespace convoy::onnx_frontend {
namespace {

std::vector<ValueId> cast_input(NodeImport& node, DType dtype) {
  if (node.type(0).dtype == dtype) return {node.input(0)};
  return node.emit(cast_to(dtype), {node.input(0)});
}

}  // namespace

std::vector<ValueId> import_cast(NodeImport& node) {
  if (!node.has("to")) invalid_input("attribute 'to' is missing");
  return cast_input(node, element_type(static_cast<int>(node.attr_int("to", 0))));
}

std::vector<ValueId> import_cast_like(NodeImport& node) {
  return cast_input(node, node.type(1).dtype);
}

}  // namespace convoy::onnx_frontend
