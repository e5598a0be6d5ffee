// Reductions of the innermost axis, alone or with others, such as the mean over the channels of an NHWC tensor or
// over the pixels of an NCHW tensor:
//
//   dst[k...] = epilogue(fold over r... and i of src[k..., r..., i])
//
// src: f32, or i8, u8, i32, which are folded as i32; any strides but 1 along i. dst: any strides; of integers any type
// that the epilogue makes, otherwise f32. No scratch memory.
//
// Many results of few elements are computed in tiles (pixel_tiles.h). Otherwise vectors run along i with several
// accumulators, whose lanes are folded at the end; axes that lie behind one another are one.
//
// Task space: rows = the kept axes, one result each; with tiles, columns = vectors of results along the line, the
// innermost of the kept axes, and rows = the others.
#include <algorithm>

#include "impls/accumulate.h"
#include "impls/copy/memory_cost.h"
#include "impls/pixel_tiles.h"
#include "impls/reduce/list.h"
#include "impls/reduce/reduction.h"
#include "impls/vectors_along.h"
#include "support/int_math.h"

namespace convoy {

namespace {

bool innermost_is_reduced(const Reduction& r) {
  return !r.reduced.empty() && r.reduced.back().strides[0] == 1;
}

struct InnermostKernel {
  Reduction reduction;  ///< kept: without `line`
  LoopDim line;         ///< of results that are computed in tiles; of extent 1 when there are none
  Epilogue epilogue;

  bool has_tiles() const { return line.extent > 1; }
  int64_t cols(int lanes) const { return ceil_div(line.extent, lanes); }
};

InnermostKernel make_kernel(const Problem& problem) {
  InnermostKernel k{.reduction = make_reduction(problem), .epilogue = Epilogue(problem, 2)};
  auto& kept = k.reduction.kept;
  const auto line = std::ranges::min_element(kept, {}, [](const LoopDim& dim) { return dim.strides[0]; });
  const bool one_line = k.reduction.reduced.size() == 1 && line != kept.end();
  // Tiles are transposed as f32.
  if (one_line && !k.reduction.integers() &&
      tiles_pay(k.reduction.count, line->extent, problem.target.isa.f32_lanes())) {
    k.line = *line;
    kept.erase(line);
  }
  return k;
}

class InnermostEmitter {
 public:
  InnermostEmitter(KernelBuilder& b, const InnermostKernel& kernel) : b_(b), k_(kernel), r_(kernel.reduction) {}

  void emit() {
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val row) {
      const auto [index, src] = row_start(b_, r_.kept, row, r_.dst.size(), reduction_src_address(b_, r_));
      k_.has_tiles() ? tiles(index, src) : along_axis(index, src);
    });
  }

 private:
  Val add(Val so_far, Val value) { return fold(b_, r_, so_far, reduction_term(b_, r_.kind, value)); }

  // One result.

  void along_axis(const std::vector<Val>& index, Val src) {
    Val folded = fold_lanes(b_, fold_elements(src), [&](Val x, Val y) { return fold(b_, r_, x, y); });
    store(index, reduction_result(b_, r_, folded), static_cast<int>(index.size()) - 1, 1);
  }

  Val fold_elements(Val src) {
    const std::vector<LoopDim> outer(r_.reduced.begin(), r_.reduced.end() - 1);
    auto fold_two = [&](Val x, Val y) { return fold(b_, r_, x, y); };
    auto line = [&](Val from, const std::vector<Val>& carried) {
      Val sum = fold_vectors(
          b_, r_.reduced.back().extent, reduction_start(b_, r_),
          [&](Val so_far, Val elem, int active) {
            Val value = load_widened(b_, r_.src_dtype, b_.offset(from, elem), 0, active);
            return add(so_far, first_lanes_of(b_, value, reduction_start(b_, r_), active));
          },
          fold_two);
      return std::vector<Val>{fold_two(carried[0], sum)};
    };
    return reduction_loops(b_, outer, src, {reduction_start(b_, r_)}, line)[0];
  }

  // Vectors of results.

  void tiles(std::vector<Val> index, Val src) {
    for_each_tile_column(b_, k_.line.extent, [&](Val first, int count) {
      index[k_.line.axis] = first;
      Val folded = fold_tiles(b_.offset(src, first * k_.line.strides[0]), count);
      store(index, reduction_result(b_, r_, folded), k_.line.axis, count);
    });
  }

  Val fold_tiles(Val src, int count) {
    const int64_t lanes = b_.lanes(), whole = r_.count / lanes * lanes;
    auto add_tile = [&](Val so_far, Val from, int64_t elems) {
      std::vector<Val> terms = load_tile(b_, from, k_.line.strides[0], count, static_cast<int>(elems));
      for (Val& term : terms) term = reduction_term(b_, r_.kind, term);
      return fold(b_, r_, so_far, fold_all(b_, r_, std::move(terms)));
    };
    Val sum = b_.loop(0, whole, lanes, {reduction_start(b_, r_)}, [&](Val i, const std::vector<Val>& carried) {
      return std::vector<Val>{add_tile(carried[0], b_.offset(src, i), lanes)};
    })[0];
    return whole < r_.count ? add_tile(sum, b_.offset(src, whole), r_.count - whole) : sum;
  }

  /// The first `count` lanes are results along `axis`, from `index` on.
  void store(const std::vector<Val>& index, Val results, int axis, int count) {
    const std::vector<int64_t> here(index.size(), 0);
    results = k_.epilogue.apply(b_, results, k_.epilogue.at(b_, index), here, axis, count);
    Val dst = element_address(b_, r_.dst_dtype, b_.arg(1), r_.dst, index);
    b_.store_strided(r_.dst_dtype, results, dst, count == 1 ? 0 : r_.dst[axis], count);
  }

  KernelBuilder& b_;
  const InnermostKernel& k_;
  const Reduction& r_;
};

class ReduceInnermost : public Impl {
 public:
  std::string name() const override { return "reduce_innermost"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = reduction_refusal(problem); !why.empty()) return Proposal::no(why);
    if (!innermost_is_reduced(make_reduction(problem))) return Proposal::no("the innermost axis is not reduced");
    Proposal proposal;
    proposal.demands[problem.anchor_input(0)] = reduction_demand(problem);
    proposal.output = reduction_layout(problem);
    proposal.output_demand = Demand::any;
    proposal.cost_ns = parallel_ns(reduction_ns(problem), problem.target);
    proposal.variant = fmt::format("reduce_innermost_{}_{}", reduction_dtypes(problem), problem.target.isa.name);
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const InnermostKernel k = make_kernel(problem);
    StepSpec step;
    step.kernel = {.name = fmt::format("reduce_innermost_{}_{}", reduction_dtypes(problem), problem.target.isa.name),
                   .key = k.reduction.key() + loop_key({k.line}) + k.epilogue.key(),
                   .arg_count = 2 + static_cast<int>(k.epilogue.args().size()),
                   .emit = [k](KernelBuilder& b) { InnermostEmitter(b, k).emit(); }};
    step.args = {ValueArg{problem.anchor_input(0)}, ValueArg{problem.group.output}};
    step.args.insert(step.args.end(), k.epilogue.args().begin(), k.epilogue.args().end());
    step.rows = iterations(k.reduction.kept);
    step.cols = k.cols(problem.target.isa.f32_lanes());
    step.cost_ns = reduction_ns(problem);
    return {{std::move(step)}, {}};
  }
};

}  // namespace

const Impl& reduce_innermost() {
  static const ReduceInnermost impl;
  return impl;
}

}  // namespace convoy
