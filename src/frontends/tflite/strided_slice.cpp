// STRIDED_SLICE: Python's x[begin:end:step, ...], with its ellipsis, new axes and single indices.
#include <algorithm>

#include "frontends/simple_ops.h"
#include "frontends/tflite/importers.h"
#include "ops/attribute_checks.h"
#include "ops/slice.h"

namespace convoy::tflite_frontend {
namespace {

constexpr size_t kMaxSpecs = 32;

/// Bit i of a mask is about entry i of begin, end and strides.
bool has(int32_t mask, size_t i) {
  return (static_cast<uint32_t>(mask) >> i & 1) != 0;
}

struct Spec {
  std::vector<int64_t> begin, end, strides;
  const tflite::StridedSliceOptions& options;
};

Spec read_spec(const NodeImport& node) {
  Spec spec{node.constant_ints(1), node.constant_ints(2), node.constant_ints(3),
            node.options<tflite::StridedSliceOptions>()};
  expect_count(spec.end, spec.begin.size(), "end");
  expect_count(spec.strides, spec.begin.size(), "strides");
  if (spec.begin.size() > kMaxSpecs) invalid_input("it has {} begins, expected 32 at most", spec.begin.size());
  if (spec.options.offset()) {
    for (size_t i = 0; i < spec.end.size(); ++i) spec.end[i] = checked_add(spec.begin[i], spec.end[i]);
  }
  return spec;
}

/// The slice of `axis` by entry `i`, by Python's rules: bounds below 0 count from the end, bounds beyond an end
/// mean the end.
void slice_axis(const Spec& spec, size_t i, int axis, Slice& op) {
  const int64_t extent = op.size[axis], step = spec.strides[i];
  if (step == 0) invalid_input("the stride along axis {} is 0", axis);
  const bool forward = step > 0;
  const int64_t low = forward ? 0 : -1, high = forward ? extent : extent - 1;
  const auto position = [&](int64_t bound) { return std::clamp(bound < 0 ? bound + extent : bound, low, high); };
  const int64_t begin = has(spec.options.begin_mask(), i) ? (forward ? low : high) : position(spec.begin[i]);
  const int64_t end = has(spec.options.end_mask(), i) ? (forward ? high : low) : position(spec.end[i]);
  const int64_t distance = forward ? end - begin : begin - end;
  const int64_t stride = forward ? step : -std::max(step, -kMaxExtent);
  op.size[axis] = distance <= 0 ? 0 : (distance - 1) / stride + 1;
  op.begin[axis] = op.size[axis] == 0 ? 0 : begin;
  op.step[axis] = forward ? stride : -stride;
}

/// One element of `axis`, which the result loses.
void pick_index(const Spec& spec, size_t i, int axis, Slice& op) {
  const int64_t extent = op.size[axis], given = has(spec.options.begin_mask(), i) ? 0 : spec.begin[i];
  const int64_t index = given < 0 ? given + extent : given;
  if (index < 0 || index >= extent) invalid_input("index {} is out of range for axis {} of {}", given, axis, extent);
  op.begin[axis] = index;
  op.size[axis] = 1;
}

/// Axes that an ellipsis stands for: those that no other entry is about.
int ellipsis_axes(const Spec& spec, int rank) {
  int others = 0;
  for (size_t i = 0; i < spec.begin.size(); ++i) {
    const bool takes_axis = !has(spec.options.ellipsis_mask(), i) && !has(spec.options.new_axis_mask(), i);
    others += takes_axis ? 1 : 0;
  }
  if (others > rank) invalid_input("{} axes are sliced, src has {}", others, rank);
  return rank - others;
}

}  // namespace

std::vector<ValueId> import_strided_slice(NodeImport& node) {
  const Spec spec = read_spec(node);
  const Shape shape = node.shape(0);
  Slice op = Slice::whole(shape);
  std::vector<int64_t> dims;
  int axis = 0;
  bool ellipsis = false;
  const int hidden = ellipsis_axes(spec, shape.rank());
  const auto keep = [&](int count) {
    for (; count > 0; --count) dims.push_back(op.size[axis++]);
  };
  for (size_t i = 0; i < spec.begin.size(); ++i) {
    if (has(spec.options.ellipsis_mask(), i)) {
      if (ellipsis) invalid_input("it has two ellipses");
      ellipsis = true;
      keep(hidden);
    } else if (has(spec.options.new_axis_mask(), i)) {
      dims.push_back(1);
    } else if (has(spec.options.shrink_axis_mask(), i)) {
      pick_index(spec, i, axis++, op);
    } else {
      slice_axis(spec, i, axis, op);
      keep(1);
    }
  }
  keep(shape.rank() - axis);
  const ValueId part = node.add(std::move(op), {node.input(0)});
  if (node.builder().type(part).shape == Shape(dims)) return {part};
  return {node.helper(reshape_to(Shape(dims)), {part}, "/axes")};
}

}  // namespace convoy::tflite_frontend
