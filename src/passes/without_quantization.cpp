#include "passes/without_quantization.h"

#include <algorithm>

#include "ops/concat.h"
#include "ops/conv2d.h"
#include "ops/matmul.h"
#include "ops/quantize.h"
#include "passes/match.h"
#include "passes/quantised_movement.h"
#include "passes/quantised_products.h"
#include "passes/quantised_values.h"
#include "support/dtypes.h"

namespace convoy {
namespace {

/// Bounds the recursion through movement.
constexpr int kMaxDepth = 64;

/// Whether a value's negative elements may be left to the bounds of the quantize that reads it.
bool is_sum(const Graph& graph, ValueId id) {
  const Node* node = producer(graph, id);
  if (!node) return false;
  const auto* binary = op_cast<Binary>(*node->op);
  return is_product(*node->op) || (binary && binary->kind == BinaryKind::add);
}

class Undoing {
 public:
  explicit Undoing(RewriteContext& context) : builder_(context.builder) {}

  /// The floats that the numbers `id` were made of; kAbsent where they were given as numbers.
  ValueId floats_of(ValueId id, int depth = 0) {
    const Node* found = producer(builder_.graph(), id);
    if (!found || depth == kMaxDepth) return kAbsent;
    const Node node = *found;  // the builder's nodes move as it grows
    if (op_cast<Quantize>(*node.op)) return quantised_floats(node);
    return moves_elements(*node.op) ? moved_floats(node, depth) : kAbsent;
  }

  /// Of the numbers that floats_of() was asked for; 0 where channels differ.
  float scale() const { return scale_; }

 private:
  ValueId quantised_floats(const Node& node) {
    const Graph& graph = builder_.graph();
    const ValueId zero = node.inputs.size() > 2 ? node.inputs[2] : kAbsent;
    const auto parameters = known_parameters(graph, node.inputs[1], zero);
    if (!parameters) return kAbsent;
    scale_ = parameters->scale.size() == 1 ? parameters->scale[0] : 0;
    const int64_t low = op_cast<Quantize>(*node.op)->low;
    const bool from_zero = parameters->zero.empty()
                               ? low == 0
                               : std::ranges::all_of(parameters->zero, [&](int64_t z) { return z == low; });
    if (!from_zero || !is_sum(graph, node.inputs[0])) return node.inputs[0];
    return builder_.make(unary(UnaryKind::relu), {node.inputs[0]}, node.name + "/relu");
  }

  ValueId moved_floats(const Node& node, int depth) {
    std::vector<ValueId> inputs = node.inputs;
    const size_t moved = op_cast<Concat>(*node.op) ? inputs.size() : 1;
    for (size_t i = 0; i < moved; ++i) {
      inputs[i] = floats_of(inputs[i], depth + 1);
      if (inputs[i] == kAbsent) return kAbsent;
    }
    return builder_.add(node.op, inputs, node.name)[0];
  }

  GraphBuilder& builder_;
  float scale_ = 0;
};

/// How a product reads its weights.
struct Weights {
  ZeroPoints zeros;
  int64_t inner = 1;     ///< elements of an output channel that lie one after the other
  int64_t channels = 1;  ///< output channels
};

std::optional<Weights> weights_of(const Op& op, const Shape& shape) {
  if (const auto* conv = op_cast<Conv2d>(op)) return Weights{conv->zeros, shape.elems() / shape[0], shape[0]};
  const auto* matmul = op_cast<MatMul>(op);
  if (!matmul || shape.rank() != 2) return std::nullopt;
  return matmul->trans_b ? Weights{matmul->zeros, shape[1], shape[0]} : Weights{matmul->zeros, 1, shape[1]};
}

/// The operator on floats.
OpPtr without_zeros(const Op& op) {
  if (const auto* conv = op_cast<Conv2d>(op)) {
    auto copy = std::make_shared<Conv2d>(*conv);
    copy->zeros = {};
    return copy;
  }
  auto copy = std::make_shared<MatMul>(*op_cast<MatMul>(op));
  copy->zeros = {};
  return copy;
}

/// scale * sum of numbers, in floats.
class FloatProduct {
 public:
  FloatProduct(RewriteContext& context, const Node& product, const Parameters& sums)
      : context_(context), builder_(context.builder), product_(product), scale_(sums.scale) {}

