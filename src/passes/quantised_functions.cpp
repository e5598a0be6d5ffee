#include "passes/quantised_functions.h"

#include <algorithm>

#include "ops/lookup.h"
#include "ops/quantize.h"
#include "passes/group.h"
#include "passes/quantised_values.h"
#include "support/dtypes.h"

namespace convoy {
namespace {

constexpr int64_t kEntries = 256;
/// Bounds the recursion, whose two arms double with each step.
constexpr int kMaxDepth = 8;

/// A value that is a function of the bytes of `src`, for each of which, from the lowest, the table has an element.
struct ByteFunction {
  ValueId src;
  Tensor table;
};

Tensor all_bytes(DType dtype) {
  Tensor bytes(dtype, Shape{kEntries});
  for (int i = 0; i < kEntries; ++i) bytes.as<uint8_t>()[i] = static_cast<uint8_t>(dtype == DType::i8 ? i - 128 : i);
  return bytes;
}

Tensor compute(const Op& op, const std::vector<const Tensor*>& inputs) {
  InputTypes types;
  for (const Tensor* input : inputs) types.push_back(input ? &input->type() : nullptr);
  Tensor result(op.infer(types)[0]);
  op.reference(inputs, {&result, 1});
  return result;
}

const Tensor* constant_of(const Graph& graph, ValueId id) {
  return graph.is_constant(id) ? &*graph.value(id).constant : nullptr;
}

class Finder {
 public:
  explicit Finder(const Graph& graph) : graph_(graph) {}

  std::optional<ByteFunction> value(ValueId id, int depth = kMaxDepth) const {
    const Node* node = producer(graph_, id);
    if (!node || depth == 0) return std::nullopt;
    if (op_cast<Dequantize>(*node->op)) return of_dequantize(id);
    if (op_cast<Lookup>(*node->op))
      return graph_.is_constant(node->inputs[1]) ? std::optional(bytes(id)) : std::nullopt;
    return is_elementwise(*node->op) ? result(*node->op, node->inputs, graph_.type(id).shape, depth) : std::nullopt;
  }

  /// What an elementwise operator gives for these inputs.
  std::optional<ByteFunction> result(const Op& op, const std::vector<ValueId>& inputs, const Shape& shape,
                                     int depth = kMaxDepth) const {
    std::vector<Tensor> tensors;
    ValueId src = kAbsent;
    for (ValueId id : inputs) {
      const Tensor* constant = constant_of(graph_, id);
      if (constant && constant->elems() == 1) {
        tensors.push_back(constant->reshaped({}));
        continue;
      }
      auto function = value(id, depth - 1);
      if (!function || (src != kAbsent && src != function->src)) return std::nullopt;
      src = function->src;
      tensors.push_back(function->table);
    }
    if (src == kAbsent || graph_.type(src).shape != shape) return std::nullopt;
    std::vector<const Tensor*> pointers;
    for (const Tensor& tensor : tensors) pointers.push_back(&tensor);
    return ByteFunction{src, compute(op, pointers)};
  }

 private:
  std::optional<ByteFunction> of_dequantize(ValueId id) const {
    const Dequantised found = *dequantised(graph_, id);
    const TensorType& type = graph_.type(found.src);
    if (!is_byte(type.dtype) || graph_.is_constant(found.src)) return std::nullopt;
    if (!per_tensor(graph_, found.scale, found.zero)) return std::nullopt;
    const ByteFunction numbers = bytes(found.src);
    const Tensor* zero = found.zero == kAbsent ? nullptr : constant_of(graph_, found.zero);
    return ByteFunction{numbers.src, compute(dequantize(), {&numbers.table, constant_of(graph_, found.scale), zero})};
  }

  /// A value, a byte or looked up, as a function of the bytes above all tables: x * sigmoid(x) reads x, and its sigmoid
  /// from a table.
  ByteFunction bytes(ValueId id) const {
    const Node* node = producer_of<Lookup>(graph_, id);
    const Tensor* table = node ? constant_of(graph_, node->inputs[1]) : nullptr;
    if (!table) return {id, all_bytes(graph_.type(id).dtype)};
    const ByteFunction above = bytes(node->inputs[0]);
    return {above.src, compute(Lookup(), {&above.table, table})};
  }

  const Graph& graph_;
};

int64_t byte_at(const Tensor& table, int64_t i) {
  return table.dtype() == DType::i8 ? table.as<int8_t>()[i] : table.as<uint8_t>()[i];
}

/// The bounds of the clip that a table is.
struct Bounds {
  int64_t low, high;
};

std::optional<Bounds> as_clip(const Tensor& table, DType src) {
  if (table.dtype() != src) return std::nullopt;
  const Tensor bytes = all_bytes(src);
  const Bounds bounds{byte_at(table, 0), byte_at(table, kEntries - 1)};
  if (bounds.low > bounds.high) return std::nullopt;
  for (int64_t i = 0; i < kEntries; ++i) {
    if (byte_at(table, i) != std::clamp(byte_at(bytes, i), bounds.low, bounds.high)) return std::nullopt;
  }
  return bounds;
}

Replacement replace_with_table(RewriteContext& context, const ByteFunction& function) {
  const ValueId table = context.builder.constant(context.node.name + "_table", function.table);
  return replace_with(context, Lookup(), {function.src, table});
}

bool takes_long(UnaryKind kind) {
  switch (kind) {
    case UnaryKind::relu:
    case UnaryKind::leaky_relu:
    case UnaryKind::clip:
    case UnaryKind::hard_sigmoid:
    case UnaryKind::hard_swish:
    case UnaryKind::neg:
    case UnaryKind::abs:
    case UnaryKind::floor:
    case UnaryKind::ceil:
    case UnaryKind::round:
    case UnaryKind::sign:
    case UnaryKind::logical_not:
      return false;
    default:
      return true;
  }
}

}  // namespace

Replacement fold_quantised_function(RewriteContext& context) {
  const auto* op = op_cast<Quantize>(*context.node.op);
  const Graph& graph = context.builder.graph();
  if (!op || !is_byte(op->to)) return std::nullopt;
  const ValueId scale = context.inputs[1], zero = context.inputs.size() > 2 ? context.inputs[2] : kAbsent;
  if (!per_tensor(graph, scale, zero)) return std::nullopt;
  auto function = Finder(graph).value(context.inputs[0]);
  if (!function) return std::nullopt;
  const Tensor* zeros = zero == kAbsent ? nullptr : constant_of(graph, zero);
  function->table = compute(*op, {&function->table, constant_of(graph, scale), zeros});
  const DType src = graph.type(function->src).dtype;
  const auto clip = as_clip(function->table, src);
  if (!clip) return replace_with_table(context, *function);
  const Quantize whole = quantize_to(src);
  if (clip->low == whole.low && clip->high == whole.high) return replace_with_value(context, function->src);
  return replace_with(context, unary(UnaryKind::clip, static_cast<double>(clip->low), static_cast<double>(clip->high)),
                      {function->src});
}

Replacement fold_slow_function(RewriteContext& context) {
  const auto* op = op_cast<Unary>(*context.node.op);
  if (!op || !takes_long(op->kind)) return std::nullopt;
  const auto function = Finder(context.builder.graph()).result(*op, context.inputs, output_type(context).shape);
  return function ? replace_with_table(context, *function) : std::nullopt;
}

}  // namespace convoy
