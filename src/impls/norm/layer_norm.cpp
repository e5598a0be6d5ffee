// Layer normalisation of all axes from one on, whose elements are the slice of each row:
//
//   dst[r..., i...] = epilogue((src[r..., i...] - mean[r]) / sqrt(variance[r] + epsilon) * scale[i] + bias[i])
//
// src: f32, stride 1 along one of the normalised axes. dst: f32, any strides. scale and bias (which may be absent)
// broadcast to the slice. No scratch memory.
//
// Task space: rows = positions along the other axes. A row takes three passes with vectors along the slice: its sum,
// the squares of its deviations from the mean, the result. It usually fits into L1, so that two passes for the
// statistics cost little; what the variance keeps of a large mean is the rounding of the mean itself.
#include "ops/layer_norm.h"

#include <algorithm>
#include <cmath>

#include "impls/copy/layout_like.h"
#include "impls/copy/loop_dims.h"
#include "impls/copy/memory_cost.h"
#include "impls/epilogue.h"
#include "impls/norm/list.h"
#include "impls/vectors_along.h"

namespace convoy {

namespace {

/// The kernel's arguments and the order of strides in LayerNormKernel::slice. Without a bias the epilogue's operands
/// take its place.
enum Arg { kSrc, kDst, kScale, kBias };

struct LayerNormKernel {
  double epsilon = 0;
  int64_t count = 1;  ///< elements of a slice
  bool has_bias = false;
  std::vector<LoopDim> rows;      ///< strides of {src, dst}
  std::vector<LoopDim> elements;  ///< of a slice, innermost last; strides of {src}
  std::vector<LoopDim> slice;     ///< the same with strides by Arg, then of the epilogue's operands
  std::vector<int64_t> dst;       ///< strides per axis
  Epilogue epilogue;

  std::string key() const {
    return fmt::format("{:.17g} {} rows{} elements{} slice{} dst{}", epsilon, has_bias, loop_key(rows),
                       loop_key(elements), loop_key(slice), attribute_text(dst)) +
           epilogue.key();
  }
};

class LayerNormEmitter {
 public:
  LayerNormEmitter(KernelBuilder& b, const LayerNormKernel& kernel) : b_(b), k_(kernel) {}

  void emit() {
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val row) {
      const auto [index, src] = row_start(b_, k_.rows, row, k_.dst.size(), b_.arg(kSrc));
      const double share = 1 / static_cast<double>(k_.count);
      Val mean = sum(src, [](Val x) { return x; }) * b_.f32(share);
      Val variance = sum(src, [&](Val x) { return (x - mean) * (x - mean); }) * b_.f32(share);
      Val factor = b_.f32(1) / b_.sqrt(variance + b_.f32(k_.epsilon));
      const Addresses at{src, b_.arg(kScale), k_.has_bias ? b_.arg(kBias) : Val{}};
      for_each_line(0, at, index, [&](const Addresses& line, const std::vector<Val>& where) {
        for_each_vector(b_, k_.slice.back().extent,
                        [&](Val elem, int active) { finish(line, where, elem, active, mean, factor); });
      });
    });
  }

 private:
  struct Addresses {
    Val src, scale, bias;
  };

  /// The sum of term(x) over the slice, in every lane.
  Val sum(Val src, const std::function<Val(Val)>& term) { return sum_from(0, src, term); }

  Val sum_from(size_t dim, Val src, const std::function<Val(Val)>& term) {
    if (dim + 1 == k_.elements.size()) return line_sum(src, term);
    const LoopDim& outer = k_.elements[dim];
    return b_.loop(0, outer.extent, 1, {b_.f32(0)}, [&](Val i, const std::vector<Val>& carried) {
      return std::vector<Val>{carried[0] + sum_from(dim + 1, b_.offset(src, i * outer.strides[kSrc]), term)};
    })[0];
  }

  Val line_sum(Val src, const std::function<Val(Val)>& term) {
    const FoldFn add = [](Val x, Val y) { return x + y; };
    auto add_vector = [&](Val so_far, Val elem, int active) {
      Val value = term(b_.load(b_.offset(src, elem), 0, active));
      return so_far + first_lanes_of(b_, value, b_.f32(0), active);
    };
    return fold_lanes(b_, fold_vectors(b_, k_.elements.back().extent, b_.f32(0), add_vector, add), add);
  }

  void for_each_line(size_t dim, const Addresses& at, std::vector<Val> index,
                     const std::function<void(const Addresses&, const std::vector<Val>&)>& body) {
    if (dim + 1 == k_.slice.size()) return body(at, index);
    const LoopDim& outer = k_.slice[dim];
    b_.loop(0, outer.extent, 1, [&](Val i) {
      index[outer.axis] = i;
      for_each_line(dim + 1, moved(at, i, outer), index, body);
    });
  }

  Addresses moved(const Addresses& at, Val i, const LoopDim& dim) {
    auto by = [&](Val address, int tensor) {
      return address && dim.strides[tensor] != 0 ? b_.offset(address, i * dim.strides[tensor]) : address;
    };
    return {by(at.src, kSrc), by(at.scale, kScale), by(at.bias, kBias)};
  }

  void finish(const Addresses& line, std::vector<Val> index, Val elem, int active, Val mean, Val factor) {
    const LoopDim& inner = k_.slice.back();
    const Addresses at = moved(line, elem, inner);
    index[inner.axis] = elem;
    Val value = (b_.load(at.src, 0, active) - mean) * factor;
    Val scale = b_.load_strided(at.scale, inner.strides[kScale], active);
    value = at.bias ? b_.fma(value, scale, b_.load_strided(at.bias, inner.strides[kBias], active)) : value * scale;
    const std::vector<int64_t> here(index.size(), 0);
    if (!k_.epilogue.empty()) value = k_.epilogue.apply(b_, value, k_.epilogue.at(b_, index), here, inner.axis, active);
    b_.store_strided(value, element_address(b_, b_.arg(kDst), k_.dst, index), inner.strides[kDst], active);
  }

