#include "dense/reach.h"

#include <algorithm>

#include "dense/channel_constant.h"
#include "ops/attribute_checks.h"
#include "ops/avg_pool2d.h"
#include "ops/batch_norm.h"
#include "ops/channel_shuffle.h"
#include "ops/concat.h"
#include "ops/conv2d.h"
#include "ops/elementwise.h"
#include "ops/lrn.h"
#include "ops/max_pool2d.h"
#include "ops/pad.h"
#include "ops/slice.h"
#include "ops/softmax.h"

namespace convoy {
namespace {

bool is_image(const Graph& patch, ValueId id) {
  const Shape& shape = patch.type(id).shape;
  return shape.rank() == 4 && shape[0] == 1;
}

Reaches reach_of_window(const Window2d& window, int64_t kh, int64_t kw) {
  return {Reach{window.strides[0], -window.pads[0], window.span(0, kh)},
          Reach{window.strides[1], -window.pads[1], window.span(1, kw)}};
}

bool is_per_channel(const Graph& patch, const Node& node) {
  const Shape& shape = patch.type(node.outputs[0]).shape;
  const MapShape map{shape[1], shape[2], shape[3]};
  return std::ranges::all_of(node.inputs, [&](ValueId id) {
    return patch.is_constant(id) ? channel_constant(*patch.value(id).constant, shape, map).has_value()
                                 : patch.type(id).shape == shape;
  });
}

std::optional<Reaches> reach_of_slice(const Slice& op) {
  if (op.step[2] < 1 || op.step[3] < 1) return std::nullopt;
  return Reaches{Reach{op.step[2], op.begin[2]}, Reach{op.step[3], op.begin[3]}};
}

std::optional<Reaches> reach_of_pad(const Pad& op) {
  const auto pads = [&](int axis) { return op.begin[axis] != 0 || op.end[axis] != 0; };
  const auto cuts = [&](int axis) { return op.begin[axis] < 0 || op.end[axis] < 0; };
  if (pads(0) || pads(1) || cuts(2) || cuts(3)) return std::nullopt;
  return Reaches{Reach{1, -op.begin[2]}, Reach{1, -op.begin[3]}};
}

}  // namespace

Margins hull(const Margins& a, const Margins& b) {
  Margins both;
  for (int axis : {0, 1}) {
    both[axis] = {std::max(a[axis].before, b[axis].before), std::max(a[axis].after, b[axis].after)};
  }
  return both;
}

Margin Reach::needed(const Margin& margin, int64_t out, int64_t in) const {
  const int64_t before = checked_multiply(margin.before, stride) - offset;
  const int64_t end = checked_add(checked_multiply(out - 1 + margin.after, stride), offset + span);
  expect_range(std::max(before, end), -kMaxExtent, kMaxExtent, "what is read beyond the patch");
  return {std::max<int64_t>(0, before), std::max<int64_t>(0, end - in)};
}

std::optional<Reaches> reach_of(const Graph& patch, const Node& node) {
  const Op& op = *node.op;
  const auto constant = [&](ValueId id) { return id == kAbsent || patch.is_constant(id); };
  if (node.outputs.size() != 1 || !is_image(patch, node.outputs[0])) return std::nullopt;
  if (op_cast<Binary>(op)) return is_per_channel(patch, node) ? std::optional(Reaches{}) : std::nullopt;
  if (auto* concat = op_cast<Concat>(op)) {
    return concat->axis == 1 && std::ranges::none_of(node.inputs, constant) ? std::optional(Reaches{}) : std::nullopt;
  }
  if (constant(node.inputs[0]) || !is_image(patch, node.inputs[0]) ||
      !std::all_of(node.inputs.begin() + 1, node.inputs.end(), constant)) {
    return std::nullopt;
  }
  if (auto* conv = op_cast<Conv2d>(op)) {
    const Shape& weights = patch.type(node.inputs[1]).shape;
    return reach_of_window(conv->window, weights[2], weights[3]);
  }
  if (auto* max = op_cast<MaxPool2d>(op)) return reach_of_window(max->window, max->kernel[0], max->kernel[1]);
  if (auto* average = op_cast<AvgPool2d>(op)) {
    return reach_of_window(average->window, average->kernel[0], average->kernel[1]);
  }
  if (auto* slice = op_cast<Slice>(op)) return reach_of_slice(*slice);
  if (auto* pad = op_cast<Pad>(op)) return reach_of_pad(*pad);
  const auto* softmax = op_cast<Softmax>(op);
  const bool alike = op_cast<Unary>(op) || op_cast<BatchNorm>(op) || op_cast<Lrn>(op) || op_cast<ChannelShuffle>(op) ||
                     (softmax && (softmax->axis == 1 || softmax->axis == -3));
  return alike ? std::optional(Reaches{}) : std::nullopt;
}

}  // namespace convoy
