#include "impls/epilogue.h"

#include <algorithm>

#include "impls/elementwise/node.h"
#include "ops/lookup.h"
#include "ops/requantize.h"
#include "support/dtypes.h"

namespace convoy {

namespace {

Val elements_before(KernelBuilder& b, const std::vector<int64_t>& strides, const std::vector<Val>& index) {
  Val elems = b.i64(0);
  for (size_t axis = 0; axis < strides.size(); ++axis) {
    if (strides[axis] != 0) elems = elems + index[axis] * strides[axis];
  }
  return elems;
}

}  // namespace

Val element_address(KernelBuilder& b, Val base, const std::vector<int64_t>& strides, const std::vector<Val>& index) {
  return b.offset(base, elements_before(b, strides, index));
}

Val element_address(KernelBuilder& b, DType dtype, Val base, const std::vector<int64_t>& strides,
                    const std::vector<Val>& index) {
  if (dtype == DType::f32) return element_address(b, base, strides, index);
  return b.offset(dtype, base, elements_before(b, strides, index));
}

std::vector<int64_t> broadcast_strides(const TensorView& view, const Shape& to) {
  std::vector<int64_t> strides(to.rank(), 0);
  const int shift = to.rank() - view.rank();
  for (int axis = 0; axis < view.rank(); ++axis) {
    if (view.shape[axis] != 1) strides[axis + shift] = view.stride(axis);
  }
  return strides;
}

namespace {

std::vector<const Node*> member_nodes(const Problem& problem) {
  std::vector<const Node*> nodes;
  if (is_elementwise(*problem.anchor().op)) nodes.push_back(&problem.anchor());
  for (const EpilogueNode& member : problem.group.epilogue) nodes.push_back(&problem.graph().nodes[member.node]);
  return nodes;
}

/// Vectors run along an axis: a scalar gets one.
Shape at_least_one_axis(const Shape& shape) {
  return shape.rank() == 0 ? Shape{1} : shape;
}

/// The only element of a constant.
std::variant<float, int64_t> number_of(const Tensor& constant) {
  return visit_dtype(constant.dtype(), [&]<class T>() -> std::variant<float, int64_t> {
    if constexpr (std::is_same_v<T, float>) return constant.as<float>()[0];
    if constexpr (std::is_integral_v<T>) return static_cast<int64_t>(constant.as<T>()[0]);
    internal_error("no vectors of {}", to_string(constant.dtype()));
  });
}

std::string number_text(const std::variant<float, int64_t>& number) {
  if (const auto* real = std::get_if<float>(&number)) return fmt::format("{:.9g}", *real);
  return std::to_string(std::get<int64_t>(number));
}

Val constant_vector(KernelBuilder& b, DType dtype, const std::variant<float, int64_t>& number) {
  if (const auto* real = std::get_if<float>(&number)) return b.f32(*real);
  return b.integer(dtype, std::get<int64_t>(number));
}

}  // namespace

std::string Epilogue::refusal(const Problem& problem) {
  for (const Node* node : member_nodes(problem)) {
    if (std::string why = node_refusal(problem.graph(), *node); !why.empty()) return why;
  }
  const bool any_type =
      is_elementwise(*problem.anchor().op) || problem.type(problem.anchor().outputs[0]).dtype == DType::i32;
  if (problem.group.epilogue.empty() || any_type) return "";
  for (ValueId id : {problem.anchor().outputs[0], problem.group.output}) {
    if (problem.type(id).dtype != DType::f32) return "the epilogue does not go from f32 to f32";
  }
  return "";
}

Epilogue::Epilogue(const Problem& problem, int first_arg)
    : shape_(at_least_one_axis(problem.type(problem.group.output).shape)), output_(problem.group.output) {
  for (const Node* node : member_nodes(problem)) {
    nodes_.push_back(*node);
    input_types_.push_back(input_dtypes(problem.graph(), *node));
    const bool scales = op_cast<Requantize>(*node->op) != nullptr;
    scalings_.push_back(scales ? scaling_of(problem.graph(), *node) : FixedPointScaling{});
  }
  bytes_ = find_byte_results(problem.graph(), nodes_);
  if (!is_elementwise(*problem.anchor().op)) initial_ = problem.anchor().outputs[0];
  std::vector<ValueId> inside = {initial_};
  int next_arg = first_arg;
  for (const Node& node : nodes_) {
    for (ValueId id : node.inputs) {
      const bool table = op_cast<Lookup>(*node.op) && id == node.inputs[1];
      if (std::ranges::find(inside, id) == inside.end()) add_operand(problem, id, table, next_arg);
    }
    inside.push_back(node.outputs[0]);
  }
}

void Epilogue::add_operand(const Problem& problem, ValueId id, bool table, int& next_arg) {
  for (const Operand& known : operands_) {
    if (known.id == id) return;
  }
  const Value& value = problem.graph().value(id);
  Operand operand{.id = id, .dtype = value.type.dtype, .table = table, .bytes = problem.bytes(id)};
  if (value.constant && value.type.shape.elems() == 1) {
    operand.immediate = number_of(*value.constant);
  } else {
    const TensorView view = value.constant ? TensorView::contiguous(value.type, Layout::row_major) : problem.view(id);
    operand.strides = table ? std::vector<int64_t>(shape_.rank(), 0) : broadcast_strides(view, shape_);
    operand.arg = next_arg++;
    args_.push_back(value.constant ? StepArg(*value.constant) : StepArg(ValueArg{id}));
  }
  operands_.push_back(std::move(operand));
}

std::string Epilogue::key() const {
  std::string text;
  auto name_of = [&](ValueId id) {
    if (id == initial_) return std::string("x");
    for (size_t i = 0; i < operands_.size(); ++i) {
      if (operands_[i].id == id) return fmt::format("o{}", i);
    }
    for (size_t i = 0; i < nodes_.size(); ++i) {
      if (nodes_[i].outputs[0] == id) return fmt::format("t{}", i);
    }
    return std::string("?");
  };
  for (size_t i = 0; i < nodes_.size(); ++i) {
    text += ";" + nodes_[i].op->name() + nodes_[i].op->attributes();
    for (ValueId id : nodes_[i].inputs) text += "," + name_of(id);
    if (op_cast<Requantize>(*nodes_[i].op)) text += fmt::format(" shifts<={}", scalings_[i].max_shift);
  }
  if (bytes_) text += bytes_->key();
  for (const Operand& operand : operands_) {
    if (operand.dtype != DType::f32) text += fmt::format("|{}", to_string(operand.dtype));
    if (operand.table) text += "[]";
    text += operand.immediate ? "|" + number_text(*operand.immediate)
                              : "|" + attribute_text(operand.strides) + std::to_string(operand.arg);
  }
  return text;
}

std::string Epilogue::label() const {
  std::string text;
  for (const Node& node : nodes_) text += (text.empty() ? "" : "+") + node.op->name();
  return text;
}

double Epilogue::ops_per_element() const {
  double ops = 0;
  for (const Node& node : nodes_) {
    const std::string name = node.op->name();
    const bool simple = name == "relu" || name == "clip" || name == "add" || name == "mul" || name == "sub" ||
                        name == "max" || name == "min" || name == "where";
    ops += simple ? 1 : 12;
  }
  return ops;
}

std::vector<std::vector<int64_t>> Epilogue::operand_strides() const {
  std::vector<std::vector<int64_t>> strides;
  for (const Operand& operand : operands_) {
    if (!operand.immediate) strides.push_back(operand.strides);
  }
  return strides;
}

int64_t Epilogue::operand_bytes() const {
  int64_t bytes = 0;
  for (const Operand& operand : operands_) {
    if (!operand.immediate) bytes += operand.bytes;
  }
  return bytes;
}

Epilogue::Cursor Epilogue::at(KernelBuilder& b, const std::vector<Val>& index) const {
  Cursor cursor;
  for (const Operand& operand : operands_) {
    cursor.operands.push_back(
        operand.immediate ? Val{} : element_address(b, operand.dtype, b.arg(operand.arg), operand.strides, index));
  }
  return cursor;
}

class Epilogue::Lanes {
 public:
  Lanes(KernelBuilder& b, const Epilogue& epilogue, const Cursor& cursor, const Place& place, int vector_axis)
      : b_(b), epilogue_(epilogue), cursor_(cursor), place_(place), vector_axis_(vector_axis) {}

