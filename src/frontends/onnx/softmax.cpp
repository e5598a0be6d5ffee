#include "ops/softmax.h"

#include <numeric>

#include "frontends/onnx/importers.h"
#include "frontends/simple_ops.h"

namespace convoy::onnx_frontend {
namespace {

int64_t product(const std::vector<int64_t>& dims, int64_t begin, int64_t end) {
  return std::accumulate(dims.begin() + begin, dims.begin() + end, int64_t{1}, std::multiplies<>());
}

/// Before opset 13: all axes from `axis` on are one, of which the softmax is computed.
std::vector<ValueId> flattened_softmax(NodeImport& node, Softmax op, int64_t axis) {
  const Shape shape = node.shape(0);
  const int64_t inner = product(shape.dims(), axis, shape.rank());
  if (inner == shape[static_cast<int>(axis)]) {
    op.axis = axis;
    return node.emit(std::move(op), {node.input(0)});
  }
  const ValueId matrix = node.helper(reshape_to({product(shape.dims(), 0, axis), inner}), {node.input(0)}, "/flatten");
  return node.emit(reshape_to(shape), {node.helper(std::move(op), {matrix}, "/softmax")});
}

}  // namespace

std::vector<ValueId> import_softmax(NodeImport& node) {
  Softmax op;
  op.log = node.op_type() == "LogSoftmax";
  const int64_t axis = NodeImport::normalize_axis(node.attr_int("axis", node.opset() < 13 ? 1 : -1), node.rank(0));
  if (node.opset() < 13) return flattened_softmax(node, std::move(op), axis);
  op.axis = axis;
  return node.emit(std::move(op), {node.input(0)});
}

}  // namespace convoy::onnx_frontend
