// argmax and argmin along an axis whose elements are contiguous:
//
//   dst[k...] = the i of the best src[k..., i]
//
// src: f32, stride 1 along i. dst: i64, any strides. No scratch memory.
//
// Many results of few elements are computed in tiles (pixel_tiles.h), each lane looking at one result's elements in
// order. Otherwise vectors run along i, and the best of the lanes' best is taken at the end.
//
// Task space: rows = the kept axes but the line, columns = vectors of results along the line.
#include "impls/arg_reduce/arg_fold.h"
#include "impls/arg_reduce/list.h"
#include "impls/copy/memory_cost.h"
#include "impls/pixel_tiles.h"
#include "impls/reduce/reduction.h"
#include "impls/vectors_along.h"
#include "support/int_math.h"

namespace convoy {

namespace {

/// Takes the line of results out of the kept axes: the innermost. Of extent 1 where tiles do not pay.
LoopDim take_line(ArgReduction& r, int lanes) {
  if (r.kept.empty() || !tiles_pay(r.extent, r.kept.back().extent, lanes)) return {.extent = 1, .strides = {0, 0}};
  LoopDim line = r.kept.back();
  r.kept.pop_back();
  return line;
}

class InnermostEmitter {
 public:
  InnermostEmitter(KernelBuilder& b, ArgReduction reduction)
      : b_(b), r_(std::move(reduction)), line_(take_line(r_, b.lanes())), fold_(b, r_.op) {}

  void emit() {
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val row) {
      Val src = b_.arg(0), dst = b_.arg(1);
      const std::vector<Val> index = split_index(b_, r_.kept, row);
      for (size_t d = 0; d < index.size(); ++d) {
        src = b_.offset(src, index[d] * r_.kept[d].strides[0]);
        dst = b_.offset(DType::i64, dst, index[d] * r_.kept[d].strides[1]);
      }
      line_.extent == 1 ? store(along_axis(src), dst, 1) : results(src, dst);
    });
  }

 private:
  void store(const Found& found, Val dst, int active) {
    b_.store_strided(DType::i64, b_.convert(found.index, DType::i32, DType::i64), dst, line_.strides[1], active);
  }

  // Vectors of results.

  void results(Val src, Val dst) {
    for_each_tile_column(b_, line_.extent, [&](Val first, int count) {
      store(tiles(b_.offset(src, first * line_.strides[0]), count),
            b_.offset(DType::i64, dst, first * line_.strides[1]), count);
    });
  }

  /// `count` results from src on.
  Found tiles(Val src, int count) {
    const int64_t lanes = b_.lanes(), whole = r_.extent / lanes * lanes;
    const auto rest = static_cast<int>(r_.extent - whole);
    // Value, index, and the index of the next elements.
    std::vector<Val> state = {b_.load_strided(src, line_.strides[0], count), b_.i32(0), b_.i32(0)};
    state = b_.loop(0, whole, lanes, state, [&](Val i, const std::vector<Val>& now) {
      return tile(now, b_.offset(src, i), count, static_cast<int>(lanes));
    });
    if (rest > 0) state = tile(state, b_.offset(src, whole), count, rest);
    return {state[0], state[1]};
  }

  /// `elems` elements of each of `count` results.
  std::vector<Val> tile(const std::vector<Val>& state, Val src, int count, int elems) {
    Found found{state[0], state[1]};
    Val index = state[2];
    for (Val value : load_tile(b_, src, line_.strides[0], count, elems)) {
      found = fold_.next(found, value, index);
      index = index + b_.i32(1);
    }
    return {found.value, found.index, index};
  }

  // One result.

  Found along_axis(Val src) {
    constexpr int kUnroll = 4;
    const int64_t lanes = b_.lanes(), group = kUnroll * lanes, grouped = r_.extent / group * group;
    const Found first{b_.load_splat(src), b_.i32(0)};
    std::vector<Val> state = {b_.lane_numbers()};
    for (int u = 0; u < kUnroll; ++u) state.insert(state.end(), {first.value, first.index});
    state = b_.loop(0, grouped, group, state, [&](Val i, std::vector<Val> now) {
      for (int u = 0; u < kUnroll; ++u) {
        const Found found = fold_.next({now[1 + 2 * u], now[2 + 2 * u]}, b_.load(b_.offset(src, i), u * lanes), now[0]);
        now[1 + 2 * u] = found.value;
        now[2 + 2 * u] = found.index;
        now[0] = now[0] + b_.i32(static_cast<int32_t>(lanes));
      }
      return now;
    });
    Found best{state[1], state[2]};
    for (int u = 1; u < kUnroll; ++u) best = fold_.better(best, {state[1 + 2 * u], state[2 + 2 * u]});
    for (int64_t i = grouped; i < r_.extent; i += lanes) {
      const int active = r_.extent - i < lanes ? static_cast<int>(r_.extent - i) : -1;
      Val value = first_lanes_of(b_, b_.load(src, i, active), first.value, active);
      Val index = b_.lane_numbers() + b_.i32(static_cast<int32_t>(i));
      best = fold_.better(best, {value, first_lanes_of(b_, index, first.index, active)});
    }
    return fold_.best_lane(best);
  }

  KernelBuilder& b_;
  ArgReduction r_;
  const LoopDim line_;
  ArgFold fold_;
};

class ArgReduceInnermost : public Impl {
 public:
  std::string name() const override { return "arg_reduce_innermost"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = arg_reduction_refusal(problem); !why.empty()) return Proposal::no(why);
    const ArgReduction r = make_arg_reduction(problem);
    if (r.src_stride != 1 && r.extent > 1) return Proposal::no("the axis is not innermost");
    Proposal proposal;
    proposal.demands[problem.anchor_input(0)] = reduction_demand(problem);
    proposal.output = Layout::row_major;
    proposal.output_demand = Demand::any;
    proposal.cost_ns = parallel_ns(arg_reduction_ns(problem), problem.target);
    proposal.variant = fmt::format("arg_reduce_innermost_{}_{}", problem.dtypes(), problem.target.isa.name);
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const int lanes = problem.target.isa.f32_lanes();
    const ArgReduction whole = make_arg_reduction(problem);
    ArgReduction outer = whole;
    const LoopDim line = take_line(outer, lanes);
    StepSpec step;
    step.kernel = {.name = fmt::format("arg_reduce_innermost_{}_{}", problem.dtypes(), problem.target.isa.name),
                   .key = whole.key(),
                   .arg_count = 2,
                   .emit = [whole](KernelBuilder& b) { InnermostEmitter(b, whole).emit(); }};
    step.args = {ValueArg{problem.anchor_input(0)}, ValueArg{problem.group.output}};
    step.rows = iterations(outer.kept);
    step.cols = ceil_div(line.extent, lanes);
    step.cost_ns = arg_reduction_ns(problem);
    return {{std::move(step)}, {}};
  }
};

}  // namespace

const Impl& arg_reduce_innermost() {
  static const ArgReduceInnermost impl;
  return impl;
}

}  // namespace convoy
