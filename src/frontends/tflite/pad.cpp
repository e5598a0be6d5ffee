// PAD, PADV2 and MIRROR_PAD.
#include "ops/pad.h"

#include <algorithm>

#include "frontends/tflite/importers.h"
#include "frontends/tflite/padding_value.h"
#include "ops/attribute_checks.h"
#include "ops/concat.h"
#include "ops/slice.h"
#include "support/dtypes.h"

namespace convoy::tflite_frontend {
namespace {

/// Elements added before and behind each axis.
Pad read_pads(const NodeImport& node) {
  const std::vector<int64_t> pads = node.constant_ints(1);
  expect_count(pads, 2 * static_cast<size_t>(node.rank(0)), "paddings");
  Pad op;
  for (size_t axis = 0; axis < pads.size() / 2; ++axis) {
    op.begin.push_back(pads[2 * axis]);
    op.end.push_back(pads[2 * axis + 1]);
  }
  return op;
}

/// The first (or last) `count` elements along an axis, backwards.
ValueId reversed(NodeImport& node, ValueId id, int axis, int64_t count, bool first) {
  const Shape& shape = node.builder().type(id).shape;
  Slice op = Slice::whole(shape);
  op.begin[axis] = first ? count - 1 : shape[axis] - 1;
  op.size[axis] = count;
  op.step[axis] = -1;
  return node.helper(std::move(op), {id}, fmt::format("/{}{}", first ? "begin" : "end", axis));
}

/// Mirrors with the edges repeated: what Pad does not do.
ValueId symmetric(NodeImport& node, const Pad& pads) {
  ValueId id = node.input(0);
  for (int axis = 0; axis < node.rank(0); ++axis) {
    const int64_t extent = node.shape(0)[axis];
    expect_range(pads.begin[axis], 0, extent, "padding");
    expect_range(pads.end[axis], 0, extent, "padding");
    std::vector<ValueId> parts = {id};
    if (pads.begin[axis] > 0) parts.insert(parts.begin(), reversed(node, id, axis, pads.begin[axis], true));
    if (pads.end[axis] > 0) parts.push_back(reversed(node, id, axis, pads.end[axis], false));
    Concat concat;
    concat.axis = axis;
    if (parts.size() > 1) id = node.helper(concat, parts, fmt::format("/axis{}", axis));
  }
  return id;
}

}  // namespace

double padding_value(const NodeImport& node) {
  const QuantParams params = node.output_quantisation(0);
  return is_integer(node.output_dtype(0)) && params.quantised() ? static_cast<double>(params.zero_point[0]) : 0;
}

std::vector<ValueId> import_pad(NodeImport& node) {
  Pad op = read_pads(node);
  op.value = node.code() == tflite::BuiltinOperator::PADV2 ? node.constant_scalar(2) : padding_value(node);
  return {node.add(std::move(op), {node.input(0)})};
}

std::vector<ValueId> import_mirror_pad(NodeImport& node) {
  Pad op = read_pads(node);
  if (node.options<tflite::MirrorPadOptions>().mode() == tflite::MirrorPadMode::SYMMETRIC) return {symmetric(node, op)};
  op.mode = PadMode::reflect;
  return {node.add(std::move(op), {node.input(0)})};
}

}  // namespace convoy::tflite_frontend
