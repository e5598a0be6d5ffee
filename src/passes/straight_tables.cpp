#include "passes/straight_tables.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/cast.h"
#include "ops/lookup.h"
#include "ops/requantize.h"
#include "passes/match.h"
#include "passes/quantised_values.h"

namespace convoy {
namespace {

struct Bounds {
  int64_t low, high;

  bool operator==(const Bounds&) const = default;
  int64_t clamp(int64_t value) const { return std::clamp(value, low, high); }
};

Bounds bounds_of(DType dtype) {
  return dtype == DType::i8 ? Bounds{-128, 127} : Bounds{0, 255};
}

/// A function of bytes, by its results from that of `first` on.
struct Table {
  int64_t first;
  std::vector<int64_t> results;

  int64_t at(int64_t number) const { return results[static_cast<size_t>(number - first)]; }
  int64_t last() const { return first + static_cast<int64_t>(results.size()) - 1; }
  Bounds range() const {
    const auto [low, high] = std::ranges::minmax(results);
    return {low, high};
  }
};

/// Nothing for tables of others than bytes, or of the run time.
std::optional<Table> table_of(const Graph& graph, const Node& lookup) {
  const DType src = graph.type(lookup.inputs[0]).dtype;
  const Value& values = graph.value(lookup.inputs[1]);
  if (!values.constant || !is_byte(src) || !is_byte(values.type.dtype)) return std::nullopt;
  Table table{.first = bounds_of(src).low};
  for (int64_t i = 0; i < values.constant->elems(); ++i) {
    const bool is_signed = values.type.dtype == DType::i8;
    table.results.push_back(is_signed ? values.constant->as<int8_t>()[i] : values.constant->as<uint8_t>()[i]);
  }
  return table;
}

/// clamp(round((x - zero) * slope) + shift, bounds), computed in f32.
struct Line {
  int64_t zero = 0, shift = 0;
  float slope = 1;
  Bounds bounds = {0, 0};

  int64_t at(int64_t x) const {
    const float scaled = static_cast<float>(x - zero) * slope;
    return bounds.clamp(static_cast<int64_t>(std::nearbyint(scaled)) + shift);
  }
};

/// The slopes with which a line through (zero, table[zero]) gives the table, an interval.
struct Slopes {
  double least = -std::numeric_limits<double>::infinity(), most = std::numeric_limits<double>::infinity();

  /// run * slope >= rise.
  void at_least(double run, double rise) { run > 0 ? raise(rise / run) : lower(rise / run); }
  void at_most(double run, double rise) { run > 0 ? lower(rise / run) : raise(rise / run); }