  void set(ValueId id, Val value) { values_[id] = value; }

  Val value(ValueId id) {
    const auto known = values_.find(id);
    return known != values_.end() ? known->second : values_[id] = operand(id);
  }

  std::vector<Val> inputs(size_t node) {
    std::vector<Val> inputs;
    for (ValueId id : epilogue_.nodes_[node].inputs) inputs.push_back(value(id));
    return inputs;
  }

  /// Computes the first nodes.
  void compute(size_t count) {
    for (size_t i = 0; i < count; ++i) {
      const Node& node = epilogue_.nodes_[i];
      const auto* requantize = op_cast<Requantize>(*node.op);
      set(node.outputs[0], requantize ? emit_requantize(b_, *requantize, epilogue_.scalings_[i], inputs(i))
                                      : emit_node(b_, *node.op, epilogue_.input_types_[i], inputs(i)));
    }
  }

 private:
  Val operand(ValueId id) {
    size_t i = 0;
    while (epilogue_.operands_[i].id != id) ++i;
    const Operand& operand = epilogue_.operands_[i];
    if (operand.immediate) return constant_vector(b_, operand.dtype, *operand.immediate);
    int64_t moved = 0;
    for (size_t axis = 0; axis < place_.offsets.size(); ++axis) moved += place_.offsets[axis] * operand.strides[axis];
    Val first = b_.offset(operand.dtype, cursor_.operands[i], moved);
    return operand.table ? first : b_.load_strided(operand.dtype, first, operand.strides[vector_axis_], place_.active);
  }

