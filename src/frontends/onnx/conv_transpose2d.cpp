#include "ops/conv_transpose2d.h"

#include <algorithm>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/spatial.h"
#include "ops/attribute_checks.h"

namespace convoy::onnx_frontend {
namespace {

/// Rows and columns of dst when the node fixes them (output_shape, auto_pad SAME_*), else nothing.
std::vector<int64_t> fixed_output(const NodeImport& node, const Spatial& spatial, const std::string& auto_pad) {
  std::vector<int64_t> shape = node.attr_ints("output_shape");
  if (!shape.empty()) {
    // Some exporters write all of dst's shape.
    if (shape.size() == static_cast<size_t>(spatial.axes) + 2) shape.erase(shape.begin(), shape.begin() + 2);
    expect_count(shape, spatial.axes, "output_shape");
    for (int64_t extent : shape) expect_range(extent, 0, kMaxExtent, "output_shape");
    if (spatial.axes == 1) shape.insert(shape.begin(), 1);
    return shape;
  }
  if (!auto_pad.starts_with("SAME")) return {};
  for (int axis = 0; axis < 2; ++axis) {
    shape.push_back(checked_multiply(spatial.extents[axis], spatial.window.strides[axis]));
  }
  return shape;
}

/// Chooses pads (or, where dst reaches beyond what src covers, output_padding) that make dst `extent` long.
void fit_output(ConvTranspose2d& op, const Spatial& spatial, int axis, int64_t extent, ExtraPad extra) {
  const int64_t last = std::max<int64_t>(0, spatial.extents[axis] - 1) * op.window.strides[axis];
  const int64_t covered = checked_add(last, op.window.span(axis, spatial.kernel[axis]));
  const int64_t excess = checked_add(covered, op.output_padding[axis]) - extent;
  set_pads(op.window, axis, std::max<int64_t>(0, excess), extra);
  op.output_padding[axis] += std::max<int64_t>(0, -excess);
}

}  // namespace

std::vector<ValueId> import_conv_transpose(NodeImport& node) {
  const Spatial spatial = read_spatial(node, weights_kernel(node));
  const std::string auto_pad = read_auto_pad(node);
  ConvTranspose2d op;
  op.window = spatial.window;
  op.group = node.attr_int("group", 1);
  op.output_padding = rows_and_columns(node, "output_padding", spatial.axes, 0);
  for (int64_t padding : op.output_padding) expect_range(padding, 0, kMaxExtent, "output_padding");
  if (auto_pad == "VALID") op.window.pads = {0, 0, 0, 0};
  const std::vector<int64_t> output = fixed_output(node, spatial, auto_pad);
  for (int axis = 0; axis < static_cast<int>(output.size()); ++axis) {
    fit_output(op, spatial, axis, output[axis], extra_pad(auto_pad));
  }
  return emit_spatial(node, spatial, std::make_shared<ConvTranspose2d>(op),
                      {with_rows(node, 0), with_rows(node, 1), node.optional_input(2)});
}

}  // namespace convoy::onnx_frontend
