#include "passes/scalar_affine.h"

#include <cmath>

namespace convoy {
namespace {

/// Bounds the time that long chains take; activations are written in fewer steps.
constexpr int kMaxSteps = 16;

std::optional<ScalarAffine> affine_with_number(BinaryKind kind, ValueId x, double number, bool number_is_left) {
  switch (kind) {
    case BinaryKind::add:
      return ScalarAffine{x, 1, number};
    case BinaryKind::mul:
      return ScalarAffine{x, number, 0};
    case BinaryKind::sub:
      return number_is_left ? ScalarAffine{x, -1, number} : ScalarAffine{x, 1, -number};
    case BinaryKind::div:
      if (number_is_left || number == 0) return std::nullopt;
      return ScalarAffine{x, 1 / number, 0};
    default:
      return std::nullopt;
  }
}

std::optional<ScalarAffine> step_above(const Graph& graph, ValueId id) {
  const Node* node = producer(graph, id);
  return node ? scalar_affine_step(graph, *node->op, node->inputs, graph.type(id)) : std::nullopt;
}

}  // namespace

bool nearly_equal(const ScalarAffine& a, const ScalarAffine& b) {
  // A shift may be what remains of a difference, as x/6*6 + 3 - 3, so 0 has to be near 1e-7.
  return a.base == b.base && nearly_equal(a.scale, b.scale) && nearly_equal(a.shift + 1, b.shift + 1);
}

std::optional<ScalarAffine> scalar_affine_step(const Graph& graph, const Op& op, const std::vector<ValueId>& inputs,
                                               const TensorType& type) {
  if (type.dtype != DType::f32) return std::nullopt;
  const auto* unary = op_cast<Unary>(op);
  if (unary && unary->kind == UnaryKind::neg) return ScalarAffine{inputs[0], -1, 0};
  const auto* binary = op_cast<Binary>(op);
  if (!binary) return std::nullopt;
  for (int side : {1, 0}) {
    const ValueId x = inputs[1 - side];
    const auto number = uniform_constant(graph, inputs[side]);
    // Otherwise it broadcasts x.
    if (number && std::isfinite(*number) && graph.type(x) == type) {
      return affine_with_number(binary->kind, x, *number, side == 0);
    }
  }
  return std::nullopt;
}

ScalarAffine scalar_affine(const Graph& graph, ValueId id) {
  ScalarAffine result{id};
  for (int i = 0; i < kMaxSteps; ++i) {
    const auto step = step_above(graph, result.base);
    if (!step) break;
    result = step->then(result.scale, result.shift);
  }
  return result;
}

ValueId find_in_chain(const Graph& graph, ValueId id, const ScalarAffine& wanted) {
  for (int i = 0; i < kMaxSteps; ++i) {
    if (nearly_equal(scalar_affine(graph, id), wanted)) return id;
    const auto step = step_above(graph, id);
    if (!step) break;
    id = step->base;
  }
  return kAbsent;
}

}  // namespace convoy
