#include "passes/channel_affine.h"

#include <algorithm>
#include <cmath>

#include "ops/batch_norm.h"
#include "ops/cast.h"
#include "ops/elementwise.h"
#include "ops/float_values.h"
#include "passes/match.h"
#include "support/dtypes.h"

namespace convoy {
namespace {

using Doubles = std::vector<double>;

/// One number is written out for this many channels at most: an extent may be anything that is no extent of constants.
constexpr int64_t kMaxChannelsOfOneNumber = 1 << 16;

/// The elements of a constant that gives each channel of a tensor of this type one number.
std::optional<Doubles> per_channel(const Graph& graph, ValueId id, const TensorType& type, int axis) {
  if (!graph.is_constant(id) || graph.type(id).dtype != DType::f32) return std::nullopt;
  const Tensor& tensor = *graph.value(id).constant;
  const int64_t channels = type.shape[axis];
  if (tensor.elems() != channels && (tensor.elems() != 1 || channels > kMaxChannelsOfOneNumber)) return std::nullopt;
  const int lead = type.shape.rank() - tensor.shape().rank();
  for (int i = 0; i < tensor.shape().rank(); ++i) {
    const bool repeats = tensor.shape()[i] == 1;
    if (!repeats && i + lead != axis) return std::nullopt;
  }
  const Doubles values = to_doubles(&tensor);
  return tensor.elems() == channels ? values : Doubles(channels, values[0]);
}

ChannelAffine with_constant(BinaryKind kind, ValueId x, const Doubles& constant, bool constant_is_left) {
  ChannelAffine step{.base = x, .scale = Doubles(constant.size(), 1), .shift = Doubles(constant.size(), 0)};
  for (size_t c = 0; c < constant.size(); ++c) {
    switch (kind) {
      case BinaryKind::add:
        step.shift[c] = constant[c];
        break;
      case BinaryKind::sub:
        step.scale[c] = constant_is_left ? -1 : 1;
        step.shift[c] = constant_is_left ? constant[c] : -constant[c];
        break;
      case BinaryKind::mul:
        step.scale[c] = constant[c];
        break;
      case BinaryKind::div:
        step.scale[c] = 1 / constant[c];
        break;
      default:
        internal_error("{} is not affine", enum_word(kind));
    }
  }
  return step;
}

bool is_affine(BinaryKind kind, bool constant_is_left) {
  return kind == BinaryKind::add || kind == BinaryKind::sub || kind == BinaryKind::mul ||
         (kind == BinaryKind::div && !constant_is_left);
}

/// A number less its zero point, which is exact as it stands.
bool is_difference_of_integers(const Graph& graph, ValueId x, BinaryKind kind) {
  const Node* cast = producer_of<Cast>(graph, x);
  return cast && (kind == BinaryKind::add || kind == BinaryKind::sub) && is_integer(graph.type(cast->inputs[0]).dtype);
}

std::optional<ChannelAffine> binary_step(const Graph& graph, const Node& node, const Binary& op, int axis) {
  const TensorType& type = graph.type(node.outputs[0]);
  for (int side : {1, 0}) {
    const ValueId x = node.inputs[1 - side];
    // Otherwise the constant broadcasts x.
    if (!is_affine(op.kind, side == 0) || graph.type(x) != type) continue;
    if (is_difference_of_integers(graph, x, op.kind)) continue;
    const auto constant = per_channel(graph, node.inputs[side], type, axis);
    if (constant) return with_constant(op.kind, x, *constant, side == 0);
  }
  return std::nullopt;
}

std::optional<ChannelAffine> batch_norm_step(const Graph& graph, const Node& node, const BatchNorm& op) {
  const auto parameter = [&](size_t index) { return to_doubles(&*graph.value(node.inputs[index]).constant); };
  for (size_t i = 1; i < node.inputs.size(); ++i) {
    if (!graph.is_constant(node.inputs[i])) return std::nullopt;
  }
  const Doubles scale = parameter(1), bias = parameter(2), mean = parameter(3), variance = parameter(4);
  ChannelAffine step{.base = node.inputs[0], .scale = scale, .shift = bias, .nodes = 0, .has_batch_norm = true};
  for (size_t c = 0; c < scale.size(); ++c) {
    step.scale[c] = scale[c] / std::sqrt(variance[c] + op.epsilon);
    step.shift[c] = bias[c] - mean[c] * step.scale[c];
  }
  return step;
}

std::optional<ChannelAffine> any_step(const Graph& graph, const Node& node, int axis) {
  const TensorType& type = graph.type(node.outputs[0]);
  if (type.dtype != DType::f32 || axis < 0 || axis >= type.shape.rank()) return std::nullopt;
  if (const auto* binary = op_cast<Binary>(*node.op)) return binary_step(graph, node, *binary, axis);
  const auto* batch_norm = op_cast<BatchNorm>(*node.op);
  return batch_norm && axis == 1 ? batch_norm_step(graph, node, *batch_norm) : std::nullopt;
}

/// Also as floats, which is how they are stored.
bool is_finite(const ChannelAffine& affine) {
  const auto all_finite = [](const Doubles& values) {
    return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(static_cast<float>(v)); });
  };
  return all_finite(affine.scale) && all_finite(affine.shift);
}