  Replacement make(ValueId added) {
    const Tensor* numbers = builder_.constant_of(product_.inputs[1]);
    const auto weights = numbers ? weights_of(*product_.op, numbers->shape()) : std::nullopt;
    if (!weights || (scale_.size() != 1 && static_cast<int64_t>(scale_.size()) != weights->channels))
      return std::nullopt;
    Undoing undoing(context_);
    const ValueId src = undoing.floats_of(product_.inputs[0]);
    if (src == kAbsent || undoing.scale() == 0) return std::nullopt;
    std::vector<ValueId> inputs = {src, floats(product_.inputs[1], *weights, undoing.scale(), "/weights")};
    const Weights bias{{}, 1, weights->channels};
    if (product_.inputs.size() > 2 && product_.inputs[2] != kAbsent)
      inputs.push_back(floats(product_.inputs[2], bias, 1, "/bias"));
    const std::string name = context_.node.name;
    const ValueId result = builder_.add1(without_zeros(*product_.op), inputs, product_.name);
    if (added == kAbsent) return std::vector<ValueId>{result};
    return std::vector<ValueId>{
        builder_.make(binary(BinaryKind::add), {result, floats(added, bias, 1, "/bias")}, name)};
  }

 private:
  /// A constant of integers, times the scale of the sums, less that of the numbers which it is multiplied with.
  ValueId floats(ValueId id, const Weights& like, float other_scale, const char* suffix) {
    const Tensor numbers = *builder_.constant_of(id);
    const TensorType type{DType::f32, numbers.shape()};
    builder_.charge_for_constant(type);
    Tensor result(type);
    visit_dtype(numbers.dtype(), [&]<class T>() {
      for (int64_t i = 0; i < numbers.elems(); ++i) {
        const int64_t channel = i / like.inner % like.channels;
        const float scale = scale_[scale_.size() == 1 ? 0 : channel] / other_scale;
        if constexpr (kIsInteger<T>)
          result.as<float>()[i] = scale * static_cast<float>(numbers.as<T>()[i] - like.zeros.of_weights(channel));
      }
    });
    return builder_.constant(product_.name + suffix, std::move(result));
  }

  RewriteContext& context_;
  GraphBuilder& builder_;
  const Node product_;
  const std::vector<float> scale_;
};

/// dequantize(product), or dequantize(product + constant).
Replacement undo_product(RewriteContext& context) {
  const Graph& graph = context.builder.graph();
  const ValueId zero = context.inputs.size() > 2 ? context.inputs[2] : kAbsent;
  const auto sums = known_parameters(graph, context.inputs[1], zero);
  if (!sums || !sums->zero.empty()) return std::nullopt;
  ValueId id = context.inputs[0], added = kAbsent;
  const auto* sum = producer_op<Binary>(graph, id);
  if (sum && sum->kind == BinaryKind::add) {
    const Node* node = producer(graph, id);
    if (!graph.is_constant(node->inputs[1])) return std::nullopt;
    id = node->inputs[0], added = node->inputs[1];
  }
  const Node* product = producer(graph, id);
  if (!product || !is_product(*product->op)) return std::nullopt;
  return FloatProduct(context, *product, *sums).make(added);
}

Replacement undo(RewriteContext& context) {
  const auto* op = op_cast<Dequantize>(*context.node.op);
  if (!op) return std::nullopt;
  const Graph& graph = context.builder.graph();
  const auto given = [&](ValueId id) { return id == kAbsent || graph.is_constant(id); };
  if (std::ranges::all_of(context.inputs, given)) return computed_now(context);
  const ValueId floats = Undoing(context).floats_of(context.inputs[0]);
  if (floats == kAbsent) return undo_product(context);
  return std::vector<ValueId>{floats};
}

}  // namespace

Graph without_quantization(const Graph& imported) {
  return rewrite(imported, undo);
}

bool multiplies_integers(const Graph& graph) {
  return std::ranges::any_of(graph.nodes, [&](const Node& node) {
    return is_product(*node.op) && is_integer(graph.type(node.outputs[0]).dtype);
  });
}

}  // namespace convoy
