// Values known while importing: Constant, ConstantOfShape, Shape, Size.
#include <algorithm>

#include "frontends/onnx/importers.h"
#include "ops/expand.h"

namespace convoy::onnx_frontend {
namespace {

std::string constant_name(const NodeImport& node) {
  const std::string name = node.output_name(0);
  return name.empty() ? node.name() : name;
}

std::vector<ValueId> constant_output(NodeImport& node, Tensor tensor) {
  return {node.builder().constant(constant_name(node), std::move(tensor))};
}

template <class T, class Values>
Tensor vector_of(const Values& values) {
  return Tensor::of(std::vector<T>(values.begin(), values.end()));
}

/// An index into a shape by Python's rule for slices.
int64_t clamped_axis(int64_t axis, int64_t rank) {
  return std::clamp<int64_t>(axis < 0 ? axis + rank : axis, 0, rank);
}

}  // namespace

std::vector<ValueId> import_constant(NodeImport& node) {
  if (node.has("value")) return {node.builder().given_constant(constant_name(node), node.attr_tensor("value"))};
  if (node.has("value_float")) {
    return constant_output(node, Tensor::scalar(static_cast<float>(node.attr_float("value_float", 0))));
  }
  if (node.has("value_floats")) return constant_output(node, vector_of<float>(node.attr_floats("value_floats")));
  if (node.has("value_int")) return constant_output(node, Tensor::scalar(node.attr_int("value_int", 0)));
  if (node.has("value_ints")) return constant_output(node, vector_of<int64_t>(node.attr_ints("value_ints")));
  for (const char* name : {"value_string", "value_strings", "sparse_value"}) {
    if (node.has(name)) unsupported("attribute '{}' is not supported, dense tensors of numbers are", name);
  }
  invalid_input("attribute 'value' is missing");
}

std::vector<ValueId> import_constant_of_shape(NodeImport& node) {
  Expand op;
  op.shape = Shape(node.constant_ints(0));
  const Tensor value = node.has("value") ? node.attr_tensor("value") : Tensor::scalar(0.0f);
  if (value.elems() != 1) invalid_input("attribute 'value' is {}, expected one element", value.type().str());
  const ValueId scalar = node.constant(value.reshaped({}), "/value");
  return node.emit(std::move(op), {scalar});
}

std::vector<ValueId> import_shape(NodeImport& node) {
  const Shape& src = node.shape(0);
  const int64_t begin = clamped_axis(node.attr_int("start", 0), src.rank());
  const int64_t end = std::max(begin, clamped_axis(node.attr_int("end", src.rank()), src.rank()));
  return constant_output(node, Tensor::of(std::vector<int64_t>(src.begin() + begin, src.begin() + end)));
}

std::vector<ValueId> import_size(NodeImport& node) {
  return constant_output(node, Tensor::scalar(node.shape(0).elems()));
}

}  // namespace convoy::onnx_frontend
