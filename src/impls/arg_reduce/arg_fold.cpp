#include "impls/arg_reduce/arg_fold.h"

#include "impls/copy/memory_cost.h"
#include "impls/reduce/reduction.h"
#include "ops/checks.h"

namespace convoy {

std::string ArgReduction::key() const {
  return fmt::format("{} last{} axis{}:{} kept{}", enum_word(op.kind), op.select_last, extent, src_stride,
                     loop_key(kept));
}

namespace {

const ArgReduce& op_of(const Problem& problem) {
  return *op_cast<ArgReduce>(*problem.anchor().op);
}

/// Strides per axis of src; 0 along the reduced one.
std::vector<int64_t> dst_strides(const Problem& problem, int axis, int rank) {
  auto view = problem.views.find(problem.group.output);
  std::vector<int64_t> strides =
      view != problem.views.end() ? view->second.strides : problem.type(problem.group.output).shape.strides();
  if (op_of(problem).keepdims) strides.erase(strides.begin() + axis);
  strides.insert(strides.begin() + axis, 0);
  return strides;
}

}  // namespace

std::string arg_reduction_refusal(const Problem& problem) {
  const TensorType& src = problem.type(problem.anchor_input(0));
  if (src.dtype != DType::f32) return "not f32";
  if (src.shape.elems() == 0) return "no elements";
  if (!problem.group.epilogue.empty()) return "has an epilogue";
  return "";
}

ArgReduction make_arg_reduction(const Problem& problem) {
  const TensorView src = reduction_src(problem);
  const int axis = resolve_axis(op_of(problem).axis, src.rank());
  Shape kept = src.shape;
  kept[axis] = 1;
  return {.op = op_of(problem),
          .extent = src.shape[axis],
          .src_stride = src.stride(axis),
          .kept = loop_dims(kept, {src.strides, dst_strides(problem, axis, src.rank())})};
}

double arg_reduction_ns(const Problem& problem) {
  const auto bytes = static_cast<double>(problem.bytes(problem.anchor_input(0)));
  return std::max(memory_ns(bytes, problem.target), vector_ops_ns(5 * bytes / problem.target.isa.vector_bytes));
}

// A comparison of the negation is true for NaN on either side.
Val ArgFold::beats(Val a, Val b) {
  Val not_worse = b_.negate(b_.compare(op_.kind == ArgReduceKind::max ? "le" : "ge", a, b));
  return b_.both(not_worse, b_.compare("eq", b, b));
}

Found ArgFold::next(const Found& so_far, Val value, Val index) {
  Val taken = op_.select_last ? b_.negate(beats(so_far.value, value)) : beats(value, so_far.value);
  return {b_.select(taken, value, so_far.value), b_.select(taken, index, so_far.index)};
}

Found ArgFold::better(const Found& a, const Found& b) {
  Val first = b_.less(a.index, b.index);
  Val a_wins = beats(a.value, b.value), b_wins = beats(b.value, a.value);
  Val by_index = op_.select_last ? b_.negate(first) : first;
  Val taken = b_.either(a_wins, b_.both(by_index, b_.negate(b_wins)));
  return {b_.select(taken, a.value, b.value), b_.select(taken, a.index, b.index)};
}

Found ArgFold::best_lane(Found found) {
  const int lanes = b_.lanes();
  for (int distance = lanes / 2; distance > 0; distance /= 2) {
    std::vector<int> rotated;
    for (int i = 0; i < lanes; ++i) rotated.push_back((i + distance) % lanes);
    found = better(found, {b_.shuffle(found.value, {}, rotated), b_.shuffle(found.index, {}, rotated)});
  }
  return found;
}

}  // namespace convoy
