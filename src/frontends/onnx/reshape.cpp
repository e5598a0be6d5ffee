// Operators that give the same elements another shape: Reshape, Flatten, Squeeze, Unsqueeze.
#include <algorithm>

#include "frontends/new_shape.h"
#include "frontends/onnx/importers.h"
#include "frontends/simple_ops.h"
#include "ops/checks.h"

namespace convoy::onnx_frontend {
namespace {

/// Squeeze's and Unsqueeze's axes: an attribute before opset 13, then an input.
std::vector<int64_t> read_axes(const NodeImport& node) {
  if (node.opset() < 13) return node.attr_ints("axes");
  return node.optional_input(1) == kAbsent ? std::vector<int64_t>() : node.constant_ints(1);
}

int64_t product(const Shape& shape, int64_t begin, int64_t end) {
  return Shape(std::vector<int64_t>(shape.begin() + begin, shape.begin() + end)).elems();
}

}  // namespace

std::vector<ValueId> import_reshape(NodeImport& node) {
  const std::vector<int64_t> dims = node.opset() < 5 ? node.attr_ints("shape") : node.constant_ints(1);
  const Shape shape = resolve_new_shape(dims, node.shape(0), node.attr_int("allowzero", 0) != 0);
  return node.emit(reshape_to(shape), {node.input(0)});
}

std::vector<ValueId> import_flatten(NodeImport& node) {
  const Shape& src = node.shape(0);
  // axis may be the rank: everything in one row.
  const int64_t given = node.attr_int("axis", 1);
  const int64_t axis = given == src.rank() ? given : NodeImport::normalize_axis(given, src.rank());
  return node.emit(reshape_to({product(src, 0, axis), product(src, axis, src.rank())}), {node.input(0)});
}

std::vector<ValueId> import_squeeze(NodeImport& node) {
  const Shape& src = node.shape(0);
  const std::vector<int64_t> given = read_axes(node);
  const std::vector<int> axes = resolve_axes(given, src.rank());
  std::vector<int64_t> dims;
  for (int axis = 0; axis < src.rank(); ++axis) {
    const bool named = std::count(axes.begin(), axes.end(), axis) > 0;
    if (named && src[axis] != 1) invalid_input("axis {} of src {} has extent {}, not 1", axis, src.str(), src[axis]);
    const bool dropped = given.empty() ? src[axis] == 1 : named;
    if (!dropped) dims.push_back(src[axis]);
  }
  return node.emit(reshape_to(Shape(dims)), {node.input(0)});
}

std::vector<ValueId> import_unsqueeze(NodeImport& node) {
  const Shape& src = node.shape(0);
  const std::vector<int64_t> given = read_axes(node);
  const int rank = src.rank() + static_cast<int>(given.size());
  const std::vector<int> axes = resolve_axes(given, rank);
  std::vector<int64_t> dims;
  auto next = src.begin();
  for (int axis = 0; axis < rank; ++axis) {
    dims.push_back(std::count(axes.begin(), axes.end(), axis) ? 1 : *next++);
  }
  return node.emit(reshape_to(Shape(dims)), {node.input(0)});
}

}  // namespace convoy::onnx_frontend
