#include "passes/fold_batch_norm.h"

#include <algorithm>

#include "ops/conv2d.h"
#include "ops/conv_transpose2d.h"
#include "ops/matmul.h"
#include "passes/channel_affine.h"
#include "passes/match.h"

namespace convoy {
namespace {

/// A chain this long is shorter as one mul and one add.
constexpr int kMinNodesToMerge = 3;

bool all_equal(const std::vector<double>& values, double value) {
  return std::all_of(values.begin(), values.end(), [&](double v) { return v == value; });
}

Tensor to_tensor(const std::vector<double>& values) {
  return Tensor::of(std::vector<float>(values.begin(), values.end()));
}

const Tensor* constant_of(const Graph& graph, ValueId id) {
  const bool usable = graph.is_constant(id) && graph.type(id).dtype == DType::f32;
  return usable ? &*graph.value(id).constant : nullptr;
}

/// Each weight times the scale of the output channel that it is for: `channel_of(b)` for block b of
/// `block` consecutive weights.
template <class ChannelOf>
Tensor scaled(const Tensor& weights, int64_t block, const std::vector<double>& scale, ChannelOf&& channel_of) {
  Tensor result(weights.type());
  const float* src = weights.as<float>();
  float* dst = result.as<float>();
  const int64_t blocks = block == 0 ? 0 : weights.elems() / block;
  for (int64_t b = 0; b < blocks; ++b) {
    const double factor = scale[channel_of(b)];
    std::transform(src + b * block, src + (b + 1) * block, dst + b * block,
                   [&](float weight) { return static_cast<float>(weight * factor); });
  }
  return result;
}

/// Weights O, I/group, KH, KW.
Tensor scaled_conv_weights(const Tensor& weights, const std::vector<double>& scale) {
  const Shape& shape = weights.shape();
  return scaled(weights, shape[1] * shape[2] * shape[3], scale, [](int64_t oc) { return oc; });
}

/// Weights I, O/group, KH, KW.
Tensor scaled_conv_transpose_weights(const Tensor& weights, int64_t group, const std::vector<double>& scale) {
  const Shape& shape = weights.shape();
  const int64_t oc = shape[1], ic = shape[0] / group;
  return scaled(weights, shape[2] * shape[3], scale, [&](int64_t b) { return b / oc / ic * oc + b % oc; });
}

/// Weights K, N, or N, K when transposed.
Tensor scaled_matmul_weights(const Tensor& weights, bool transposed, const std::vector<double>& scale) {
  const int64_t columns = weights.shape()[1];
  if (transposed) return scaled(weights, columns, scale, [](int64_t n) { return n; });
  return scaled(weights, 1, scale, [&](int64_t b) { return b % columns; });
}

/// The node before the chain, when it is a T whose second input is a constant and whose result has no other use.
template <class T>
const Node* foldable(const RewriteContext& context, const ChannelAffine& chain) {
  const Node* node = producer_of<T>(context.old_graph, chain.base);
  if (!node || !has_single_use(context, chain.base)) return nullptr;
  const ValueId weights = node->inputs[1];
  return may_copy_constant(context, weights) && constant_of(context.old_graph, weights) ? node : nullptr;
}

/// The bias of a convolution that is followed by the chain; nothing when its bias is not constant.
std::optional<std::vector<double>> folded_bias(const Graph& graph, const Node& node, const ChannelAffine& chain) {
  std::vector<double> bias = chain.shift;
  if (node.inputs.size() < 3 || node.inputs[2] == kAbsent) return bias;
  const Tensor* before = constant_of(graph, node.inputs[2]);
  if (!before) return std::nullopt;
  for (size_t c = 0; c < bias.size(); ++c) bias[c] += chain.scale[c] * before->as<float>()[c];
  return bias;
}

/// The convolution `node` with other weights and bias, under its own name, in place of the context's node.
Replacement replace_with_conv(RewriteContext& context, const Node& node, const ChannelAffine& chain,
                              const Tensor& weights) {
  const auto bias = folded_bias(context.old_graph, node, chain);
  if (!bias) return std::nullopt;
  GraphBuilder& builder = context.builder;
  const std::vector<ValueId> inputs = {
      context.mapped[node.inputs[0]],
      builder.constant(context.old_graph.value(node.inputs[1]).name, weights),
      all_equal(*bias, 0) ? kAbsent : builder.constant(node.name + "_bias", to_tensor(*bias)),
  };
  return std::vector<ValueId>{builder.add1(node.op, inputs, node.name, output_name(context))};
}

Replacement fold_into_conv(RewriteContext& context) {
  const auto chain = channel_affine(context, 1);
  const Node* node = chain ? foldable<Conv2d>(context, *chain) : nullptr;
  if (!node) return std::nullopt;
  const Tensor& weights = *constant_of(context.old_graph, node->inputs[1]);
  return replace_with_conv(context, *node, *chain, scaled_conv_weights(weights, chain->scale));
}

Replacement fold_into_conv_transpose(RewriteContext& context) {
  const auto chain = channel_affine(context, 1);
  const Node* node = chain ? foldable<ConvTranspose2d>(context, *chain) : nullptr;
  if (!node) return std::nullopt;
  const Tensor& weights = *constant_of(context.old_graph, node->inputs[1]);
  const int64_t group = op_cast<ConvTranspose2d>(*node->op)->group;
  return replace_with_conv(context, *node, *chain, scaled_conv_transpose_weights(weights, group, chain->scale));
}

/// Adds `name = x * scale + shift` without the parts that change nothing, in place of the context's node.
ValueId add_affine(RewriteContext& context, ValueId x, const ChannelAffine& chain, int axis) {
  const TensorType& type = output_type(context);
  const bool scales = !all_equal(chain.scale, 1), shifts = !all_equal(chain.shift, 0);
  const std::string& name = context.node.name;
  const auto constant = [&](const std::vector<double>& values, const char* suffix) {
    return context.builder.constant(name + suffix, channel_constant(values, type, axis));
  };
  if (scales) {
    const ValueId scale = constant(chain.scale, "_scale");
    x = context.builder.make(binary(BinaryKind::mul), {x, scale}, shifts ? name + "_mul" : name,
                             shifts ? "" : output_name(context));
  }
  if (!shifts) return x;
  const ValueId shift = constant(chain.shift, "_shift");
  return context.builder.make(binary(BinaryKind::add), {x, shift}, name, output_name(context));
}

Replacement fold_into_matmul(RewriteContext& context) {
  const int axis = output_type(context).shape.rank() - 1;
  const auto chain = channel_affine(context, axis);
  const Node* node = chain ? foldable<MatMul>(context, *chain) : nullptr;
  if (!node || all_equal(chain->scale, 1)) return std::nullopt;
  const Tensor& weights = *constant_of(context.old_graph, node->inputs[1]);
  if (weights.shape().rank() != 2) return std::nullopt;
  const bool transposed = op_cast<MatMul>(*node->op)->trans_b;
  const ValueId folded = context.builder.constant(context.old_graph.value(node->inputs[1]).name,
                                                  scaled_matmul_weights(weights, transposed, chain->scale));
  const ValueId product = context.builder.add1(node->op, {context.mapped[node->inputs[0]], folded}, node->name);
  const ChannelAffine rest{
      .base = chain->base, .scale = std::vector<double>(chain->scale.size(), 1), .shift = chain->shift};
  return std::vector<ValueId>{add_affine(context, product, rest, axis)};
}

Replacement lower_chain(RewriteContext& context) {
  const auto chain = channel_affine(context, 1);
  if (!chain || (!chain->has_batch_norm && chain->nodes < kMinNodesToMerge)) return std::nullopt;
  const ValueId x = context.mapped[chain->base];
  const ValueId result = add_affine(context, x, *chain, 1);
  return result == x ? replace_with_value(context, x) : std::vector<ValueId>{result};
}

}  // namespace

Graph fold_batch_norm(const Graph& graph) {
  return rewrite(graph, first_of({fold_into_conv, fold_into_conv_transpose, fold_into_matmul, lower_chain}));
}

}  // namespace convoy
