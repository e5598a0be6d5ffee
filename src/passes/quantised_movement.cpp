#include "passes/quantised_movement.h"

#include <algorithm>
#include <cmath>

#include "ops/channel_shuffle.h"
#include "ops/concat.h"
#include "ops/depth_to_space.h"
#include "ops/expand.h"
#include "ops/gather.h"
#include "ops/max_pool2d.h"
#include "ops/pad.h"
#include "ops/quantize.h"
#include "ops/reduce.h"
#include "ops/reshape.h"
#include "ops/resize.h"
#include "ops/slice.h"
#include "ops/space_to_depth.h"
#include "ops/tile.h"
#include "ops/transpose.h"
#include "passes/group.h"
#include "passes/quantised_values.h"
#include "support/dtypes.h"

namespace convoy {
namespace {

/// A pool that gives an element of src everywhere: a window in padding alone would give the lowest of the type, which
/// is another number among bytes than among floats.
bool picks_elements(const MaxPool2d& op) {
  const auto& [strides, dilations, pads] = std::tie(op.window.strides, op.window.dilations, op.window.pads);
  if (op.with_indices) return false;
  if (std::ranges::all_of(pads, [](int64_t p) { return p == 0; })) return true;
  const bool dense = std::ranges::all_of(dilations, [](int64_t d) { return d == 1; });
  return dense && std::max(pads[0], pads[2]) < op.kernel[0] && std::max(pads[1], pads[3]) < op.kernel[1];
}

bool picks_elements(const Resize& op) {
  return op.mode == ResizeMode::nearest && op.coordinates != CoordinateMode::tf_crop_and_resize;
}

/// The constant as a number that dequantize gives exactly it for; nothing when there is none.
std::optional<double> exact_number(double value, const PerTensor& parameters, DType dtype) {
  const double number = std::nearbyint(value / parameters.scale) + static_cast<double>(parameters.zero);
  const bool representable = visit_dtype(dtype, [&]<class T>() {
    if constexpr (kIsInteger<T>)
      return number >= static_cast<double>(std::numeric_limits<T>::min()) &&
             number <= static_cast<double>(std::numeric_limits<T>::max());
    else
      return false;
  });
  const auto back = static_cast<float>(number - static_cast<double>(parameters.zero)) * parameters.scale;
  return representable && back == static_cast<float>(value) ? std::optional(number) : std::nullopt;
}

/// The operator for numbers instead of floats; null when there is none.
OpPtr on_numbers(const OpPtr& op, const PerTensor& parameters, DType dtype) {
  const auto* pad = op_cast<Pad>(*op);
  if (!pad || pad->mode != PadMode::constant) return op;
  const auto value = exact_number(pad->value, parameters, dtype);
  if (!value) return nullptr;
  auto copy = std::make_shared<Pad>(*pad);
  copy->value = *value;
  return copy;
}

/// Where the axis of the parameters is after moving; -1 when it is no longer one axis.
int64_t moved_axis(const Op& op, int64_t axis, const Shape& src, const Shape& dst) {
  if (const auto* transpose = op_cast<Transpose>(op)) {
    return std::ranges::find(transpose->perm, axis) - transpose->perm.begin();
  }
  if (!op_cast<Reshape>(op) || axis >= dst.rank()) return -1;
  return std::equal(src.begin(), src.begin() + axis + 1, dst.begin()) ? axis : -1;
}

size_t moved_inputs(const Op& op, const std::vector<ValueId>& inputs) {
  return op_cast<Concat>(op) ? inputs.size() : 1;
}

/// dequantize(op(numbers)) in place of the node.
Replacement moved(RewriteContext& context, const OpPtr& op, const std::vector<ValueId>& numbers,
                  const Dequantised& like, int64_t axis) {
  GraphBuilder& builder = context.builder;
  const ValueId result = builder.add1(op, numbers, context.node.name, context.node.name + "/numbers");
  std::vector<ValueId> inputs = {result, like.scale};
  if (like.zero != kAbsent) inputs.push_back(like.zero);
  return std::vector<ValueId>{
      builder.make(dequantize(axis), inputs, context.node.name + "/dequantize", output_name(context))};
}

/// Weights with a scale an output channel, which exporters transpose and reshape.
Replacement move_per_axis(RewriteContext& context, const Dequantised& src) {
  const Graph& graph = context.builder.graph();
  const int64_t axis = moved_axis(*context.node.op, src.axis, graph.type(src.src).shape, output_type(context).shape);
  if (axis < 0) return std::nullopt;
  return moved(context, context.node.op, {src.src}, src, axis);
}

/// Operators whose result may be quantised before it is moved, `value` being the padding then.
OpPtr on_quantised(RewriteContext& context, const OpPtr& op) {
  const auto* pad = op_cast<Pad>(*op);
  if (!pad || pad->mode != PadMode::constant) return op;
  const Graph& graph = context.builder.graph();
  const ValueId zero = context.inputs.size() > 2 ? context.inputs[2] : kAbsent;
  const auto parameters = per_tensor(graph, context.inputs[1], zero);
  if (!parameters) return nullptr;
  const Quantize& quantize = *op_cast<Quantize>(*context.node.op);
  const double number = std::nearbyint(static_cast<float>(pad->value) / parameters->scale) + double(parameters->zero);
  if (std::isnan(number)) return nullptr;
  auto copy = std::make_shared<Pad>(*pad);
  copy->value = std::clamp(number, double(quantize.low), double(quantize.high));
  return copy;
}

bool is_single(const Graph& graph, ValueId parameter) {
  return parameter == kAbsent || graph.type(parameter).shape.elems() == 1;
}

bool joins_a_loop(const Graph& graph, ValueId id) {
  const Node* node = producer(graph, id);
  return node && (op_cast<Dequantize>(*node->op) || is_elementwise(*node->op));
}

}  // namespace

bool moves_elements(const Op& op) {
  if (const auto* pool = op_cast<MaxPool2d>(op)) return picks_elements(*pool);
  if (const auto* resize = op_cast<Resize>(op)) return picks_elements(*resize);
  if (const auto* reduce = op_cast<Reduce>(op)) {
    return reduce->kind == ReduceKind::max || reduce->kind == ReduceKind::min;
  }
  return op_cast<Reshape>(op) || op_cast<Transpose>(op) || op_cast<Slice>(op) || op_cast<Concat>(op) ||
         op_cast<DepthToSpace>(op) || op_cast<SpaceToDepth>(op) || op_cast<ChannelShuffle>(op) || op_cast<Expand>(op) ||
         op_cast<Tile>(op) || op_cast<Gather>(op) || op_cast<Pad>(op);
}

Replacement dequantize_after_moving(RewriteContext& context) {
  if (!moves_elements(*context.node.op)) return std::nullopt;
  const Graph& graph = context.builder.graph();
  const auto first = dequantised(graph, context.inputs[0]);
  if (!first || size_of(graph.type(first->src).dtype) > 2) return std::nullopt;
  const DType dtype = graph.type(first->src).dtype;
  const auto parameters = per_tensor(graph, first->scale, first->zero);
  if (!parameters) return move_per_axis(context, *first);
  std::vector<ValueId> numbers = context.inputs;
  for (size_t i = 0; i < moved_inputs(*context.node.op, numbers); ++i) {
    const auto part = dequantised(graph, numbers[i]);
    if (!part || graph.type(part->src).dtype != dtype) return std::nullopt;
    if (per_tensor(graph, part->scale, part->zero) != parameters) return std::nullopt;
    numbers[i] = part->src;
  }
  const OpPtr op = on_numbers(context.node.op, *parameters, dtype);
  return op ? moved(context, op, numbers, *first, 0) : std::nullopt;
}

Replacement quantize_before_moving(RewriteContext& context) {
  const Graph& graph = context.builder.graph();
  if (!op_cast<Quantize>(*context.node.op) || !has_single_use(context, context.node.inputs[0])) return std::nullopt;
  const Node* found = producer(graph, context.inputs[0]);
  if (!found || !moves_elements(*found->op)) return std::nullopt;
  const Node movement = *found;  // the builder's nodes move as it grows
  const size_t count = moved_inputs(*movement.op, movement.inputs);
  const bool single = std::all_of(context.inputs.begin() + 1, context.inputs.end(),
                                  [&](ValueId parameter) { return is_single(graph, parameter); });
  if (!single || !std::all_of(movement.inputs.begin(), movement.inputs.begin() + static_cast<int64_t>(count),
                              [&](ValueId id) { return joins_a_loop(graph, id); })) {
    return std::nullopt;
  }
  const OpPtr op = on_quantised(context, movement.op);
  if (!op) return std::nullopt;
  std::vector<ValueId> inputs = movement.inputs;
  for (size_t i = 0; i < count; ++i) {
    std::vector<ValueId> quantize = context.inputs;
    quantize[0] = inputs[i];
    inputs[i] = context.builder.add1(context.node.op, quantize, fmt::format("{}/{}", context.node.name, i));
  }
  return std::vector<ValueId>{context.builder.add1(op, inputs, movement.name, output_name(context))};
}

}  // namespace convoy
