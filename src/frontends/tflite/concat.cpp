// CONCATENATION, PACK and UNPACK.
#include "ops/concat.h"

#include "frontends/simple_ops.h"
#include "frontends/tflite/activation.h"
#include "frontends/tflite/importers.h"
#include "ops/slice.h"

namespace convoy::tflite_frontend {
namespace {

std::vector<ValueId> all_inputs(const NodeImport& node) {
  std::vector<ValueId> inputs;
  for (int i = 0; i < node.input_count(); ++i) inputs.push_back(node.input(i));
  return inputs;
}

Shape with_axis(const Shape& shape, int64_t axis) {
  std::vector<int64_t> dims = shape.dims();
  dims.insert(dims.begin() + axis, 1);
  return Shape(dims);
}

Shape without_axis(const Shape& shape, int64_t axis) {
  std::vector<int64_t> dims = shape.dims();
  dims.erase(dims.begin() + axis);
  return Shape(dims);
}

}  // namespace

std::vector<ValueId> import_concatenation(NodeImport& node) {
  const auto& options = node.options<tflite::ConcatenationOptions>();
  Concat op;
  op.axis = ImportedNode::normalize_axis(options.axis(), node.rank(0));
  return {activated(node, node.add(op, all_inputs(node)), options.fused_activation_function())};
}

/// Puts its inputs side by side along a new axis.
std::vector<ValueId> import_pack(NodeImport& node) {
  Concat op;
  op.axis = ImportedNode::normalize_axis(node.options<tflite::PackOptions>().axis(), node.rank(0) + 1);
  std::vector<ValueId> parts;
  for (ValueId input : all_inputs(node)) {
    const Shape& shape = node.builder().type(input).shape;
    if (shape != node.shape(0)) invalid_input("inputs {} and {} differ in shape", node.shape(0).str(), shape.str());
    parts.push_back(node.helper(reshape_to(with_axis(shape, op.axis)), {input}, fmt::format("/{}", parts.size())));
  }
  return {node.add(op, parts)};
}

/// Cuts its input into slices of one element along an axis, which they lose.
std::vector<ValueId> import_unpack(NodeImport& node) {
  const Shape shape = node.shape(0);
  const int64_t axis = ImportedNode::normalize_axis(node.options<tflite::UnpackOptions>().axis(), shape.rank());
  if (shape[static_cast<int>(axis)] != node.output_count()) {
    invalid_input("axis {} of {} does not have {} elements", axis, shape.str(), node.output_count());
  }
  std::vector<ValueId> outputs;
  for (int i = 0; i < node.output_count(); ++i) {
    Slice slice = Slice::whole(shape);
    slice.begin[axis] = i;
    slice.size[axis] = 1;
    const ValueId part = node.helper(std::move(slice), {node.input(0)}, fmt::format("/slice{}", i));
    outputs.push_back(node.helper(reshape_to(without_axis(shape, axis)), {part}, fmt::format("/{}", i)));
  }
  return outputs;
}

}  // namespace convoy::tflite_frontend
