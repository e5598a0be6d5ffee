// argmax and argmin along an axis, vectors running along another:
//
//   dst[k..., l] = the i of the best src[k..., i, l]
//
// src: f32, stride 1 along l. dst: i64, any strides. No scratch memory.
//
// Task space: rows = the other kept axes, columns = blocks of vectors along l. A block's vectors are read together at
// each i, which matters as the elements of one lane lie a whole plane apart.
#include "impls/arg_reduce/arg_fold.h"
#include "impls/arg_reduce/list.h"
#include "impls/copy/memory_cost.h"
#include "impls/reduce/reduction.h"
#include "support/int_math.h"

namespace convoy {

namespace {

constexpr int kBlockVectors = 4;

class LanesEmitter {
 public:
  LanesEmitter(KernelBuilder& b, const ArgReduction& reduction) : b_(b), r_(reduction), fold_(b, reduction.op) {}

  void emit() {
    const LoopDim& lane = r_.kept.back();
    const std::vector<LoopDim> outer(r_.kept.begin(), r_.kept.end() - 1);
    const int64_t width = kBlockVectors * b_.lanes(), whole = lane.extent / width, rest = lane.extent % width;
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val row) {
      Val src = b_.arg(0), dst = b_.arg(1);
      const std::vector<Val> index = split_index(b_, outer, row);
      for (size_t d = 0; d < index.size(); ++d) {
        src = b_.offset(src, index[d] * outer[d].strides[0]);
        dst = b_.offset(DType::i64, dst, index[d] * outer[d].strides[1]);
      }
      b_.loop(b_.col_begin(), b_.min(b_.col_end(), b_.i64(whole)), 1,
              [&](Val i) { block(src, dst, i * width, width); });
      if (rest == 0) return;
      b_.if_then(b_.less(b_.i64(whole), b_.col_end()), [&] { block(src, dst, b_.i64(whole * width), rest); });
    });
  }

 private:
  int active(int64_t elems, int v) const {
    return static_cast<int>(std::min<int64_t>(b_.lanes(), elems - v * b_.lanes()));
  }

  /// Results [l, l + elems).
  void block(Val src, Val dst, Val l, int64_t elems) {
    src = b_.offset(src, l);
    const int vectors = static_cast<int>(ceil_div(elems, b_.lanes()));
    // The index of the next plane, then value and index of each vector.
    std::vector<Val> state = {b_.i32(1)};
    for (int v = 0; v < vectors; ++v) {
      state.push_back(b_.load(src, v * b_.lanes(), active(elems, v)));
      state.push_back(b_.i32(0));
    }
    state = b_.loop(1, r_.extent, 1, state, [&](Val i, std::vector<Val> now) {
      Val plane = b_.offset(src, i * r_.src_stride);
      for (int v = 0; v < vectors; ++v) {
        Val value = b_.load(plane, v * b_.lanes(), active(elems, v));
        const Found found = fold_.next({now[1 + 2 * v], now[2 + 2 * v]}, value, now[0]);
        now[1 + 2 * v] = found.value;
        now[2 + 2 * v] = found.index;
      }
      now[0] = now[0] + b_.i32(1);
      return now;
    });
    const int64_t stride = r_.kept.back().strides[1];
    dst = b_.offset(DType::i64, dst, l * stride);
    for (int v = 0; v < vectors; ++v) {
      b_.store_strided(DType::i64, b_.convert(state[2 + 2 * v], DType::i32, DType::i64),
                       b_.offset(DType::i64, dst, v * b_.lanes() * stride), stride, active(elems, v));
    }
  }

  KernelBuilder& b_;
  const ArgReduction& r_;
  ArgFold fold_;
};

class ArgReduceLanes : public Impl {
 public:
  std::string name() const override { return "arg_reduce_lanes"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = arg_reduction_refusal(problem); !why.empty()) return Proposal::no(why);
    const ArgReduction r = make_arg_reduction(problem);
    if (r.kept.empty() || r.kept.back().strides[0] != 1) return Proposal::no("the innermost axis is not kept");
    Proposal proposal;
    proposal.demands[problem.anchor_input(0)] = reduction_demand(problem);
    proposal.output = Layout::row_major;
    proposal.output_demand = Demand::any;
    proposal.cost_ns = parallel_ns(arg_reduction_ns(problem), problem.target);
    proposal.variant = fmt::format("arg_reduce_lanes_{}_{}", problem.dtypes(), problem.target.isa.name);
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const ArgReduction r = make_arg_reduction(problem);
    const int64_t width = kBlockVectors * problem.target.isa.f32_lanes(), lanes = r.kept.back().extent;
    StepSpec step;
    step.kernel = {.name = fmt::format("arg_reduce_lanes_{}_{}", problem.dtypes(), problem.target.isa.name),
                   .key = r.key(),
                   .arg_count = 2,
                   .emit = [r](KernelBuilder& b) { LanesEmitter(b, r).emit(); }};
    step.args = {ValueArg{problem.anchor_input(0)}, ValueArg{problem.group.output}};
    step.rows = iterations(r.kept) / lanes;
    step.cols = ceil_div(lanes, width);
    step.cost_ns = arg_reduction_ns(problem);
    return {{std::move(step)}, {}};
  }
};

}  // namespace

const Impl& arg_reduce_lanes() {
  static const ArgReduceLanes impl;
  return impl;
}

}  // namespace convoy
