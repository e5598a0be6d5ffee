#include "ops/pad.h"

#include <numeric>

#include "frontends/onnx/importers.h"
#include "ops/attribute_checks.h"
#include "ops/checks.h"

namespace convoy::onnx_frontend {
namespace {

std::vector<int64_t> pads_of(const NodeImport& node) {
  if (node.opset() >= 11) return node.constant_ints(1);
  return node.attr_ints(node.opset() < 2 ? "paddings" : "pads");
}

double value_of(const NodeImport& node) {
  if (node.opset() < 11) return node.attr_float("value", 0);
  return node.optional_input(2) == kAbsent ? 0 : node.constant_scalar(2);
}

/// The axes that the pads are for, all of them unless given (opset 18).
std::vector<int> axes_of(const NodeImport& node) {
  if (node.opset() >= 18 && node.optional_input(3) != kAbsent) return resolve_axes(node.constant_ints(3), node.rank(0));
  std::vector<int> axes(node.rank(0));
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

}  // namespace

std::vector<ValueId> import_pad(NodeImport& node) {
  Pad op;
  op.mode = with_context("mode", [&] { return enum_value<PadMode>(node.attr_string("mode", "constant")); });
  if (op.mode == PadMode::constant) op.value = value_of(node);
  const std::vector<int64_t> pads = pads_of(node);
  const std::vector<int> axes = axes_of(node);
  expect_count(pads, 2 * axes.size(), "pads");
  op.begin.assign(node.rank(0), 0);
  op.end.assign(node.rank(0), 0);
  for (size_t i = 0; i < axes.size(); ++i) {
    op.begin[axes[i]] = pads[i];
    op.end[axes[i]] = pads[axes.size() + i];
  }
  return node.emit(std::move(op), {node.input(0)});
}

}  // namespace convoy::onnx_frontend
