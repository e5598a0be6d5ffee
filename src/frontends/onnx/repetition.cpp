// Expand and Tile.
#include "frontends/onnx/importers.h"
#include "ops/elementwise.h"
#include "ops/expand.h"
#include "ops/tile.h"

namespace convoy::onnx_frontend {

/// Broadcasts both ways: src's extents win where the given shape has 1.
std::vector<ValueId> import_expand(NodeImport& node) {
  Expand op;
  op.shape = broadcast_shape(node.shape(0), Shape(node.constant_ints(1)));
  return node.emit(std::move(op), {node.input(0)});
}

std::vector<ValueId> import_tile(NodeImport& node) {
  if (node.opset() < 6) {
    unsupported("its form of opset {} is not supported, that of opset 6 and later is", node.opset());
  }
  Tile op;
  op.repeats = node.constant_ints(1);
  return node.emit(std::move(op), {node.input(0)});
}

}  // namespace convoy::onnx_frontend
