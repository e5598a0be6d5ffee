#include "impls/byte_results.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>

#include "impls/elementwise/node.h"
#include "ops/cast.h"
#include "ops/elementwise.h"
#include "ops/requantize.h"
#include "support/dtypes.h"

namespace convoy {

namespace {

bool is_byte(DType dtype) {
  return dtype == DType::i8 || dtype == DType::u8;
}

struct Interval {
  double low, high;
};

Interval hull(std::initializer_list<double> ends) {
  return {std::min(ends), std::max(ends)};
}

/// Where the elements of values lie that members of an epilogue compute; floats are never infinite or NaN there.
class ValueRanges {
 public:
  /// `nodes` in order of evaluation. Each is looked at once: a result that is read twice may come of one that is, too.
  ValueRanges(const Graph& graph, std::span<const Node> nodes) : graph_(graph) {
    for (const Node& node : nodes) results_[node.outputs[0]] = of_result(node);
  }

  /// Nothing when it is not known.
  std::optional<Interval> of(ValueId id) const {
    const Value& value = graph_.value(id);
    if (value.constant) return of_constant(*value.constant);
    if (is_integer(value.type.dtype)) return of_type(value.type.dtype);
    const auto result = results_.find(id);
    return result == results_.end() ? std::nullopt : result->second;
  }

 private:
  static std::optional<Interval> of_constant(const Tensor& constant) {
    if (constant.dtype() != DType::f32 || constant.elems() == 0) return std::nullopt;
    const float* data = constant.as<float>();
    if (!std::all_of(data, data + constant.elems(), [](float x) { return std::isfinite(x); })) return std::nullopt;
    const auto [low, high] = std::minmax_element(data, data + constant.elems());
    return Interval{*low, *high};
  }

  static Interval of_type(DType dtype) {
    const double bits = 8 * static_cast<double>(size_of(dtype));
    if (is_unsigned(dtype)) return {0, std::exp2(bits) - 1};
    return {-std::exp2(bits - 1), std::exp2(bits - 1) - 1};
  }

  std::optional<Interval> of_result(const Node& node) const {
    const std::optional<Interval> a = of(node.inputs[0]);
    if (!a) return std::nullopt;
    if (op_cast<Cast>(*node.op)) return a;
    if (const auto* unary = op_cast<Unary>(*node.op)) return of_unary(*unary, *a);
    const auto* binary = op_cast<Binary>(*node.op);
    const std::optional<Interval> b = binary ? of(node.inputs[1]) : std::nullopt;
    return b ? of_binary(binary->kind, *a, *b) : std::nullopt;
  }

  static std::optional<Interval> of_unary(const Unary& op, const Interval& a) {
    const auto clamped = [&](double low, double high) {
      return Interval{std::clamp(a.low, low, high), std::clamp(a.high, low, high)};
    };
    if (op.kind == UnaryKind::round) return Interval{std::floor(a.low), std::ceil(a.high)};
    if (op.kind == UnaryKind::relu) return clamped(0, std::max(0.0, a.high));
    if (op.kind == UnaryKind::clip && op.alpha <= op.beta) return clamped(op.alpha, op.beta);
    return std::nullopt;
  }

  static std::optional<Interval> of_binary(BinaryKind kind, const Interval& a, const Interval& b) {
    switch (kind) {
      case BinaryKind::add:
        return Interval{a.low + b.low, a.high + b.high};
      case BinaryKind::sub:
        return Interval{a.low - b.high, a.high - b.low};
      case BinaryKind::mul:
        return hull({a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high});
      case BinaryKind::div:
        if (b.low <= 0 && b.high >= 0) return std::nullopt;
        return hull({a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high});
      default:
        return std::nullopt;
    }
  }