  KernelBuilder& b_;
  const LayerNormKernel& k_;
};

const LayerNorm& op_of(const Problem& problem) {
  return *op_cast<LayerNorm>(*problem.anchor().op);
}

/// `shape` with extent 1 along all axes but the normalised ones.
Shape slice_shape(const Shape& shape, int64_t axis) {
  Shape slice = shape;
  for (int i = 0; i < axis; ++i) slice[i] = 1;
  return slice;
}

Demand src_demand(const Problem& problem) {
  const TensorView& view = problem.view(problem.anchor_input(0));
  const std::vector<LoopDim> dims = loop_dims(slice_shape(view.shape, op_of(problem).axis), {view.strides});
  return dims.empty() || dims.back().strides[0] == 1 ? Demand::any : Demand::row_major;
}

/// A slice of one element has a dimension as well.
std::vector<LoopDim> slice_dims(const Shape& slice, const std::vector<std::vector<int64_t>>& strides) {
  std::vector<LoopDim> dims = loop_dims(slice, strides);
  if (dims.empty()) dims.push_back({slice.rank() - 1, 1, std::vector<int64_t>(strides.size(), 1)});
  return dims;
}

LayerNormKernel make_kernel(const Problem& problem) {
  const TensorView &src = problem.view(problem.anchor_input(0)), &dst = problem.view(problem.group.output);
  const int64_t axis = op_of(problem).axis;
  const Shape slice = slice_shape(src.shape, axis);
  const bool has_bias = problem.anchor_input(2) != kAbsent;
  LayerNormKernel k{.epsilon = op_of(problem).epsilon,
                    .count = slice.elems(),
                    .has_bias = has_bias,
                    .dst = dst.strides,
                    .epilogue = Epilogue(problem, has_bias ? kBias + 1 : kBias)};
  for (int i = 0; i < axis; ++i) {
    if (src.shape[i] > 1) k.rows.push_back({i, src.shape[i], {src.stride(i), dst.stride(i)}});
  }
  k.elements = slice_dims(slice, {src.strides});
  auto parameter = [&](ValueId id) {
    if (id == kAbsent) return std::vector<int64_t>(src.rank(), 0);
    return broadcast_strides(TensorView::contiguous(problem.type(id), Layout::row_major), src.shape);
  };
  std::vector<std::vector<int64_t>> strides = {src.strides, dst.strides, parameter(problem.anchor_input(1)),
                                               parameter(problem.anchor_input(2))};
  for (const std::vector<int64_t>& operand : k.epilogue.operand_strides()) strides.push_back(operand);
  k.slice = slice_dims(slice, strides);
  return k;
}

class LayerNormRows : public Impl {
 public:
  std::string name() const override { return "layer_norm_rows"; }

  Proposal propose(const Problem& problem) const override {
    const ValueId src = problem.anchor_input(0);
    if (problem.type(src).dtype != DType::f32) return Proposal::no("not f32");
    if (problem.type(src).shape.elems() == 0) return Proposal::no("empty input");
    if (problem.anchor_input(1) == kAbsent) return Proposal::no("no scale");
    if (auto why = Epilogue::refusal(problem); !why.empty()) return Proposal::no(why);
    Proposal proposal;
    proposal.demands[src] = src_demand(problem);
    for (size_t i : {1, 2}) {
      if (problem.anchor_input(i) != kAbsent) proposal.demands[problem.anchor_input(i)] = Demand::row_major;
    }
    const bool any = proposal.demands[src] == Demand::any;
    proposal.output = any ? layout_like(problem.view(src)) : Layout::row_major;
    proposal.output_demand = Demand::any;
    proposal.cost_ns = parallel_ns(cost_ns(problem), problem.target);
    proposal.variant = fmt::format("layer_norm_rows_{}_{}", problem.dtypes(), problem.target.isa.name);
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const LayerNormKernel k = make_kernel(problem);
    StepSpec step;
    step.args = {ValueArg{problem.anchor_input(0)}, ValueArg{problem.group.output},
                 problem.arg(problem.anchor_input(1))};
    if (k.has_bias) step.args.push_back(problem.arg(problem.anchor_input(2)));
    step.args.insert(step.args.end(), k.epilogue.args().begin(), k.epilogue.args().end());
    step.kernel = {fmt::format("layer_norm_rows_{}_{}", problem.dtypes(), problem.target.isa.name), k.key(),
                   static_cast<int>(step.args.size()), [k](KernelBuilder& b) { LayerNormEmitter(b, k).emit(); }};
    step.rows = iterations(k.rows);
    step.cost_ns = cost_ns(problem);
    return {{std::move(step)}, {}};
  }

 private:
  /// A dozen instructions a vector, and the latency of folding lanes and of a root a row.
  static double cost_ns(const Problem& problem) {
    const TensorType& type = problem.type(problem.anchor_input(0));
    const auto slice = static_cast<double>(slice_shape(type.shape, op_of(problem).axis).elems());
    const double vectors = std::ceil(slice / problem.target.isa.f32_lanes());
    const double rows = static_cast<double>(type.shape.elems()) / slice;
    return std::max(memory_ns(2.0 * static_cast<double>(problem.bytes(problem.anchor_input(0))), problem.target),
                    vector_ops_ns(rows * (12 * vectors + 60)));
  }
};

}  // namespace

const ImplList& layer_norm_impls() {
  static const LayerNormRows rows;
  static const ImplList list = {&rows};
  return list;
}

}  // namespace convoy
