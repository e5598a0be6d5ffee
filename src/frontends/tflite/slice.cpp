// Parts of a tensor by begin and size: SLICE, SPLIT, SPLIT_V, REVERSE_V2.
#include "ops/slice.h"

#include "frontends/tflite/importers.h"
#include "ops/attribute_checks.h"
#include "ops/checks.h"

namespace convoy::tflite_frontend {
namespace {

int64_t read_axis(const NodeImport& node, int axis_input, int src_input) {
  const std::vector<int64_t> axis = node.constant_ints(axis_input);
  if (axis.size() != 1) invalid_input("axis is {}, expected one element", node.type(axis_input).str());
  return ImportedNode::normalize_axis(axis[0], node.rank(src_input));
}

/// One output a size, one behind the other along the axis.
std::vector<ValueId> cut(NodeImport& node, int src_input, int64_t axis, const std::vector<int64_t>& sizes) {
  const Shape shape = node.shape(src_input);
  std::vector<ValueId> outputs;
  int64_t begin = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    expect_range(sizes[i], 0, shape[static_cast<int>(axis)] - begin, "size of a part");
    Slice op = Slice::whole(shape);
    op.begin[axis] = begin;
    op.size[axis] = sizes[i];
    outputs.push_back(node.helper(std::move(op), {node.input(src_input)}, fmt::format("/{}", i)));
    begin += sizes[i];
  }
  return outputs;
}

/// A size of -1 takes what the others leave.
void resolve_rest(std::vector<int64_t>& sizes, int64_t extent) {
  int64_t* rest = nullptr;
  for (int64_t& size : sizes) {
    expect_range(size, -1, extent, "size of a part");
    if (size == -1 && rest) invalid_input("more than one part takes the rest");
    if (size == -1) rest = &size;
    if (size > 0) extent -= size;
  }
  if (rest) *rest = extent;
}

}  // namespace

std::vector<ValueId> import_slice(NodeImport& node) {
  const std::vector<int64_t> begin = node.constant_ints(1), size = node.constant_ints(2);
  const Shape& shape = node.shape(0);
  Slice op = Slice::whole(shape);
  expect_count(begin, op.begin.size(), "begin");
  expect_count(size, op.size.size(), "size");
  for (int axis = 0; axis < shape.rank(); ++axis) {
    expect_range(begin[axis], 0, shape[axis], "begin");
    expect_range(size[axis], -1, shape[axis] - begin[axis], "size");
    op.begin[axis] = begin[axis];
    op.size[axis] = size[axis] == -1 ? shape[axis] - begin[axis] : size[axis];
  }
  return {node.add(std::move(op), {node.input(0)})};
}

std::vector<ValueId> import_split(NodeImport& node) {
  const int64_t axis = read_axis(node, 0, 1), parts = node.output_count();
  const int64_t extent = node.shape(1)[static_cast<int>(axis)];
  if (extent % parts != 0) invalid_input("{} elements cannot be split into {} equal parts", extent, parts);
  return cut(node, 1, axis, std::vector<int64_t>(parts, extent / parts));
}

std::vector<ValueId> import_split_v(NodeImport& node) {
  const int64_t axis = read_axis(node, 2, 0);
  std::vector<int64_t> sizes = node.constant_ints(1);
  expect_count(sizes, node.output_count(), "sizes");
  resolve_rest(sizes, node.shape(0)[static_cast<int>(axis)]);
  return cut(node, 0, axis, sizes);
}

std::vector<ValueId> import_reverse(NodeImport& node) {
  Slice op = Slice::whole(node.shape(0));
  for (int axis : resolve_axes(node.constant_ints(1), node.rank(0))) {
    if (op.size[axis] == 0) continue;
    op.begin[axis] = op.size[axis] - 1;
    op.step[axis] = -1;
  }
  return {node.add(std::move(op), {node.input(0)})};
}

}  // namespace convoy::tflite_frontend
