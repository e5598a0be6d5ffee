// Resize and its predecessor Upsample.
#include "ops/resize.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "frontends/onnx/importers.h"
#include "ops/attribute_checks.h"
#include "ops/checks.h"

namespace convoy::onnx_frontend {
namespace {

bool is_given(const NodeImport& node, int index) {
  return node.optional_input(index) != kAbsent && node.shape(index).elems() > 0;
}

/// `extent` * `factor` rounded down, in float as ONNX's shape inference does: 7 * 1.2857143 is 9.
int64_t scaled_extent(int64_t extent, double factor) {
  const float scaled = std::floor(static_cast<float>(extent) * static_cast<float>(factor));
  if (!(scaled >= 0 && scaled <= static_cast<float>(kMaxExtent))) {
    invalid_input("scale {} of an axis with {} elements is out of range", factor, extent);
  }
  return static_cast<int64_t>(scaled);
}

/// Scales that are just quotients of the extents are left out: Resize then computes with the extents.
void drop_exact_scales(Resize& op, const Shape& src) {
  bool exact = true;
  for (int axis = 0; axis < src.rank(); ++axis) {
    const double extent = static_cast<double>(src[axis]) * op.scales[axis];
    exact = exact && op.scales[axis] > 0 && extent == static_cast<double>(op.shape[axis]);
  }
  if (exact) op.scales.clear();
}

std::vector<int64_t> all_axes(const NodeImport& node) {
  std::vector<int64_t> axes(node.rank(0));
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

/// The axes that sizes, scales and roi are for, all of them unless given (opset 18).
std::vector<int64_t> read_axes(const NodeImport& node) {
  if (node.opset() < 18 || !node.has("axes")) return all_axes(node);
  const std::vector<int> axes = resolve_axes(node.attr_ints("axes"), node.rank(0));
  return {axes.begin(), axes.end()};
}

void read_roi(const NodeImport& node, const std::vector<int64_t>& axes, Resize& op) {
  if (op.coordinates != CoordinateMode::tf_crop_and_resize) return;
  const int rank = node.rank(0);
  const std::vector<double> roi = node.constant_floats(1);
  expect_count(roi, 2 * axes.size(), "roi");
  op.roi.assign(rank, 0);
  op.roi.resize(2 * static_cast<size_t>(rank), 1);
  for (size_t i = 0; i < axes.size(); ++i) {
    op.roi[axes[i]] = roi[i];
    op.roi[rank + axes[i]] = roi[axes.size() + i];
  }
}

/// The part of an axis that is resized: all of it unless cropped.
double roi_length(const Resize& op, int64_t axis) {
  return op.roi.empty() ? 1 : op.roi[op.roi.size() / 2 + axis] - op.roi[axis];
}

void set_scales(const std::vector<double>& scales, const std::vector<int64_t>& axes, const Shape& src, Resize& op) {
  expect_count(scales, axes.size(), "scales");
  op.shape = src;
  op.scales.assign(src.rank(), 1);
  for (size_t i = 0; i < axes.size(); ++i) {
    const int axis = static_cast<int>(axes[i]);
    op.scales[axis] = scales[i];
    op.shape[axis] = scaled_extent(src[axis], scales[i] * roi_length(op, axis));
  }
  if (op.roi.empty()) drop_exact_scales(op, src);
}

/// keep_aspect_ratio_policy: all axes get one scale, the smallest ("not_larger") or the largest asked for.
void set_sizes_of_one_scale(const std::vector<int64_t>& sizes, const std::vector<int64_t>& axes, const Shape& src,
                            bool smallest, Resize& op) {
  std::vector<double> scales;
  for (size_t i = 0; i < axes.size(); ++i) {
    const int64_t extent = src[static_cast<int>(axes[i])];
    if (extent < 1) invalid_input("src {} has no elements to resize", src.str());
    expect_range(sizes[i], 0, kMaxExtent, "sizes");
    scales.push_back(static_cast<double>(sizes[i]) / static_cast<double>(extent));
  }
  if (scales.empty()) return;
  const double scale =
      smallest ? *std::min_element(scales.begin(), scales.end()) : *std::max_element(scales.begin(), scales.end());
  op.scales.assign(src.rank(), 1);
  for (int64_t given : axes) {
    const int axis = static_cast<int>(given);
    op.scales[axis] = scale;
    op.shape[axis] = static_cast<int64_t>(std::floor(scale * static_cast<double>(src[axis]) + 0.5));
  }
  drop_exact_scales(op, src);
}

void set_sizes(const NodeImport& node, const std::vector<int64_t>& sizes, const std::vector<int64_t>& axes,
               Resize& op) {
  expect_count(sizes, axes.size(), "sizes");
  op.shape = node.shape(0);
  const std::string policy = node.attr_string("keep_aspect_ratio_policy", "stretch");
  if (policy == "stretch") {
    for (size_t i = 0; i < axes.size(); ++i) op.shape[static_cast<int>(axes[i])] = sizes[i];
  } else if (policy == "not_larger" || policy == "not_smaller") {
    set_sizes_of_one_scale(sizes, axes, node.shape(0), policy == "not_larger", op);
  } else {
    invalid_input("keep_aspect_ratio_policy is '{}', expected stretch, not_larger or not_smaller", policy);
  }
}

template <class E>
E read_word(const NodeImport& node, const char* name, E fallback) {
  return with_context(name, [&] { return enum_value<E>(node.attr_string(name, enum_word(fallback))); });
}

/// The modes of Resize since opset 11. Before, positions were i / scale, rounded down.
void read_modes(const NodeImport& node, Resize& op) {
  op.mode = read_word(node, "mode", ResizeMode::nearest);
  if (node.opset() < 11) {
    op.coordinates = CoordinateMode::asymmetric;
    op.nearest = NearestMode::floor;
    return;
  }
  op.coordinates = read_word(node, "coordinate_transformation_mode", CoordinateMode::half_pixel);
  op.nearest = read_word(node, "nearest_mode", NearestMode::round_prefer_floor);
  op.cubic_coeff_a = node.attr_float("cubic_coeff_a", -0.75);
  op.exclude_outside = node.attr_int("exclude_outside", 0) != 0;
  op.extrapolation_value = node.attr_float("extrapolation_value", 0);
  op.antialias = node.attr_int("antialias", 0) != 0 && op.mode != ResizeMode::nearest;
}

}  // namespace

std::vector<ValueId> import_resize(NodeImport& node) {
  Resize op;
  read_modes(node, op);
  const std::vector<int64_t> axes = read_axes(node);
  const int scales_input = node.opset() < 11 ? 1 : 2;
  if (node.opset() >= 11) read_roi(node, axes, op);
  const bool has_scales = is_given(node, scales_input), has_sizes = node.opset() >= 11 && is_given(node, 3);
  if (has_scales == has_sizes) invalid_input("expects either scales or sizes, got {}", has_scales ? "both" : "none");
  if (has_scales) {
    set_scales(node.constant_floats(scales_input), axes, node.shape(0), op);
  } else {
    set_sizes(node, node.constant_ints(3), axes, op);
  }
  return node.emit(std::move(op), {node.input(0)});
}

/// mode is "nearest" or "linear"; scales were an attribute before opset 9.
std::vector<ValueId> import_upsample(NodeImport& node) {
  if (node.opset() < 7) {
    unsupported("its form of opset {} is not supported, that of opset 7 and later is", node.opset());
  }
  Resize op;
  op.mode = read_word(node, "mode", ResizeMode::nearest);
  op.coordinates = CoordinateMode::asymmetric;
  op.nearest = NearestMode::floor;
  const std::vector<double> scales = node.opset() < 9 ? node.attr_floats("scales") : node.constant_floats(1);
  set_scales(scales, all_axes(node), node.shape(0), op);
  return node.emit(std::move(op), {node.input(0)});
}

}  // namespace convoy::onnx_frontend