 private:
  void raise(double slope) { least = std::max(least, slope); }
  void lower(double slope) { most = std::min(most, slope); }
};

std::optional<Line> line_through(const Table& table, int64_t zero, const Bounds& bounds) {
  Slopes slopes;
  const int64_t shift = table.at(zero);
  for (int64_t x = table.first; x <= table.last(); ++x) {
    if (x == zero) continue;
    const auto run = static_cast<double>(x - zero), rise = static_cast<double>(table.at(x) - shift);
    if (table.at(x) > bounds.low) slopes.at_least(run, rise - 0.5);
    if (table.at(x) < bounds.high) slopes.at_most(run, rise + 0.5);
  }
  const double slope = (slopes.least + slopes.most) / 2;
  if (!std::isfinite(slope) || slopes.least > slopes.most) return std::nullopt;
  // The ends of the interval are ties, which are rounded to even numbers: the line itself has to tell.
  const Line line{zero, shift, static_cast<float>(slope), bounds};
  for (int64_t x = table.first; x <= table.last(); ++x) {
    if (line.at(x) != table.at(x)) return std::nullopt;
  }
  return line;
}

/// Zero points lie on the lines of quantised functions, so that lines through some element are all that is looked for.
std::optional<Line> as_line(const Table& table) {
  const Bounds bounds = table.range();
  for (int64_t zero = table.first; zero <= table.last(); ++zero) {
    if (auto line = line_through(table, zero, bounds)) return line;
  }
  return std::nullopt;
}

std::optional<Bounds> as_clip(const Table& table) {
  const Bounds bounds = table.range();
  for (int64_t x = table.first; x <= table.last(); ++x) {
    if (table.at(x) != bounds.clamp(x)) return std::nullopt;
  }
  return bounds;
}

/// True for f32 values that are whole numbers: rounded, and shifted or bounded by whole numbers since.
bool is_whole(const Graph& graph, ValueId id) {
  const Node* node = producer(graph, id);
  if (!node) return false;
  if (const auto* op = op_cast<Unary>(*node->op)) {
    const bool whole_bounds = op->alpha == std::nearbyint(op->alpha) && op->beta == std::nearbyint(op->beta);
    return op->kind == UnaryKind::round ||
           (op->kind == UnaryKind::clip && whole_bounds && is_whole(graph, node->inputs[0]));
  }
  const auto* op = op_cast<Binary>(*node->op);
  if (!op || op->kind != BinaryKind::add) return false;
  const auto shift = uniform_constant(graph, node->inputs[1]);
  return shift && *shift == std::nearbyint(*shift) && is_whole(graph, node->inputs[0]);
}

/// The clip whose f32 results a cast makes bytes, if it keeps them within those.
const Node* clip_before_cast(const Graph& graph, ValueId id) {
  const Node* cast = producer_of<Cast>(graph, id);
  const Node* node = cast ? producer_of<Unary>(graph, cast->inputs[0]) : nullptr;
  const auto* clip = node ? op_cast<Unary>(*node->op) : nullptr;
  if (!clip || clip->kind != UnaryKind::clip || graph.type(node->outputs[0]).dtype != DType::f32) return nullptr;
  const Bounds bytes = bounds_of(graph.type(id).dtype);
  const bool within = clip->alpha >= static_cast<double>(bytes.low) && clip->beta <= static_cast<double>(bytes.high);
  return within && is_whole(graph, node->outputs[0]) ? node : nullptr;
}

/// Adds arithmetic in place of a node, by whose name helpers are called.
class Arithmetic {
 public:
  explicit Arithmetic(RewriteContext& context) : context_(context), builder_(context.builder) {}

  ValueId line(const Line& line, ValueId src, DType to) {
    ValueId x = in_floats(src);
    if (line.zero != 0) x = with_number(BinaryKind::sub, x, static_cast<float>(line.zero), "/zero");
    if (line.slope != 1) {
      x = make(unary(UnaryKind::round), {with_number(BinaryKind::mul, x, line.slope, "/scale")}, "/round");
    }
    if (line.shift != 0) x = with_number(BinaryKind::add, x, static_cast<float>(line.shift), "/shift");
    return bytes_within(x, line.bounds, to);
  }

  /// Whole numbers, f32, as the node's output.
  ValueId bytes_within(ValueId x, const Bounds& bounds, DType to) {
    x = make(unary(UnaryKind::clip, static_cast<double>(bounds.low), static_cast<double>(bounds.high)), {x}, "/clip");
    return builder_.make(cast_op(to), {x}, context_.node.name, output_name(context_));
  }

  /// Of bytes that others read as well; `bounds` are not those of their type.
  ValueId max_and_min(ValueId x, const Bounds& bounds) {
    const Bounds bytes = bounds_of(builder_.type(x).dtype);
    if (bounds.low == bytes.low) return bounded(BinaryKind::min, x, bounds.high);
    if (bounds.high == bytes.high) return bounded(BinaryKind::max, x, bounds.low);
    const ValueId low = number_like(x, bounds.low, "/low");
    return bounded(BinaryKind::min, make(binary(BinaryKind::max), {x, low}, "/max"), bounds.high);
  }

 private:
  static Cast cast_op(DType to) {
    Cast op;
    op.to = to;
    return op;
  }

  ValueId number_like(ValueId bytes, int64_t value, const char* suffix) {
    const bool is_signed = builder_.type(bytes).dtype == DType::i8;
    return builder_.constant(context_.node.name + suffix, is_signed ? Tensor::scalar(static_cast<int8_t>(value))
                                                                    : Tensor::scalar(static_cast<uint8_t>(value)));
  }

