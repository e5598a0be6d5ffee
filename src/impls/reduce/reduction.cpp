#include "impls/reduce/reduction.h"

#include <algorithm>
#include <limits>

#include "impls/copy/memory_cost.h"
#include "impls/elementwise/math.h"

namespace convoy {

std::string Reduction::key() const {
  return fmt::format("{} {} {} {} {} kept{} reduced{} dst{}", enum_word(kind), to_string(src_dtype),
                     to_string(result_dtype), to_string(dst_dtype), count, loop_key(kept), loop_key(reduced),
                     attribute_text(dst));
}

namespace {

const Reduce& reduce_of(const Problem& problem) {
  return *op_cast<Reduce>(*problem.anchor().op);
}

bool has_kernel(ReduceKind kind, bool integers) {
  if (integers) return kind == ReduceKind::sum || kind == ReduceKind::max || kind == ReduceKind::min;
  return kind != ReduceKind::log_sum_exp;
}

/// Types whose elements are folded as i32.
bool folds_as_i32(DType dtype) {
  return dtype == DType::i8 || dtype == DType::u8 || dtype == DType::i32;
}

}  // namespace

std::string reduction_refusal(const Problem& problem) {
  const Reduce& op = reduce_of(problem);
  const DType src = problem.type(problem.anchor_input(0)).dtype;
  const bool integers = folds_as_i32(src);
  if (!integers && src != DType::f32) return "neither f32 nor i8, u8, i32";
  if (!has_kernel(op.kind, integers)) {
    return fmt::format("no vector code for {}{}", enum_word(op.kind), integers ? " of integers" : "");
  }
  if (auto why = Epilogue::refusal(problem); !why.empty()) return why;
  if (!integers && problem.type(problem.group.output).dtype != DType::f32) return "not f32";
  for (ValueId id : {problem.anchor_input(0), problem.group.output}) {
    if (problem.type(id).shape.elems() == 0) return "no elements";
  }
  return "";
}

Demand reduction_demand(const Problem& problem) {
  auto view = problem.views.find(problem.anchor_input(0));
  if (view == problem.views.end()) return Demand::row_major;
  for (int axis = 0; axis < view->second.rank(); ++axis) {
    if (view->second.shape[axis] > 1 && view->second.stride(axis) == 1) return Demand::any;
  }
  return Demand::row_major;
}

TensorView reduction_src(const Problem& problem) {
  const ValueId id = problem.anchor_input(0);
  if (reduction_demand(problem) == Demand::any) return problem.view(id);
  return TensorView::contiguous(problem.type(id), Layout::row_major);
}

Reduction make_reduction(const Problem& problem) {
  const Reduce& op = reduce_of(problem);
  const TensorView src = reduction_src(problem);
  auto dst = problem.views.find(problem.group.output);
  Reduction r{.kind = op.kind,
              .src_dtype = src.dtype == DType::bf16 ? DType::f32 : src.dtype,
              .result_dtype = problem.type(problem.anchor().outputs[0]).dtype,
              .dst_dtype = problem.type(problem.group.output).dtype};
  r.dst = dst != problem.views.end()
              ? dst->second.strides
              : TensorView::contiguous(problem.type(problem.group.output), Layout::row_major).strides;
  if (r.dst.empty()) r.dst = {1};  // a scalar counts as one axis
  const std::vector<int> axes = op.reduced_axes(src.rank());
  Shape reduced(std::vector<int64_t>(src.rank(), 1));
  int dst_axis = 0;
  for (int axis = 0; axis < src.rank(); ++axis) {
    if (std::ranges::find(axes, axis) != axes.end()) {
      reduced[axis] = src.shape[axis];
      dst_axis += op.keepdims;
    } else {
      if (src.shape[axis] > 1) r.kept.push_back({dst_axis, src.shape[axis], {src.stride(axis), r.dst[dst_axis]}});
      ++dst_axis;
    }
  }
  r.count = reduced.elems();
  r.reduced = loop_dims(reduced, {src.strides});
  return r;
}

Val reduction_src_address(KernelBuilder& b, const Reduction& reduction) {
  return size_of(reduction.src_dtype) == 1 ? b.stored_as(DType::u8, b.arg(0)) : b.arg(0);
}

Val reduction_start(KernelBuilder& b, const Reduction& reduction) {
  const ReduceKind kind = reduction.kind;
  if (reduction.integers()) {
    using Limits = std::numeric_limits<int32_t>;
    return b.i32(kind == ReduceKind::max ? Limits::min() : kind == ReduceKind::min ? Limits::max() : 0);
  }
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (kind == ReduceKind::prod) return b.f32(1);
  return b.f32(kind == ReduceKind::max ? -kInfinity : kind == ReduceKind::min ? kInfinity : 0);
}

Val reduction_term(KernelBuilder& b, ReduceKind kind, Val value) {
  if (kind == ReduceKind::l1) return b.abs(value);
  if (kind == ReduceKind::l2 || kind == ReduceKind::sum_square) return value * value;
  return value;
}

Val fold(KernelBuilder& b, const Reduction& reduction, Val so_far, Val value) {
  const ReduceKind kind = reduction.kind;
  if (reduction.integers() && kind != ReduceKind::sum) {
    Val kept = b.compare(kind == ReduceKind::max ? "gt" : "lt", so_far, value, DType::i32);
    return b.select(kept, so_far, value);
  }
  if (kind == ReduceKind::max) return emit_binary(b, BinaryKind::max, so_far, value);
  if (kind == ReduceKind::min) return emit_binary(b, BinaryKind::min, so_far, value);
  return kind == ReduceKind::prod ? so_far * value : so_far + value;
}

Val fold_all(KernelBuilder& b, const Reduction& reduction, std::vector<Val> values) {
  while (values.size() > 1) {
    const size_t half = (values.size() + 1) / 2;
    for (size_t i = half; i < values.size(); ++i) {
      values[i - half] = fold(b, reduction, values[i - half], values[i]);
    }
    values.resize(half);
  }
  return values[0];
}

Val reduction_result(KernelBuilder& b, const Reduction& reduction, Val folded) {
  if (reduction.integers()) return b.convert(folded, DType::i32, reduction.result_dtype);
  if (reduction.kind == ReduceKind::l2) return b.sqrt(folded);
  if (reduction.kind == ReduceKind::log_sum) return emit_log(b, folded);
  if (reduction.kind != ReduceKind::mean) return folded;
  return folded * b.f32(1.0 / static_cast<double>(reduction.count));
}

std::vector<Val> reduction_loops(
    KernelBuilder& b, const std::vector<LoopDim>& dims, Val src, std::vector<Val> carried,
    const std::function<std::vector<Val>(Val src, const std::vector<Val>& carried)>& body) {
  if (dims.empty()) return body(src, carried);
  const std::vector<LoopDim> inner(dims.begin() + 1, dims.end());
  return b.loop(0, dims[0].extent, 1, carried, [&](Val i, const std::vector<Val>& values) {
    return reduction_loops(b, inner, b.offset(src, i * dims[0].strides[0]), values, body);
  });
}

Layout reduction_layout(const Problem& problem) {
  const TensorView src = reduction_src(problem);
  const bool channels_last = src.channels_innermost() && !src.is_contiguous(Layout::row_major);
  return channels_last ? Layout::channels_last : Layout::row_major;
}

std::string reduction_dtypes(const Problem& problem) {
  const DType src = problem.type(problem.anchor_input(0)).dtype;
  return src == DType::f32 ? problem.dtypes() : std::string(to_string(src));
}

double reduction_ns(const Problem& problem) {
  const auto elems = static_cast<double>(problem.type(problem.anchor_input(0)).shape.elems());
  return std::max(memory_ns(static_cast<double>(problem.bytes(problem.anchor_input(0))), problem.target),
                  vector_ops_ns(2 * elems / problem.target.isa.f32_lanes()));
}

}  // namespace convoy
