#include "passes/fold_pad.h"

#include <algorithm>
#include <limits>

#include "ops/avg_pool2d.h"
#include "ops/concat.h"
#include "ops/conv2d.h"
#include "ops/max_pool2d.h"
#include "ops/pad.h"
#include "passes/match.h"

namespace convoy {
namespace {

/// Bounds the time to look at one pool.
constexpr int64_t kMaxTapsToCheck = 1 << 24;

/// A pad that adds nothing but rows and columns of one number.
struct PlanePad {
  ValueId src;                ///< in the new graph
  std::vector<int64_t> pads;  ///< top, left, bottom, right
  double value;
};

std::optional<PlanePad> plane_pad(const Graph& graph, ValueId id) {
  const Node* node = producer_of<Pad>(graph, id);
  if (!node || graph.type(id).shape.rank() != 4) return std::nullopt;
  const Pad& op = *op_cast<Pad>(*node->op);
  const auto is_zero = [](int64_t count) { return count == 0; };
  const auto is_negative = [](int64_t count) { return count < 0; };
  for (const auto& counts : {op.begin, op.end}) {
    if (!std::all_of(counts.begin(), counts.begin() + 2, is_zero)) return std::nullopt;
    if (std::any_of(counts.begin() + 2, counts.end(), is_negative)) return std::nullopt;
  }
  if (op.mode != PadMode::constant) return std::nullopt;
  return PlanePad{node->inputs[0], {op.begin[2], op.begin[3], op.end[2], op.end[3]}, op.value};
}

/// The pad before a node whose operator is a T.
template <class T>
std::optional<PlanePad> pad_before(const RewriteContext& context) {
  return op_cast<T>(*context.node.op) ? plane_pad(context.builder.graph(), context.inputs[0]) : std::nullopt;
}

/// The node with `pad` added to its operator's pads, reading what the pad read.
template <class T>
Replacement replace_padded(RewriteContext& context, T op, const PlanePad& pad) {
  for (size_t i = 0; i < pad.pads.size(); ++i) op.window.pads[i] += pad.pads[i];
  std::vector<ValueId> inputs = context.inputs;
  inputs[0] = pad.src;
  return replace_with(context, op, inputs);
}

Replacement fold_into_conv(RewriteContext& context) {
  const auto pad = pad_before<Conv2d>(context);
  if (!pad) return std::nullopt;
  const Conv2d& conv = *op_cast<Conv2d>(*context.node.op);
  if (pad->value != static_cast<double>(conv.zeros.src)) return std::nullopt;
  return replace_padded(context, conv, *pad);
}

Replacement fold_into_avg_pool(RewriteContext& context) {
  const auto pad = pad_before<AvgPool2d>(context);
  if (!pad || pad->value != 0 || output_type(context).dtype != DType::f32) return std::nullopt;
  AvgPool2d op = *op_cast<AvgPool2d>(*context.node.op);
  const auto& pads = op.window.pads;
  const bool pads_count =
      op.count_include_pad || std::all_of(pads.begin(), pads.end(), [](int64_t p) { return p == 0; });
  if (!pads_count) return std::nullopt;
  op.count_include_pad = true;
  return replace_padded(context, op, *pad);
}

bool is_non_negative(const Unary& op) {
  switch (op.kind) {
    case UnaryKind::relu:
    case UnaryKind::sigmoid:
    case UnaryKind::hard_sigmoid:
    case UnaryKind::softplus:
    case UnaryKind::exp:
    case UnaryKind::sqrt:
    case UnaryKind::abs:
      return true;
    case UnaryKind::clip:
      return op.alpha >= 0;
    default:
      return false;
  }
}

/// The node that computes a value before pools, which give no smaller elements than they read.
const Node* producer_before_pools(const Graph& graph, ValueId id) {
  const Node* node = producer(graph, id);
  while (node && (op_cast<AvgPool2d>(*node->op) || op_cast<MaxPool2d>(*node->op))) {
    node = producer(graph, node->inputs[0]);
  }
  return node;
}

bool is_non_negative_unary(const Graph& graph, ValueId id) {
  const Node* node = producer_before_pools(graph, id);
  const auto* unary = node ? op_cast<Unary>(*node->op) : nullptr;
  return unary && is_non_negative(*unary);
}

/// True when the value has no element below zero, as far as the few operators before it show.
bool is_non_negative(const Graph& graph, ValueId id) {
  const Node* node = producer_before_pools(graph, id);
  if (!node || !op_cast<Concat>(*node->op)) return is_non_negative_unary(graph, id);
  return std::all_of(node->inputs.begin(), node->inputs.end(),
                     [&](ValueId input) { return is_non_negative_unary(graph, input); });
}

/// True when every window along `axis` (0: rows, 1: columns) has a tap inside the tensor.
bool every_window_reads(const Window2d& window, int axis, int64_t kernel, int64_t input, int64_t output) {
  if (output > kMaxTapsToCheck / kernel) return false;
  for (int64_t i = 0; i < output; ++i) {
    const int64_t first = i * window.strides[axis] - window.pads[axis];
    bool reads = false;
    for (int64_t k = 0; k < kernel; ++k) {
      const int64_t place = first + k * window.dilations[axis];
      reads |= place >= 0 && place < input;
    }
    if (!reads) return false;
  }
  return true;
}

Replacement fold_into_max_pool(RewriteContext& context) {
  const auto pad = pad_before<MaxPool2d>(context);
  if (!pad || op_cast<MaxPool2d>(*context.node.op)->with_indices) return std::nullopt;
  const bool never_largest = pad->value == -std::numeric_limits<double>::infinity() ||
                             (pad->value == 0 && is_non_negative(context.builder.graph(), pad->src));
  if (!never_largest) return std::nullopt;
  const MaxPool2d& op = *op_cast<MaxPool2d>(*context.node.op);
  Window2d window = op.window;
  for (size_t i = 0; i < pad->pads.size(); ++i) window.pads[i] += pad->pads[i];
  const Shape &src = context.builder.type(pad->src).shape, &dst = output_type(context).shape;
  for (int axis : {0, 1}) {
    if (!every_window_reads(window, axis, op.kernel[axis], src[axis + 2], dst[axis + 2])) return std::nullopt;
  }
  return replace_padded(context, op, *pad);
}

}  // namespace

Graph fold_pad(const Graph& graph) {
  return rewrite(graph, first_of({fold_into_conv, fold_into_avg_pool, fold_into_max_pool}));
}

}  // namespace convoy