/// True for x / scale that is rounded to a quantised number: any other way to compute it may round to another one.
bool is_quantisation(const RewriteContext& context, const Node& node) {
  return std::ranges::any_of(context.consumers[node.outputs[0]], [&](int32_t reader) {
    const auto* unary = op_cast<Unary>(*context.old_graph.nodes[reader].op);
    return unary && unary->kind == UnaryKind::round;
  });
}

/// What one node does to one of its inputs.
std::optional<ChannelAffine> step_of(const RewriteContext& context, const Node& node, int axis) {
  if (is_quantisation(context, node)) return std::nullopt;
  const auto step = any_step(context.old_graph, node, axis);
  return step && is_finite(*step) ? step : std::nullopt;
}

/// True when the chain goes on after the node: what is done at its end need not be done here.
bool continues(const RewriteContext& context, int axis) {
  const ValueId result = context.node.outputs[0];
  if (!has_single_use(context, result)) return false;
  const Node& reader = context.old_graph.nodes[context.consumers[result][0]];
  const auto step = step_of(context, reader, axis);
  return step && step->base == result;
}

/// outer(inner(x)).
ChannelAffine compose(const ChannelAffine& outer, const ChannelAffine& inner) {
  ChannelAffine both = outer;
  both.base = inner.base;
  both.has_batch_norm |= inner.has_batch_norm;
  for (size_t c = 0; c < both.scale.size(); ++c) {
    both.shift[c] += outer.scale[c] * inner.shift[c];
    both.scale[c] *= inner.scale[c];
  }
  return both;
}

}  // namespace

std::optional<ChannelAffine> channel_affine(const RewriteContext& context, int axis) {
  const Graph& graph = context.old_graph;
  auto chain = step_of(context, context.node, axis);
  if (!chain || continues(context, axis)) return std::nullopt;
  chain->nodes = 1;
  while (has_single_use(context, chain->base)) {
    const Node* node = producer(graph, chain->base);
    const auto step = node ? step_of(context, *node, axis) : std::nullopt;
    if (!step) break;
    chain = compose(*chain, *step);
    ++chain->nodes;
  }
  return is_finite(*chain) ? chain : std::nullopt;
}

Tensor channel_constant(const std::vector<double>& values, const TensorType& type, int axis) {
  Shape shape(std::vector<int64_t>(type.shape.rank() - axis, 1));
  shape[0] = static_cast<int64_t>(values.size());
  Tensor tensor(DType::f32, shape);
  std::copy(values.begin(), values.end(), tensor.as<float>());
  return tensor;
}

}  // namespace convoy