  const Graph& graph_;
  std::map<ValueId, std::optional<Interval>> results_;
};

std::optional<ByteResults> of_requantize(const Graph& graph, const std::vector<Node>& nodes) {
  const auto& op = *op_cast<Requantize>(*nodes.back().op);
  if (!is_byte(op.to) || std::abs(op.zero) > 255) return std::nullopt;
  const bool doubled = scaling_of(graph, nodes.back()).has_doubled();
  return ByteResults{nodes.size() - 1, {op.to, op.zero, op.low, op.high, doubled}};
}

/// Reads the nodes of a quantisation of floats, the last one first.
class QuantisationEnd {
 public:
  QuantisationEnd(const Graph& graph, const std::vector<Node>& nodes) : graph_(graph), nodes_(nodes) {}

  std::optional<ByteResults> find() {
    const auto* cast = op_cast<Cast>(*nodes_.back().op);
    if (!cast || !is_byte(cast->to) || graph_.type(nodes_.back().inputs[0]).dtype != DType::f32) return std::nullopt;
    ByteResults result{nodes_.size() - 1, {.to = cast->to}};
    result.how.low = cast->to == DType::u8 ? 0 : -128;
    result.how.high = cast->to == DType::u8 ? 255 : 127;
    if (!take_clip(result) || !take_zero(result) || !take_round(result)) return std::nullopt;
    const auto range = ValueRanges(graph_, {nodes_.begin(), nodes_.begin() + static_cast<ptrdiff_t>(result.first)})
                           .of(nodes_[result.first].inputs[0]);
    // Sums of floats are rounded: some distance from the limit.
    const double limit = 0x1.fp30;
    return range && range->low > -limit && range->high < limit ? std::optional(result) : std::nullopt;
  }

 private:
  /// The node before the first one when that reads its result, and nothing else does.
  const Node* before(const ByteResults& result) const {
    if (result.first == 0) return nullptr;
    const Node& node = nodes_[result.first - 1];
    int64_t uses = 0;
    for (const Node& reader : nodes_) uses += std::ranges::count(reader.inputs, node.outputs[0]);
    return uses == 1 && std::ranges::count(nodes_[result.first].inputs, node.outputs[0]) == 1 ? &node : nullptr;
  }

  /// There may be none. False for one that narrow() cannot do.
  bool take_clip(ByteResults& result) const {
    const Node* node = before(result);
    const auto* op = node ? op_cast<Unary>(*node->op) : nullptr;
    if (!op || op->kind != UnaryKind::clip) return node != nullptr;
    if (op->alpha != std::trunc(op->alpha) || op->beta != std::trunc(op->beta)) return false;
    const auto low = static_cast<double>(result.how.low), high = static_cast<double>(result.how.high);
    result.how.low = static_cast<int64_t>(std::clamp(op->alpha, low, high));
    result.how.high = static_cast<int64_t>(std::clamp(op->beta, low, high));
    --result.first;
    return op->alpha <= op->beta;
  }

  bool take_zero(ByteResults& result) const {
    const Node* node = before(result);
    const auto* op = node ? op_cast<Binary>(*node->op) : nullptr;
    if (!op || op->kind != BinaryKind::add) return node != nullptr;
    const bool first_constant = graph_.is_constant(node->inputs[0]);
    const std::optional<Tensor>& zero = graph_.value(node->inputs[first_constant ? 0 : 1]).constant;
    if (!zero || zero->elems() != 1) return false;
    const float number = zero->as<float>()[0];
    if (number != std::trunc(number) || std::abs(number) > 255) return false;
    result.how.zero = static_cast<int64_t>(number);
    --result.first;
    return true;
  }

  bool take_round(ByteResults& result) const {
    const Node* node = before(result);
    const auto* op = node ? op_cast<Unary>(*node->op) : nullptr;
    if (!op || op->kind != UnaryKind::round) return false;
    --result.first;
    return true;
  }

  const Graph& graph_;
  const std::vector<Node>& nodes_;
};

}  // namespace

std::string ByteResults::key() const {
  return fmt::format("|bytes from {} {}{}", first, how.zero, how.doubled ? " doubled" : "");
}

std::optional<ByteResults> find_byte_results(const Graph& graph, const std::vector<Node>& nodes) {
  if (nodes.empty()) return std::nullopt;
  if (op_cast<Requantize>(*nodes.back().op)) return of_requantize(graph, nodes);
  return QuantisationEnd(graph, nodes).find();
}

}  // namespace convoy
