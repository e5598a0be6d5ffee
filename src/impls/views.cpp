#include "impls/views.h"

#include "ops/concat.h"
#include "ops/expand.h"
#include "ops/reshape.h"
#include "ops/slice.h"
#include "ops/transpose.h"

namespace convoy {

bool is_view_op(const Op& op) {
  return op_cast<Reshape>(op) || op_cast<Transpose>(op) || op_cast<Slice>(op) || op_cast<Expand>(op);
}

namespace {

/// Axes of extent 1 have no say in where elements lie.
std::pair<std::vector<int64_t>, std::vector<int64_t>> without_unit_axes(const TensorView& view) {
  std::vector<int64_t> extents, strides;
  for (int axis = 0; axis < view.rank(); ++axis) {
    if (view.shape[axis] == 1) continue;
    extents.push_back(view.shape[axis]);
    strides.push_back(view.stride(axis));
  }
  return {extents, strides};
}

PlacedView transposed(const PlacedView& input, const std::vector<int64_t>& perm) {
  PlacedView output = input;
  for (size_t axis = 0; axis < perm.size(); ++axis) {
    output.view.shape[axis] = input.view.shape[perm[axis]];
    output.view.strides[axis] = input.view.strides[perm[axis]];
  }
  return output;
}

PlacedView sliced(const PlacedView& input, const Slice& slice) {
  PlacedView output = input;
  for (size_t axis = 0; axis < slice.begin.size(); ++axis) {
    output.offset_elems += slice.begin[axis] * input.view.strides[axis];
    output.view.strides[axis] *= slice.step[axis];
    output.view.shape[axis] = slice.size[axis];
  }
  return output;
}

PlacedView expanded(const PlacedView& input, const Shape& shape) {
  PlacedView output{{input.view.dtype, shape, std::vector<int64_t>(shape.rank(), 0)}, input.offset_elems};
  const int shift = shape.rank() - input.view.rank();
  for (int axis = 0; axis < input.view.rank(); ++axis) {
    if (input.view.shape[axis] != 1) output.view.strides[axis + shift] = input.view.strides[axis];
  }
  return output;
}

}  // namespace

// Groups of old and new axes with equal products are matched from the left; within a group the old axes must
// lie behind one another as in a contiguous tensor.
std::optional<TensorView> reshape_view(const TensorView& view, const Shape& shape) {
  if (shape.elems() == 0) return TensorView::contiguous({view.dtype, shape}, Layout::row_major);
  const auto [old_extents, old_strides] = without_unit_axes(view);
  TensorView result{view.dtype, shape, std::vector<int64_t>(shape.rank(), 1)};
  size_t old_axis = 0;
  int axis = 0;
  while (axis < shape.rank()) {
    if (shape[axis] == 1) {
      ++axis;
      continue;
    }
    if (old_axis == old_extents.size()) return std::nullopt;
    const size_t old_first = old_axis;
    const int first = axis;
    int64_t old_elems = old_extents[old_axis++], elems = shape[axis++];
    while (old_elems != elems) {
      if (old_elems < elems) {
        if (old_axis == old_extents.size()) return std::nullopt;
        old_elems *= old_extents[old_axis++];
      } else {
        if (axis == shape.rank()) return std::nullopt;
        elems *= shape[axis++];
      }
    }
    for (size_t a = old_first; a + 1 < old_axis; ++a) {
      if (old_strides[a] != old_strides[a + 1] * old_extents[a + 1]) return std::nullopt;
    }
    int64_t stride = old_strides[old_axis - 1];
    for (int a = axis - 1; a >= first; --a) {
      result.strides[a] = stride;
      stride *= shape[a];
    }
  }
  return result;
}

std::optional<PlacedView> output_as_view(const Node& node, const Graph& graph, const PlacedView& input) {
  if (const auto* slice = op_cast<Slice>(*node.op)) return sliced(input, *slice);
  if (const auto* transpose = op_cast<Transpose>(*node.op)) return transposed(input, transpose->perm);
  const Shape& shape = graph.type(node.outputs[0]).shape;
  if (op_cast<Expand>(*node.op)) return expanded(input, shape);
  if (op_cast<Reshape>(*node.op)) {
    if (auto view = reshape_view(input.view, shape)) return PlacedView{*view, input.offset_elems};
  }
  return std::nullopt;
}

std::optional<PlacedView> input_as_view(const Node& node, const Graph& graph, const PlacedView& output) {
  if (const auto* transpose = op_cast<Transpose>(*node.op)) {
    std::vector<int64_t> inverse(transpose->perm.size());
    for (size_t axis = 0; axis < inverse.size(); ++axis) inverse[transpose->perm[axis]] = static_cast<int64_t>(axis);
    return transposed(output, inverse);
  }
  if (op_cast<Reshape>(*node.op)) {
    if (auto view = reshape_view(output.view, graph.type(node.inputs[0]).shape)) {
      return PlacedView{*view, output.offset_elems};
    }
  }
  return std::nullopt;
}

PlacedView concat_slice(const Node& concat, const Graph& graph, size_t index, const PlacedView& whole) {
  const auto axis = static_cast<int>(op_cast<Concat>(*concat.op)->axis);
  PlacedView slice = whole;
  for (size_t i = 0; i < index; ++i) {
    slice.offset_elems += graph.type(concat.inputs[i]).shape[axis] * whole.view.strides[axis];
  }
  slice.view.shape = graph.type(concat.inputs[index]).shape;
  return slice;
}

}  // namespace convoy
