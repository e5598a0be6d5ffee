#include "passes/sink_transpose.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "ops/arg_reduce.h"
#include "ops/cast.h"
#include "ops/checks.h"
#include "ops/concat.h"
#include "ops/lookup.h"
#include "ops/pad.h"
#include "ops/reduce.h"
#include "ops/reshape.h"
#include "ops/resize.h"
#include "ops/slice.h"
#include "ops/softmax.h"
#include "ops/transpose.h"
#include "passes/group.h"
#include "passes/match.h"

namespace convoy {
namespace {

using Perm = std::vector<int64_t>;

/// An operator on untransposed inputs, and the permutation that its result still needs.
struct Sunk {
  OpPtr op;
  Perm perm;
};

template <class T>
Sunk sunk(T op, Perm perm) {
  return {std::make_shared<T>(std::move(op)), std::move(perm)};
}

/// One value an axis of the transposed tensor, for the axes of the untransposed one.
template <class List>
List untransposed(const List& values, const Perm& perm) {
  List result = values;
  for (size_t i = 0; i < perm.size(); ++i) result[perm[i]] = values[i];
  return result;
}

int64_t untransposed_axis(int64_t axis, const Perm& perm) {
  return perm[resolve_axis(axis, static_cast<int>(perm.size()))];
}

/// The permutation of the axes that are left when some of the untransposed tensor's are dropped.
Perm without_axes(const Perm& perm, const std::vector<int64_t>& dropped) {
  const auto is_dropped = [&](int64_t axis) { return std::count(dropped.begin(), dropped.end(), axis) > 0; };
  Perm result;
  for (int64_t axis : perm) {
    if (is_dropped(axis)) continue;
    const auto before = std::count_if(dropped.begin(), dropped.end(), [&](int64_t other) { return other < axis; });
    result.push_back(axis - before);
  }
  return result;
}

Sunk sink_reduce(Reduce op, const Perm& perm) {
  std::vector<int64_t> axes;
  for (int axis : op.reduced_axes(static_cast<int>(perm.size()))) axes.push_back(perm[axis]);
  std::sort(axes.begin(), axes.end());
  op.axes = axes;
  return sunk(op, op.keepdims ? perm : without_axes(perm, axes));
}

Sunk sink_arg_reduce(ArgReduce op, const Perm& perm) {
  op.axis = untransposed_axis(op.axis, perm);
  return sunk(op, op.keepdims ? perm : without_axes(perm, {op.axis}));
}

Sunk sink_pad(Pad op, const Perm& perm) {
  op.begin = untransposed(op.begin, perm);
  op.end = untransposed(op.end, perm);
  return sunk(std::move(op), perm);
}

Sunk sink_slice(Slice op, const Perm& perm) {
  op.begin = untransposed(op.begin, perm);
  op.size = untransposed(op.size, perm);
  op.step = untransposed(op.step, perm);
  return sunk(std::move(op), perm);
}

Sunk sink_resize(Resize op, const Perm& perm) {
  op.shape = Shape(untransposed(op.shape.dims(), perm));
  if (!op.scales.empty()) op.scales = untransposed(op.scales, perm);
  if (!op.roi.empty()) {
    const auto half = op.roi.begin() + static_cast<std::ptrdiff_t>(perm.size());
    const auto begins = untransposed(std::vector<double>(op.roi.begin(), half), perm);
    const auto ends = untransposed(std::vector<double>(half, op.roi.end()), perm);
    std::copy(begins.begin(), begins.end(), op.roi.begin());
    std::copy(ends.begin(), ends.end(), half);
  }
  return sunk(std::move(op), perm);
}

template <class T>
Sunk sink_along_axis(T op, const Perm& perm) {
  op.axis = untransposed_axis(op.axis, perm);
  return sunk(op, perm);
}

/// The operator for inputs that are not transposed by `perm`; nothing for operators that this pass does not know.
std::optional<Sunk> sink_op(const OpPtr& op, const Perm& perm) {
  if (is_elementwise(*op)) return Sunk{op, perm};
  if (const auto* concat = op_cast<Concat>(*op)) return sink_along_axis(*concat, perm);
  if (const auto* softmax = op_cast<Softmax>(*op)) return sink_along_axis(*softmax, perm);
  if (const auto* reduce = op_cast<Reduce>(*op)) return sink_reduce(*reduce, perm);
  if (const auto* arg_reduce = op_cast<ArgReduce>(*op)) return sink_arg_reduce(*arg_reduce, perm);
  if (const auto* pad = op_cast<Pad>(*op)) return sink_pad(*pad, perm);
  if (const auto* slice = op_cast<Slice>(*op)) return sink_slice(*slice, perm);
  if (const auto* resize = op_cast<Resize>(*op)) return sink_resize(*resize, perm);
  return std::nullopt;
}

const Transpose* transpose_of(const Graph& graph, ValueId id) {
  return id == kAbsent ? nullptr : producer_op<Transpose>(graph, id);
}

/// The permutation of the first operand that is a transposition.
std::optional<Perm> perm_of_inputs(const RewriteContext& context) {
  for (ValueId id : context.inputs) {
    if (const Transpose* transpose = transpose_of(context.builder.graph(), id)) return transpose->perm;
  }
  return std::nullopt;
}

/// `shape` with axes of extent 1 in front, as broadcasting reads it.
Shape of_rank(const Shape& shape, size_t rank) {
  std::vector<int64_t> dims = shape.dims();
  dims.insert(dims.begin(), rank - dims.size(), 1);
  return Shape(dims);
}

template <class T>
ValueId add_helper(RewriteContext& context, T op, ValueId id) {
  return context.builder.make(std::move(op), {id}, context.builder.graph().value(id).name);
}

/// Operand `index` before the transposition; kAbsent when it would have to be moved when the network runs.
ValueId untransposed_input(RewriteContext& context, size_t index, const Perm& perm) {
  const ValueId id = context.inputs[index];
  if (op_cast<Lookup>(*context.node.op) && index == 1) return id;  // the table has no axes of the tensor's
  const Graph& graph = context.builder.graph();
  const Transpose* transpose = transpose_of(graph, id);
  if (transpose && transpose->perm == perm) return producer(graph, id)->inputs[0];
  const Shape shape = context.builder.type(id).shape;
  if (shape.elems() == 1 && shape.rank() == 0) return id;
  if (shape.rank() > static_cast<int>(perm.size())) return kAbsent;

  const bool constant = graph.is_constant(id);
  if (constant && !may_copy_constant(context, context.node.inputs[index])) return kAbsent;
  Reshape widened;
  widened.shape = of_rank(shape, perm.size());
  Perm moved = perm;
  std::erase_if(moved, [&](int64_t axis) {
    const auto place = std::find(perm.begin(), perm.end(), axis) - perm.begin();
    return widened.shape[static_cast<int>(place)] == 1;
  });
  if (std::is_sorted(moved.begin(), moved.end())) {
    widened.shape = Shape(untransposed(widened.shape.dims(), perm));
    return add_helper(context, widened, id);
  }
  if (!constant) return kAbsent;
  Transpose inverse;
  inverse.perm.resize(perm.size());
  for (size_t i = 0; i < perm.size(); ++i) inverse.perm[perm[i]] = static_cast<int64_t>(i);
  const ValueId result = add_helper(context, inverse, add_helper(context, widened, id));
  return context.builder.constant_of(result) ? result : kAbsent;
}

Replacement sink(RewriteContext& context) {
  const auto perm = perm_of_inputs(context);
  if (!perm || context.node.outputs.size() != 1) return std::nullopt;
  const std::optional<Sunk> moved = sink_op(context.node.op, *perm);
  if (!moved) return std::nullopt;
  std::vector<ValueId> inputs;
  for (size_t i = 0; i < context.inputs.size(); ++i) {
    inputs.push_back(context.inputs[i] == kAbsent ? kAbsent : untransposed_input(context, i, *perm));
    if (inputs.back() == kAbsent) return std::nullopt;
  }
  if (std::is_sorted(moved->perm.begin(), moved->perm.end())) return replace_with_op(context, moved->op, inputs);
  const ValueId result = context.builder.add1(moved->op, inputs, context.node.name);
  Transpose transpose;
  transpose.perm = moved->perm;
  return replace_with(context, transpose, {result});
}

/// Here, since chains of transpositions would hide those before them.
Replacement merge(RewriteContext& context) {
  const auto* op = op_cast<Transpose>(*context.node.op);
  const Node* inner = op ? producer_of<Transpose>(context.builder.graph(), context.inputs[0]) : nullptr;
  if (!inner) return std::nullopt;
  Transpose merged = *op;
  for (int64_t& axis : merged.perm) axis = op_cast<Transpose>(*inner->op)->perm[axis];
  if (std::is_sorted(merged.perm.begin(), merged.perm.end())) return replace_with_value(context, inner->inputs[0]);
  return replace_with(context, merged, {inner->inputs[0]});
}

}  // namespace

Graph sink_transpose(const Graph& graph) {
  return rewrite(graph, first_of({merge, sink}));
}

}  // namespace convoy
