#include "impls/elementwise/node.h"

#include <algorithm>
#include <limits>

#include "impls/elementwise/math.h"
#include "ops/cast.h"
#include "ops/lookup.h"
#include "ops/requantize.h"
#include "ops/where.h"
#include "support/dtypes.h"
#include "support/error.h"

namespace convoy {

namespace {

bool is_integer_arithmetic(BinaryKind kind) {
  return kind == BinaryKind::add || kind == BinaryKind::sub || kind == BinaryKind::mul || kind == BinaryKind::min ||
         kind == BinaryKind::max;
}

/// Comparisons by the predicate of KernelBuilder::compare, null for other kinds.
const char* predicate(BinaryKind kind) {
  switch (kind) {
    case BinaryKind::equal:
      return "eq";
    case BinaryKind::less:
      return "lt";
    case BinaryKind::less_equal:
      return "le";
    case BinaryKind::greater:
      return "gt";
    case BinaryKind::greater_equal:
      return "ge";
    default:
      return nullptr;
  }
}

/// Logic needs booleans, so that its kinds have code for the only type that they are computed on.
bool has_code(BinaryKind kind, DType dtype) {
  if (predicate(kind)) return true;
  if (dtype == DType::boolean) return kind == BinaryKind::logical_and || kind == BinaryKind::logical_or;
  return dtype == DType::f32 ? can_emit(kind) : is_integer_arithmetic(kind);
}

bool has_code(UnaryKind kind, DType dtype) {
  return dtype == DType::f32 ? kind != UnaryKind::logical_not : dtype == DType::boolean;
}

/// x^2 with an integer 2: numbers become floats, which is exact for those that matter.
bool is_pow_by_integer(const Graph& graph, const Node& node) {
  const auto* binary = op_cast<Binary>(*node.op);
  if (!binary || binary->kind != BinaryKind::pow || graph.type(node.inputs[0]).dtype != DType::f32) return false;
  const Value& exponent = graph.value(node.inputs[1]);
  return is_integer(exponent.type.dtype) && exponent.constant && exponent.type.shape.elems() == 1;
}

}  // namespace

std::string node_refusal(const Graph& graph, const Node& node) {
  if (op_cast<Requantize>(*node.op) && graph.type(node.inputs[0]).dtype != DType::i32) {
    return "no vector code for requantize of wide sums";
  }
  if (op_cast<Lookup>(*node.op) && graph.type(node.inputs[0]).dtype == DType::i16) {
    return "no vector code for tables of 65536 elements";
  }
  for (ValueId id : node.inputs) {
    const DType dtype = graph.type(id).dtype;
    if (!KernelBuilder::has_vectors(dtype)) return fmt::format("no vector code for {}", to_string(dtype));
  }
  const DType first = graph.type(node.inputs[0]).dtype, result = graph.type(node.outputs[0]).dtype;
  if (!KernelBuilder::has_vectors(result)) return fmt::format("no vector code for {}", to_string(result));
  const auto* unary = op_cast<Unary>(*node.op);
  const auto* binary = op_cast<Binary>(*node.op);
  const bool mixed = binary && graph.type(node.inputs[1]).dtype != first && !is_pow_by_integer(graph, node);
  if (mixed || (unary && !has_code(unary->kind, first)) || (binary && !has_code(binary->kind, first))) {
    return fmt::format("no vector code for {} on {}", node.op->name(), to_string(first));
  }
  return "";
}

namespace {

/// As for floats, but for minimum and maximum: there is no NaN to be passed on.
Val emit_integer(KernelBuilder& b, BinaryKind kind, DType dtype, Val lhs, Val rhs) {
  if (!is_integer_arithmetic(kind)) internal_error("{} has no vector code for integers", enum_word(kind));
  if (kind == BinaryKind::min) return b.integer_min(lhs, rhs, dtype);
  if (kind == BinaryKind::max) return b.integer_max(lhs, rhs, dtype);
  return emit_binary(b, kind, lhs, rhs);
}

Val emit_binary_of(KernelBuilder& b, BinaryKind kind, DType dtype, Val lhs, Val rhs) {
  if (const char* comparison = predicate(kind)) return b.compare(comparison, lhs, rhs, dtype);
  if (kind == BinaryKind::logical_and) return b.both(lhs, rhs);
  if (kind == BinaryKind::logical_or) return b.either(lhs, rhs);
  return dtype == DType::f32 ? emit_binary(b, kind, lhs, rhs) : emit_integer(b, kind, dtype, lhs, rhs);
}

}  // namespace

std::vector<DType> input_dtypes(const Graph& graph, const Node& node) {
  std::vector<DType> types;
  for (ValueId id : node.inputs) types.push_back(graph.type(id).dtype);
  return types;
}

FixedPointScaling scaling_of(const Graph& graph, const Node& node) {
  FixedPointScaling how{.rounds_twice = op_cast<Requantize>(*node.op)->rounding == Rounding::twice};
  const std::optional<Tensor>& shifts = graph.value(node.inputs[2]).constant;
  if (!shifts || shifts->empty()) return how;
  how.max_shift = *std::max_element(shifts->as<int32_t>(), shifts->as<int32_t>() + shifts->elems());
  return how;
}

Val emit_requantize(KernelBuilder& b, const Requantize& op, const FixedPointScaling& how,
                    const std::vector<Val>& operands) {
  Val result = b.scale_fixed_point(operands[0], operands[1], operands[2], how) + b.integer(DType::i32, op.zero);
  if (op.low > std::numeric_limits<int32_t>::min()) {
    result = b.integer_max(result, b.integer(DType::i32, op.low), DType::i32);
  }
  if (op.high < std::numeric_limits<int32_t>::max()) {
    result = b.integer_min(result, b.integer(DType::i32, op.high), DType::i32);
  }
  return b.convert(result, DType::i32, op.to);
}

Val emit_node(KernelBuilder& b, const Op& op, const std::vector<DType>& types, const std::vector<Val>& operands) {
  if (const auto* cast = op_cast<Cast>(op)) return b.convert(operands[0], types[0], cast->to);
  if (op_cast<Lookup>(op)) return b.look_up(operands[0], types[0] == DType::i8, types[1], operands[1]);
  if (op_cast<Where>(op)) return b.select(operands[0], operands[1], operands[2]);
  if (const auto* unary = op_cast<Unary>(op)) {
    return unary->kind == UnaryKind::logical_not ? b.negate(operands[0]) : emit_unary(b, *unary, operands[0]);
  }
  const auto* binary = op_cast<Binary>(op);
  if (!binary) internal_error("{} is not elementwise", op.name());
  // Only the exponent of a power may have another type.
  return emit_binary_of(b, binary->kind, types[0], operands[0], b.convert(operands[1], types[1], types[0]));
}

double node_ops(const Node& node) {
  if (const auto* binary = op_cast<Binary>(*node.op)) {
    const bool division = binary->kind == BinaryKind::mod || binary->kind == BinaryKind::fmod;
    return binary->kind == BinaryKind::pow ? 25 : division ? 12 : 1;
  }
  if (op_cast<Requantize>(*node.op)) return 10;
  if (op_cast<Lookup>(*node.op)) return 3;
  const auto* unary = op_cast<Unary>(*node.op);
  if (!unary) return 1;
  const UnaryKind kind = unary->kind;
  const bool simple = kind == UnaryKind::relu || kind == UnaryKind::leaky_relu || kind == UnaryKind::clip ||
                      kind == UnaryKind::neg || kind == UnaryKind::abs || kind == UnaryKind::hard_sigmoid ||
                      kind == UnaryKind::hard_swish || kind == UnaryKind::logical_not;
  return simple ? 1 : 9;
}

}  // namespace convoy
