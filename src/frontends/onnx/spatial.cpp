#include "frontends/onnx/spatial.h"

#include <algorithm>

#include "frontends/simple_ops.h"
#include "ops/attribute_checks.h"
#include "support/int_math.h"

namespace convoy::onnx_frontend {
namespace {

/// N,C,W to N,C,1,W.
Shape insert_row(const Shape& shape) {
  std::vector<int64_t> dims = shape.dims();
  dims.insert(dims.begin() + 2, 1);
  return Shape(dims);
}

Shape remove_row(const Shape& shape) {
  std::vector<int64_t> dims = shape.dims();
  dims.erase(dims.begin() + 2);
  return Shape(dims);
}

int spatial_axes(const NodeImport& node) {
  const int axes = node.rank(0) - 2;
  if (axes < 1) invalid_input("src is {}, expected images, channels and spatial axes", node.type(0).str());
  if (axes > 2) {
    unsupported("src is {}: {} over {} axes is not supported, over 1 and 2 it is", node.type(0).str(), node.op_type(),
                axes);
  }
  return axes;
}

/// For rows and columns from a list with one value a spatial axis.
std::vector<int64_t> with_row_value(std::vector<int64_t> values, int axes, int64_t fill) {
  if (axes == 1) values.insert(values.begin(), fill);
  return values;
}

std::vector<int64_t> read_kernel(const NodeImport& node, const std::vector<int64_t>& of_weights, int axes) {
  const std::vector<int64_t> kernel = node.attr_ints("kernel_shape", of_weights);
  expect_count(kernel, axes, "kernel_shape");
  if (!of_weights.empty() && kernel != of_weights) {
    invalid_input("kernel_shape is {}, but the weights' kernel is {}", attribute_text(kernel),
                  attribute_text(of_weights));
  }
  for (int64_t extent : kernel) expect_range(extent, 1, kMaxExtent, "kernel extent");
  return with_row_value(kernel, axes, 1);
}

std::vector<int64_t> read_pads(const NodeImport& node, int axes) {
  const std::vector<int64_t> pads = node.attr_ints("pads", std::vector<int64_t>(2 * axes, 0));
  expect_count(pads, 2 * static_cast<size_t>(axes), "pads");
  if (axes == 1) return {0, pads[0], 0, pads[1]};
  return pads;
}

}  // namespace

void set_pads(Window2d& window, int axis, int64_t total, ExtraPad extra) {
  const int64_t less = total / 2, more = total - less;
  window.pads[axis] = extra == ExtraPad::at_begin ? more : less;
  window.pads[axis + 2] = extra == ExtraPad::at_begin ? less : more;
}

std::vector<int64_t> weights_kernel(const NodeImport& node, int weights) {
  const Shape &src = node.shape(0), &shape = node.shape(weights);
  if (shape.rank() != src.rank() || shape.rank() < 3) {
    invalid_input("weights {} and src {} must have the same rank, 3 or more", shape.str(), src.str());
  }
  return {shape.begin() + 2, shape.end()};
}

std::vector<int64_t> rows_and_columns(const NodeImport& node, const char* name, int axes, int64_t fill) {
  const std::vector<int64_t> values = node.attr_ints(name, std::vector<int64_t>(axes, fill));
  expect_count(values, axes, name);
  return with_row_value(values, axes, fill);
}

Spatial read_spatial(const NodeImport& node, const std::vector<int64_t>& kernel) {
  Spatial spatial;
  spatial.axes = spatial_axes(node);
  spatial.kernel = read_kernel(node, kernel, spatial.axes);
  const Shape& src = node.shape(0);
  expect_extents(node.type(0), "src");
  spatial.extents = with_row_value({src.begin() + 2, src.end()}, spatial.axes, 1);
  spatial.window.strides = rows_and_columns(node, "strides", spatial.axes, 1);
  spatial.window.dilations = rows_and_columns(node, "dilations", spatial.axes, 1);
  spatial.window.pads = read_pads(node, spatial.axes);
  spatial.window.check();
  return spatial;
}

std::string read_auto_pad(const NodeImport& node) {
  const std::string auto_pad = node.attr_string("auto_pad", "NOTSET");
  for (const char* valid : {"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"}) {
    if (auto_pad == valid) return auto_pad;
  }
  invalid_input("auto_pad is '{}', expected NOTSET, VALID, SAME_UPPER or SAME_LOWER", auto_pad);
}

void apply_auto_pad(const NodeImport& node, Spatial& spatial) {
  const std::string auto_pad = read_auto_pad(node);
  if (auto_pad == "NOTSET") return;
  Window2d& window = spatial.window;
  for (int axis = 0; axis < 2; ++axis) {
    const int64_t extent = spatial.extents[axis], stride = window.strides[axis];
    const int64_t covered = (ceil_div(extent, stride) - 1) * stride + window.span(axis, spatial.kernel[axis]);
    const int64_t total = auto_pad == "VALID" ? 0 : std::max<int64_t>(0, covered - extent);
    set_pads(window, axis, total, extra_pad(auto_pad));
  }
}

ValueId with_rows(NodeImport& node, int index) {
  if (node.rank(index) != 3) return node.input(index);
  const std::string suffix = "/2d" + std::to_string(index);
  return node.helper(reshape_to(insert_row(node.shape(index))), {node.input(index)}, suffix.c_str());
}

std::vector<ValueId> emit_spatial(NodeImport& node, const Spatial& spatial, OpPtr op,
                                  const std::vector<ValueId>& inputs) {
  std::vector<std::string> names;
  for (int i = 0; i < node.output_count(); ++i) names.push_back(node.output_name(i));
  GraphBuilder& builder = node.builder();
  if (spatial.axes == 2) return builder.add(std::move(op), inputs, node.name(), names);
  std::vector<ValueId> outputs = builder.add(std::move(op), inputs, node.name());
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Shape shape = remove_row(builder.type(outputs[i]).shape);
    outputs[i] = builder.make(reshape_to(shape), {outputs[i]}, fmt::format("{}/1d{}", node.name(), i),
                              node.output_name(static_cast<int>(i)));
  }
  return outputs;
}

}  // namespace convoy::onnx_frontend
