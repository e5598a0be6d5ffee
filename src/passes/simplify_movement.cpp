#include "passes/simplify_movement.h"

#include <algorithm>

#include "ops/cast.h"
#include "ops/concat.h"
#include "ops/depth_to_space.h"
#include "ops/expand.h"
#include "ops/pad.h"
#include "ops/reshape.h"
#include "ops/resize.h"
#include "ops/slice.h"
#include "ops/space_to_depth.h"
#include "ops/tile.h"
#include "ops/transpose.h"
#include "passes/match.h"

namespace convoy {
namespace {

/// Bounds the time to look at one resize or concat.
constexpr int64_t kMaxExtentToCheck = 1 << 16;
constexpr size_t kMaxConcatInputs = 256;

bool all_equal(const std::vector<int64_t>& values, int64_t value) {
  return std::all_of(values.begin(), values.end(), [&](int64_t v) { return v == value; });
}

bool moves_no_axis(const Transpose& op) {
  return std::is_sorted(op.perm.begin(), op.perm.end());
}

/// True when every element of dst is the element of src at the same place.
bool keeps_places(const Resize& op, const Shape& shape) {
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] > kMaxExtentToCheck) return false;
    for (int64_t i = 0; i < shape[axis]; ++i) {
      const std::vector<ResizeTap> taps = op.taps(axis, i, shape[axis]);
      const bool keeps = !taps.empty() && std::all_of(taps.begin(), taps.end(), [&](const ResizeTap& tap) {
        return tap.weight == (tap.index == i ? 1.0 : 0.0);
      });
      if (!keeps) return false;
    }
  }
  return true;
}

/// True when the operator gives its first input unchanged, provided that the types are equal.
bool is_identity_of_same_type(const Op& op, const Shape& shape, size_t input_count) {
  if (op_cast<Reshape>(op) || op_cast<Cast>(op) || op_cast<Expand>(op) || op_cast<Tile>(op)) return true;
  if (op_cast<DepthToSpace>(op) || op_cast<SpaceToDepth>(op)) return true;
  if (op_cast<Concat>(op)) return input_count == 1;
  if (const auto* resize = op_cast<Resize>(op)) return keeps_places(*resize, shape);
  if (const auto* transpose = op_cast<Transpose>(op)) return moves_no_axis(*transpose);
  if (const auto* slice = op_cast<Slice>(op)) return all_equal(slice->step, 1);
  if (const auto* pad = op_cast<Pad>(op)) return all_equal(pad->begin, 0) && all_equal(pad->end, 0);
  return false;
}

Replacement drop_identity(RewriteContext& context) {
  const TensorType& type = output_type(context);
  if (context.inputs.empty() || context.inputs[0] == kAbsent || context.builder.type(context.inputs[0]) != type) {
    return std::nullopt;
  }
  if (!is_identity_of_same_type(*context.node.op, type.shape, context.inputs.size())) return std::nullopt;
  return replace_with_value(context, context.inputs[0]);
}

Replacement merge_reshapes(RewriteContext& context) {
  const auto* op = op_cast<Reshape>(*context.node.op);
  const Node* inner = op ? producer_of<Reshape>(context.builder.graph(), context.inputs[0]) : nullptr;
  if (!inner) return std::nullopt;
  return replace_with(context, *op, {inner->inputs[0]});
}

Replacement merge_transposes(RewriteContext& context) {
  const auto* op = op_cast<Transpose>(*context.node.op);
  const Node* inner = op ? producer_of<Transpose>(context.builder.graph(), context.inputs[0]) : nullptr;
  if (!inner) return std::nullopt;
  Transpose merged = *op;
  for (int64_t& axis : merged.perm) axis = op_cast<Transpose>(*inner->op)->perm[axis];
  return replace_with(context, merged, {inner->inputs[0]});
}

Replacement transpose_as_reshape(RewriteContext& context) {
  const auto* op = op_cast<Transpose>(*context.node.op);
  if (!op) return std::nullopt;
  const Shape& shape = context.builder.type(context.inputs[0]).shape;
  std::vector<int64_t> moved = op->perm;
  std::erase_if(moved, [&](int64_t axis) { return shape[static_cast<int>(axis)] == 1; });
  if (!std::is_sorted(moved.begin(), moved.end())) return std::nullopt;
  Reshape reshape;
  reshape.shape = output_type(context).shape;
  return replace_with(context, reshape, {context.inputs[0]});
}

Replacement merge_slices(RewriteContext& context) {
  const auto* op = op_cast<Slice>(*context.node.op);
  const Node* node = op ? producer_of<Slice>(context.builder.graph(), context.inputs[0]) : nullptr;
  if (!node) return std::nullopt;
  const Slice& inner = *op_cast<Slice>(*node->op);
  Slice merged = *op;
  for (size_t axis = 0; axis < merged.begin.size(); ++axis) {
    merged.begin[axis] = inner.begin[axis] + op->begin[axis] * inner.step[axis];
    merged.step[axis] = inner.step[axis] * op->step[axis];
  }
  return replace_with(context, merged, {node->inputs[0]});
}

/// The inputs of the concat along `axis` that gives an input of the node and has no other use; else empty.
std::vector<ValueId> inner_concat(const RewriteContext& context, size_t input, int64_t axis) {
  const Node* inner = producer_of<Concat>(context.builder.graph(), context.inputs[input]);
  if (!inner || op_cast<Concat>(*inner->op)->axis != axis) return {};
  return has_single_use(context, context.node.inputs[input]) ? inner->inputs : std::vector<ValueId>{};
}

Replacement merge_concats(RewriteContext& context) {
  const auto* op = op_cast<Concat>(*context.node.op);
  if (!op) return std::nullopt;
  std::vector<ValueId> inputs;
  bool merged = false;
  for (size_t i = 0; i < context.inputs.size(); ++i) {
    const std::vector<ValueId> parts = inner_concat(context, i, op->axis);
    merged |= !parts.empty();
    if (parts.empty()) inputs.push_back(context.inputs[i]);
    inputs.insert(inputs.end(), parts.begin(), parts.end());
  }
  return merged && inputs.size() <= kMaxConcatInputs ? replace_with(context, *op, inputs) : std::nullopt;
}

}  // namespace

Graph simplify_movement(const Graph& graph) {
  return rewrite_until_stable(graph, first_of({drop_identity, merge_reshapes, merge_transposes, transpose_as_reshape,
                                               merge_slices, merge_concats}));
}

}  // namespace convoy
