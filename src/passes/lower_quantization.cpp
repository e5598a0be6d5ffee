#include "passes/lower_quantization.h"

#include <algorithm>
#include <cmath>

#include "ops/cast.h"
#include "ops/quantize.h"
#include "ops/reshape.h"
#include "passes/match.h"
#include "passes/quantised_values.h"

namespace convoy {
namespace {

/// Adds the arithmetic of one node, whose helpers are named after it.
class Lowering {
 public:
  explicit Lowering(RewriteContext& context) : context_(context), builder_(context.builder) {}

  /// (src - zero) as f32.
  ValueId difference(ValueId src, ValueId zero, int64_t axis) {
    if (zero == kAbsent || is_zero(zero)) return cast(src, DType::f32, "/float");
    const ValueId beside = broadcast(zero, src, axis);
    // f32 has no room for all i32, but for the differences of shorter ones.
    if (builder_.type(src).dtype == DType::i32) {
      return cast(make(binary(BinaryKind::sub), {src, beside}, "/less"), DType::f32, "/float");
    }
    const ValueId floats = cast(src, DType::f32, "/float");
    return make(binary(BinaryKind::sub), {floats, cast(beside, DType::f32, "/zero")}, "/less");
  }

  /// A parameter in the shape that broadcasts to the tensor's.
  ValueId broadcast(ValueId parameter, ValueId tensor, int64_t axis) {
    Reshape reshape;
    reshape.shape = parameter_shape(builder_.type(parameter).shape, builder_.type(tensor).shape.rank(), axis);
    return make(reshape, {parameter}, "/parameter");
  }

  /// `scaled` rounded and shifted, as the node's output.
  ValueId rounded(ValueId scaled, const Quantize& op, ValueId zero) {
    ValueId result = make(unary(UnaryKind::round), {scaled}, "/round");
    if (zero != kAbsent && !is_zero(zero)) {
      const ValueId shift = cast(broadcast(zero, scaled, op.axis), DType::f32, "/zero");
      result = make(binary(BinaryKind::add), {result, shift}, "/shift");
    }
    result = make(unary(UnaryKind::clip, static_cast<double>(op.low), static_cast<double>(op.high)), {result}, "/clip");
    Cast to;
    to.to = op.to;
    return builder_.make(to, {result}, context_.node.name, output_name(context_));
  }

  template <class T>
  ValueId make(T op, const std::vector<ValueId>& inputs, const char* suffix) {
    return builder_.make(std::move(op), inputs, context_.node.name + suffix);
  }

 private:
  ValueId cast(ValueId id, DType to, const char* suffix) {
    Cast op;
    op.to = to;
    return make(op, {id}, suffix);
  }

  bool is_zero(ValueId id) const {
    const Tensor* tensor = builder_.constant_of(id);
    const auto* bytes = tensor ? static_cast<const uint8_t*>(tensor->data()) : nullptr;
    return bytes && std::all_of(bytes, bytes + tensor->bytes(), [](uint8_t byte) { return byte == 0; });
  }

  RewriteContext& context_;
  GraphBuilder& builder_;
};

ValueId zero_of(const std::vector<ValueId>& inputs) {
  return inputs.size() > 2 ? inputs[2] : kAbsent;
}

Replacement lower_dequantize(RewriteContext& context) {
  const auto* op = op_cast<Dequantize>(*context.node.op);
  if (!op) return std::nullopt;
  const Graph& graph = context.builder.graph();
  const bool constant =
      std::ranges::all_of(context.inputs, [&](ValueId id) { return id == kAbsent || graph.is_constant(id); });
  if (constant) return computed_now(context);  // weights that no product of integers takes
  Lowering lowering(context);
  const ValueId difference = lowering.difference(context.inputs[0], zero_of(context.inputs), op->axis);
  const ValueId scale = lowering.broadcast(context.inputs[1], context.inputs[0], op->axis);
  return std::vector<ValueId>{
      context.builder.make(binary(BinaryKind::mul), {difference, scale}, context.node.name, output_name(context))};
}

/// What a quantize does to i32 sums whose dequantised values it reads.
struct Rescaling {
  ValueId sums, zero;  ///< of the new graph
  int64_t axis;
  Tensor factor;
};

std::optional<Rescaling> rescaling(const RewriteContext& context) {
  const Graph& old = context.old_graph;
  const auto sums = dequantised(old, context.node.inputs[0]);
  if (!sums || old.type(sums->src).dtype != DType::i32 || old.is_constant(sums->src)) return std::nullopt;
  const auto from = known_parameters(old, sums->scale, sums->zero);
  const auto to = known_parameters(old, context.node.inputs[1], zero_of(context.node.inputs));
  if (!from || !to || to->scale.size() != 1) return std::nullopt;
  std::vector<float> factors = from->scale;
  for (float& factor : factors) factor /= to->scale[0];
  if (!std::ranges::all_of(factors, [](float factor) { return std::isnormal(factor); })) return std::nullopt;
  const ValueId zero = sums->zero == kAbsent ? kAbsent : context.mapped[sums->zero];
  return Rescaling{context.mapped[sums->src], zero, sums->axis, Tensor::of(factors)};
}

Replacement lower_quantize(RewriteContext& context) {
  const auto* op = op_cast<Quantize>(*context.node.op);
  if (!op) return std::nullopt;
  Lowering lowering(context);
  const ValueId zero = zero_of(context.inputs);
  if (const auto found = rescaling(context)) {
    const ValueId difference = lowering.difference(found->sums, found->zero, found->axis);
    const ValueId factor = context.builder.constant(context.node.name + "_factor", found->factor);
    const ValueId scaled = lowering.make(binary(BinaryKind::mul),
                                         {difference, lowering.broadcast(factor, found->sums, found->axis)}, "/scale");
    return std::vector<ValueId>{lowering.rounded(scaled, *op, zero)};
  }
  const ValueId scale = lowering.broadcast(context.inputs[1], context.inputs[0], op->axis);
  const ValueId scaled = lowering.make(binary(BinaryKind::div), {context.inputs[0], scale}, "/scale");
  return std::vector<ValueId>{lowering.rounded(scaled, *op, zero)};
}

}  // namespace

Graph lower_quantization(const Graph& graph) {
  return rewrite(graph, first_of({lower_dequantize, lower_quantize}));
}

}  // namespace convoy