  /// As the node's output.
  ValueId bounded(BinaryKind kind, ValueId bytes, int64_t bound) {
    const ValueId number = number_like(bytes, bound, "/bound");
    return builder_.make(binary(kind), {bytes, number}, context_.node.name, output_name(context_));
  }

  /// Bytes that were just made of floats are these floats. Where others read the bytes, they are what is stored.
  ValueId in_floats(ValueId bytes) {
    const bool single = has_single_use(context_, context_.node.inputs[0]);
    const Node* clip = single ? clip_before_cast(builder_.graph(), bytes) : nullptr;
    return clip ? clip->outputs[0] : make(cast_op(DType::f32), {bytes}, "/float");
  }

  ValueId with_number(BinaryKind kind, ValueId x, float number, const char* suffix) {
    const ValueId constant = builder_.constant(context_.node.name + suffix + "_number", Tensor::scalar(number));
    return make(binary(kind), {x, constant}, suffix);
  }

  template <class T>
  ValueId make(T op, const std::vector<ValueId>& inputs, const char* suffix) {
    return builder_.make(std::move(op), inputs, context_.node.name + suffix);
  }

  RewriteContext& context_;
  GraphBuilder& builder_;
};

/// Joins what made the bytes where nothing else reads them.
Replacement clip_bytes(RewriteContext& context, const Bounds& bounds) {
  const Graph& graph = context.builder.graph();
  const ValueId src = context.inputs[0];
  if (bounds == bounds_of(graph.type(src).dtype)) return replace_with_value(context, src);
  if (has_single_use(context, context.node.inputs[0])) {
    if (const Node* node = producer_of<Requantize>(graph, src)) {
      Requantize op = *op_cast<Requantize>(*node->op);
      op.low = bounds.clamp(op.low), op.high = bounds.clamp(op.high);
      return replace_with(context, op, std::vector<ValueId>(node->inputs));
    }
    if (const Node* clip = clip_before_cast(graph, src)) {
      return std::vector<ValueId>{
          Arithmetic(context).bytes_within(clip->outputs[0], bounds, output_type(context).dtype)};
    }
  }
  return std::vector<ValueId>{Arithmetic(context).max_and_min(src, bounds)};
}

Replacement lookup_as_arithmetic(RewriteContext& context) {
  if (!op_cast<Lookup>(*context.node.op)) return std::nullopt;
  const Graph& graph = context.builder.graph();
  const auto table = table_of(context.old_graph, context.node);
  if (!table) return std::nullopt;
  const bool same_type = output_type(context).dtype == graph.type(context.inputs[0]).dtype;
  if (const auto bounds = as_clip(*table); bounds && same_type) return clip_bytes(context, *bounds);
  const auto line = as_line(*table);
  if (!line) return std::nullopt;
  return std::vector<ValueId>{Arithmetic(context).line(*line, context.inputs[0], output_type(context).dtype)};
}

Replacement clip_of_bytes(RewriteContext& context) {
  const auto* op = op_cast<Unary>(*context.node.op);
  const DType dtype = output_type(context).dtype;
  if (!op || op->kind != UnaryKind::clip || !is_byte(dtype) || op->alpha > op->beta) return std::nullopt;
  const Bounds bytes = bounds_of(dtype);
  auto bound = [&](double value) {
    return static_cast<int64_t>(
        std::clamp(std::nearbyint(value), static_cast<double>(bytes.low), static_cast<double>(bytes.high)));
  };
  const Bounds bounds{bound(op->alpha), bound(op->beta)};
  const bool whole = op->alpha == std::nearbyint(op->alpha) && op->beta == std::nearbyint(op->beta);
  return whole ? clip_bytes(context, bounds) : std::nullopt;
}

}  // namespace

Graph straight_tables(const Graph& graph) {
  return rewrite(graph, first_of({lookup_as_arithmetic, clip_of_bytes}));
}

}  // namespace convoy