  KernelBuilder& b_;
  const Epilogue& epilogue_;
  const Cursor& cursor_;
  const Place& place_;
  const int vector_axis_;
  std::map<ValueId, Val> values_;
};

Val Epilogue::apply(KernelBuilder& b, Val result, const Cursor& cursor, const std::vector<int64_t>& offsets,
                    int vector_axis, int active) const {
  const Place place{offsets, active};
  Lanes lanes(b, *this, cursor, place, vector_axis);
  if (initial_ != kAbsent) lanes.set(initial_, result);
  lanes.compute(nodes_.size());
  return lanes.value(output_);
}

std::vector<Val> Epilogue::apply_all(KernelBuilder& b, const std::vector<Val>& results, const Cursor& cursor,
                                     const std::vector<Place>& places, int vector_axis) const {
  constexpr size_t kTogether = 4;  // see KernelBuilder::narrow
  std::vector<Val> all;
  for (size_t first = 0; first < places.size(); first += kTogether) {
    std::vector<Val> wide;
    for (size_t i = first; i < std::min(first + kTogether, places.size()); ++i) {
      const Val result = results.empty() ? Val{} : results[i];
      if (!bytes_) {
        all.push_back(apply(b, result, cursor, places[i].offsets, vector_axis, places[i].active));
        continue;
      }
      Lanes lanes(b, *this, cursor, places[i], vector_axis);
      if (initial_ != kAbsent) lanes.set(initial_, result);
      wide.push_back(words(b, lanes));
    }
    if (bytes_) std::ranges::copy(b.narrow(wide, bytes_->how), std::back_inserter(all));
  }
  return all;
}

Val Epilogue::words(KernelBuilder& b, Lanes& lanes) const {
  lanes.compute(bytes_->first);
  const std::vector<Val> inputs = lanes.inputs(bytes_->first);
  if (!op_cast<Requantize>(*nodes_[bytes_->first].op)) return b.round_to_i32(inputs[0]);
  const FixedPointScaling& how = scalings_[bytes_->first];
  return bytes_->how.doubled ? b.scale_fixed_point_doubled(inputs[0], inputs[1], inputs[2], how)
                             : b.scale_fixed_point(inputs[0], inputs[1], inputs[2], how);
}

}  // namespace convoy
