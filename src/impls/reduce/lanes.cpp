// Reductions that keep the innermost axis, such as the mean over the pixels of an NHWC tensor:
//
//   dst[k..., c] = epilogue(fold over r... of src[k..., r..., c])
//
// src: f32, or i8, u8, i32, which are folded as i32; any strides but 1 along c. dst: any strides; of integers any type
// that the epilogue makes, otherwise f32. No scratch memory.
//
// Task space: rows = the other kept axes, columns = blocks of vectors along c. A block's accumulators fill half of
// the registers: that hides the latency of additions, and neighbouring vectors are read together, which matters as
// the elements of one lane lie a whole pixel apart. Tensors with few channels accumulate several pixels apart
// instead and fold them at the end.
#include <algorithm>

#include "impls/accumulate.h"
#include "impls/copy/memory_cost.h"
#include "impls/reduce/list.h"
#include "impls/reduce/reduction.h"
#include "support/int_math.h"

namespace convoy {

namespace {

/// Index into Reduction::kept of the axis that src walks by 1; -1 when there is none.
int lane_dim(const Reduction& r) {
  for (size_t d = 0; d < r.kept.size(); ++d) {
    if (r.kept[d].strides[0] == 1) return static_cast<int>(d);
  }
  return -1;
}

struct LanesKernel {
  Reduction reduction;  ///< kept: without `lane`
  LoopDim lane;
  Epilogue epilogue;
  int block = 1;  ///< vectors per block

  int64_t blocks(int lanes) const { return (lane.extent + block * lanes - 1) / (block * lanes); }
};

/// Vectors per block: at most half of the registers, fewer when every thread would not get a block.
int block_vectors(int64_t extent, int64_t rows, const Target& target) {
  const int64_t vectors = ceil_div(extent, target.isa.f32_lanes());
  const int64_t share = rows >= target.threads ? vectors : ceil_div(vectors, target.threads);
  return static_cast<int>(std::min<int64_t>(share, target.isa.vector_registers / 2));
}

class LanesEmitter {
 public:
  LanesEmitter(KernelBuilder& b, const LanesKernel& kernel) : b_(b), k_(kernel), r_(kernel.reduction) {}

  void emit() {
    const int64_t width = k_.block * b_.lanes(), whole = k_.lane.extent / width, rest = k_.lane.extent % width;
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val row) {
      b_.loop(b_.col_begin(), b_.min(b_.col_end(), b_.i64(whole)), 1, [&](Val i) { block(row, i * width, width); });
      if (rest == 0) return;
      b_.if_then(b_.less(b_.i64(whole), b_.col_end()), [&] { block(row, b_.i64(whole * width), rest); });
    });
  }

 private:
  int active(int64_t elems, int v) const {
    return static_cast<int>(std::min<int64_t>(b_.lanes(), elems - v * b_.lanes()));
  }

  /// `elems` results from `lane` on.
  void block(Val row, Val lane, int64_t elems) {
    const int vectors = static_cast<int>(ceil_div(elems, b_.lanes()));
    auto [index, src] = row_start(b_, r_.kept, row, r_.dst.size(), b_.offset(reduction_src_address(b_, r_), lane));
    index[k_.lane.axis] = lane;
    store(index, elems, fold_elements(src, elems, vectors));
  }

  std::vector<Val> fold_elements(Val src, int64_t elems, int vectors) {
    std::vector<LoopDim> outer = r_.reduced;
    LoopDim inner{.extent = 1, .strides = {0}};
    if (!outer.empty()) {
      inner = outer.back();
      outer.pop_back();
    }
    const PixelLine line{inner.extent, inner.strides[0], elems, r_.src_dtype};
    const int unroll = accumulators_per_vector(b_, line);
    std::vector<Val> sums(unroll * vectors, reduction_start(b_, r_));
    sums = reduction_loops(b_, outer, src, sums, [&](Val from, std::vector<Val> carried) {
      return accumulate(b_, from, line, unroll, std::move(carried), [&](Val so_far, Val value, int) {
        return fold(b_, r_, so_far, reduction_term(b_, r_.kind, value));
      });
    });
    std::vector<Val> results;
    for (int v = 0; v < vectors; ++v) {
      std::vector<Val> parts;
      for (int u = 0; u < unroll; ++u) parts.push_back(sums[u * vectors + v]);
      results.push_back(fold_all(b_, r_, parts));
    }
    return results;
  }

  void store(const std::vector<Val>& index, int64_t elems, const std::vector<Val>& results) {
    Val dst = element_address(b_, r_.dst_dtype, b_.arg(1), r_.dst, index);
    const Epilogue::Cursor cursor = k_.epilogue.at(b_, index);
    std::vector<int64_t> offsets(index.size(), 0);
    const int64_t stride = k_.lane.strides[1];
    for (int v = 0; v < static_cast<int>(results.size()); ++v) {
      offsets[k_.lane.axis] = v * b_.lanes();
      Val value = reduction_result(b_, r_, results[v]);
      value = k_.epilogue.apply(b_, value, cursor, offsets, k_.lane.axis, active(elems, v));
      Val to = b_.offset(r_.dst_dtype, dst, v * b_.lanes() * stride);
      b_.store_strided(r_.dst_dtype, value, to, stride, active(elems, v));
    }
  }

  KernelBuilder& b_;
  const LanesKernel& k_;
  const Reduction& r_;
};

class ReduceLanes : public Impl {
 public:
  std::string name() const override { return "reduce_lanes"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = reduction_refusal(problem); !why.empty()) return Proposal::no(why);
    if (lane_dim(make_reduction(problem)) < 0) return Proposal::no("the innermost axis is not kept");
    Proposal proposal;
    proposal.demands[problem.anchor_input(0)] = reduction_demand(problem);
    proposal.output = reduction_layout(problem);
    proposal.output_demand = Demand::any;
    proposal.cost_ns = parallel_ns(reduction_ns(problem), problem.target);
    proposal.variant = fmt::format("reduce_lanes_{}_{}", reduction_dtypes(problem), problem.target.isa.name);
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    LanesKernel k{.reduction = make_reduction(problem), .epilogue = Epilogue(problem, 2)};
    const int dim = lane_dim(k.reduction);
    k.lane = k.reduction.kept[dim];
    k.reduction.kept.erase(k.reduction.kept.begin() + dim);
    StepSpec step;
    step.rows = iterations(k.reduction.kept);
    k.block = block_vectors(k.lane.extent, step.rows, problem.target);
    step.cols = k.blocks(problem.target.isa.f32_lanes());
    step.kernel = {.name = fmt::format("reduce_lanes_{}_{}", reduction_dtypes(problem), problem.target.isa.name),
                   .key = k.reduction.key() + loop_key({k.lane}) + fmt::format(" block{}", k.block) + k.epilogue.key(),
                   .arg_count = 2 + static_cast<int>(k.epilogue.args().size()),
                   .emit = [k](KernelBuilder& b) { LanesEmitter(b, k).emit(); }};
    step.args = {ValueArg{problem.anchor_input(0)}, ValueArg{problem.group.output}};
    step.args.insert(step.args.end(), k.epilogue.args().begin(), k.epilogue.args().end());
    step.cost_ns = reduction_ns(problem);
    return {{std::move(step)}, {}};
  }
};

}  // namespace

const Impl& reduce_lanes() {
  static const ReduceLanes impl;
  return impl;
}

}  // namespace convoy
