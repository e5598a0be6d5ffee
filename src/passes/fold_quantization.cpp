#include "passes/fold_quantization.h"

#include <algorithm>
#include <limits>

#include "ops/cast.h"
#include "ops/quantize.h"
#include "ops/reduce.h"
#include "passes/quantised_functions.h"
#include "passes/quantised_movement.h"
#include "passes/quantised_products.h"
#include "passes/quantised_values.h"

namespace convoy {
namespace {

/// The number that the node, a quantize with constant parameters, gives for a value.
int64_t quantised(const RewriteContext& context, double value) {
  const Graph& graph = context.builder.graph();
  const Tensor src = Tensor::scalar(static_cast<float>(value));
  std::vector<const Tensor*> inputs = {&src};
  for (size_t i = 1; i < context.inputs.size(); ++i) {
    inputs.push_back(context.inputs[i] == kAbsent ? nullptr : &*graph.value(context.inputs[i]).constant);
  }
  Tensor result(output_type(context).dtype, Shape{});
  context.node.op->reference(inputs, {&result, 1});
  return *cast_to(result, DType::i64).as<int64_t>();
}

/// quantize(clip(x)) -> quantize(x) with the quantised bounds: quantize never falls, so that both orders give the same.
Replacement clamp_by_quantize(RewriteContext& context) {
  const auto* op = op_cast<Quantize>(*context.node.op);
  const Graph& graph = context.builder.graph();
  const Node* clamp = op ? producer_of<Unary>(graph, context.inputs[0]) : nullptr;
  const ValueId zero = context.inputs.size() > 2 ? context.inputs[2] : kAbsent;
  if (!clamp || !per_tensor(graph, context.inputs[1], zero)) return std::nullopt;
  const Unary& function = *op_cast<Unary>(*clamp->op);
  const bool relu = function.kind == UnaryKind::relu;
  if (!relu && (function.kind != UnaryKind::clip || function.alpha > function.beta)) return std::nullopt;
  Quantize bounded = *op;
  bounded.low = quantised(context, relu ? 0 : function.alpha);
  if (!relu) bounded.high = quantised(context, function.beta);
  std::vector<ValueId> inputs = context.inputs;
  inputs[0] = clamp->inputs[0];
  return replace_with(context, bounded, inputs);
}

/// mean(dequantize(x)) -> dequantize(sum of x), of the scale / count and count times the zero point.
Replacement mean_as_sum(RewriteContext& context) {
  const auto* op = op_cast<Reduce>(*context.node.op);
  if (!op || op->kind != ReduceKind::mean) return std::nullopt;
  GraphBuilder& builder = context.builder;
  const auto src = dequantised(builder.graph(), context.inputs[0]);
  if (!src || !is_byte(builder.type(src->src).dtype)) return std::nullopt;
  const auto parameters = per_tensor(builder.graph(), src->scale, src->zero);
  const int64_t results = output_type(context).shape.elems();
  const int64_t count = results == 0 ? 0 : builder.type(src->src).shape.elems() / results;
  if (!parameters || count == 0 || count > std::numeric_limits<int32_t>::max() / 256) return std::nullopt;
  const std::string& name = context.node.name;
  Reduce sum = *op;
  sum.kind = ReduceKind::sum;
  sum.widen = true;
  const ValueId total = builder.make(sum, {src->src}, name, name + "/sums");
  const ValueId scale =
      builder.constant(name + "_scale", Tensor::scalar(parameters->scale / static_cast<float>(count)));
  const ValueId zero = builder.constant(name + "_zero", Tensor::scalar(static_cast<int32_t>(count * parameters->zero)));
  return std::vector<ValueId>{
      builder.make(dequantize(), {total, scale, zero}, name + "/dequantize", output_name(context))};
}

}  // namespace

Graph fold_quantization(const Graph& graph) {
  // Functions before clamps: a relu between two equal quantisations is a clip of bytes.
  return rewrite_until_stable(
      graph, first_of({dequantize_after_moving, fold_product, fold_bias_into_sums, mean_as_sum, fold_slow_function,
                       fold_quantised_function, clamp_by_quantize, quantize_before_moving}));
}

}  // namespace convoy
