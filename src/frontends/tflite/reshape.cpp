// Operators that give the same elements another shape: RESHAPE, SQUEEZE, EXPAND_DIMS.
#include <algorithm>

#include "frontends/new_shape.h"
#include "frontends/simple_ops.h"
#include "frontends/tflite/importers.h"
#include "ops/checks.h"

namespace convoy::tflite_frontend {
namespace {

std::vector<int64_t> list_of(const flatbuffers::Vector<int32_t>* values) {
  return values ? std::vector<int64_t>(values->begin(), values->end()) : std::vector<int64_t>();
}

}  // namespace

/// The shape is an input or, in old models, an option.
std::vector<ValueId> import_reshape(NodeImport& node) {
  const std::vector<int64_t> dims = node.optional_input(1) != kAbsent
                                        ? node.constant_ints(1)
                                        : list_of(node.options<tflite::ReshapeOptions>().new_shape());
  return {node.add(reshape_to(resolve_new_shape(dims, node.shape(0), true)), {node.input(0)})};
}

std::vector<ValueId> import_squeeze(NodeImport& node) {
  const Shape& src = node.shape(0);
  const std::vector<int64_t> given = list_of(node.options<tflite::SqueezeOptions>().squeeze_dims());
  const std::vector<int> axes = resolve_axes(given, src.rank());
  std::vector<int64_t> dims;
  for (int axis = 0; axis < src.rank(); ++axis) {
    const bool named = std::count(axes.begin(), axes.end(), axis) > 0;
    if (named && src[axis] != 1) invalid_input("axis {} of src {} has extent {}, not 1", axis, src.str(), src[axis]);
    const bool dropped = given.empty() ? src[axis] == 1 : named;
    if (!dropped) dims.push_back(src[axis]);
  }
  return {node.add(reshape_to(Shape(dims)), {node.input(0)})};
}

std::vector<ValueId> import_expand_dims(NodeImport& node) {
  std::vector<int64_t> dims = node.shape(0).dims();
  const std::vector<int64_t> axis = node.constant_ints(1);
  if (axis.size() != 1) invalid_input("axis is {}, expected one element", node.type(1).str());
  dims.insert(dims.begin() + ImportedNode::normalize_axis(axis[0], node.rank(0) + 1), 1);
  return {node.add(reshape_to(Shape(dims)), {node.input(0)})};
}

}  // namespace convoy::tflite_frontend
