// Slice and Split.
#include "ops/slice.h"

#include <algorithm>
#include <numeric>

#include "frontends/onnx/importers.h"
#include "ops/attribute_checks.h"
#include "support/int_math.h"

namespace convoy::onnx_frontend {
namespace {

struct SliceBounds {
  std::vector<int64_t> starts, ends, axes, steps;
};

std::vector<int64_t> ints_or(const NodeImport& node, int index, std::vector<int64_t> fallback) {
  return node.optional_input(index) == kAbsent ? std::move(fallback) : node.constant_ints(index);
}

SliceBounds read_bounds(const NodeImport& node) {
  SliceBounds bounds;
  const bool attributes = node.opset() < 10;
  bounds.starts = attributes ? node.attr_ints("starts") : node.constant_ints(1);
  bounds.ends = attributes ? node.attr_ints("ends") : node.constant_ints(2);
  std::vector<int64_t> first_axes(bounds.starts.size());
  std::iota(first_axes.begin(), first_axes.end(), 0);
  bounds.axes = attributes ? node.attr_ints("axes", first_axes) : ints_or(node, 3, first_axes);
  const std::vector<int64_t> ones(bounds.starts.size(), 1);
  bounds.steps = attributes ? ones : ints_or(node, 4, ones);
  expect_count(bounds.ends, bounds.starts.size(), "ends");
  expect_count(bounds.axes, bounds.starts.size(), "axes");
  expect_count(bounds.steps, bounds.starts.size(), "steps");
  return bounds;
}

/// ONNX's rule: bounds below 0 count from the end, bounds beyond an end mean the end. Unlike numpy's, a backward
/// slice that starts before the first element starts at it.
void slice_axis(Slice& op, int64_t axis, int64_t start, int64_t end, int64_t step) {
  if (step == 0) invalid_input("step along axis {} is 0", axis);
  const int64_t extent = op.size[axis];
  if (extent == 0) return;
  const auto position = [&](int64_t bound, int64_t low, int64_t high) {
    return std::clamp(bound < 0 ? bound + extent : bound, low, high);
  };
  // No slice takes a second step of this length; its negative exists.
  step = std::max(step, -INT64_MAX);
  const bool forward = step > 0;
  start = forward ? position(start, 0, extent) : position(start, 0, extent - 1);
  end = forward ? position(end, 0, extent) : position(end, -1, extent - 1);
  const int64_t distance = forward ? end - start : start - end, stride = forward ? step : -step;
  op.begin[axis] = start;
  op.size[axis] = distance <= 0 ? 0 : (distance - 1) / stride + 1;
  op.step[axis] = step;
}

/// Sizes of the parts that Split makes of `extent` elements.
std::vector<int64_t> split_sizes(const NodeImport& node, int64_t extent) {
  std::vector<int64_t> sizes = node.opset() < 13 ? node.attr_ints("split") : ints_or(node, 1, {});
  if (!sizes.empty()) return sizes;
  const int64_t parts = node.attr_int("num_outputs", node.output_count());
  expect_range(parts, 1, node.output_count(), "num_outputs");
  if (node.opset() < 18 && extent % parts != 0) {
    invalid_input("{} elements cannot be split into {} equal parts", extent, parts);
  }
  const int64_t size = ceil_div(extent, parts);
  for (int64_t begin = 0; static_cast<int64_t>(sizes.size()) < parts; begin += size) {
    sizes.push_back(std::clamp<int64_t>(extent - begin, 0, size));
  }
  return sizes;
}

}  // namespace

std::vector<ValueId> import_slice(NodeImport& node) {
  const SliceBounds bounds = read_bounds(node);
  Slice op = Slice::whole(node.shape(0));
  std::vector<bool> given(op.size.size(), false);
  for (size_t i = 0; i < bounds.axes.size(); ++i) {
    const int64_t axis = NodeImport::normalize_axis(bounds.axes[i], node.rank(0));
    if (given[axis]) invalid_input("axis {} is given twice", axis);
    given[axis] = true;
    slice_axis(op, axis, bounds.starts[i], bounds.ends[i], bounds.steps[i]);
  }
  return node.emit(std::move(op), {node.input(0)});
}

std::vector<ValueId> import_split(NodeImport& node) {
  const int64_t axis = NodeImport::normalize_axis(node.attr_int("axis", 0), node.rank(0));
  const int64_t extent = node.shape(0)[static_cast<int>(axis)];
  const std::vector<int64_t> sizes = split_sizes(node, extent);
  expect_count(sizes, node.output_count(), "split");
  std::vector<ValueId> outputs;
  int64_t begin = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    expect_range(sizes[i], 0, extent - begin, "split");
    Slice op = Slice::whole(node.shape(0));
    op.begin[axis] = begin;
    op.size[axis] = sizes[i];
    outputs.push_back(node.builder().make(std::move(op), {node.input(0)}, fmt::format("{}/{}", node.name(), i),
                                          node.output_name(static_cast<int>(i))));
    begin += sizes[i];
  }
  if (begin != extent) invalid_input("split {} takes {} of {} elements", attribute_text(sizes), begin, extent);
  return outputs;
}

}  // namespace convoy::onnx_frontend
