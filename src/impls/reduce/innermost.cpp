// Reductions of the innermost axis, alone or with others, such as the mean over the channels of an NHWC tensor or
// over the pixels of an NCHW tensor:
//
//   dst[k...] = epilogue(fold over r... and i of src[k..., r..., i])
//
// src: f32, any strides but 1 along i. dst: f32, any strides. No scratch memory.
//
// Task space: rows = the kept axes, one result each. Vectors run along i with several accumulators, whose lanes are
// folded at the end; axes that lie behind one another are one.
#include "impls/copy/memory_cost.h"
#include "impls/reduce/list.h"
#include "impls/reduce/reduction.h"
#include "impls/vectors_along.h"

namespace convoy {

namespace {

bool innermost_is_reduced(const Reduction& r) {
  return !r.reduced.empty() && r.reduced.back().strides[0] == 1;
}

class InnermostEmitter {
 public:
  InnermostEmitter(KernelBuilder& b, const Reduction& reduction, const Epilogue& epilogue)
      : b_(b), r_(reduction), epilogue_(epilogue) {}

  void emit() {
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val row) {
      std::vector<Val> index(r_.dst.size(), b_.i64(0));
      Val src = b_.arg(0);
      const std::vector<Val> kept = split_index(b_, r_.kept, row);
      for (size_t d = 0; d < kept.size(); ++d) {
        index[r_.kept[d].axis] = kept[d];
        src = b_.offset(src, kept[d] * r_.kept[d].strides[0]);
      }
      Val folded = fold_lanes(b_, fold_elements(src), [&](Val x, Val y) { return fold(b_, r_.kind, x, y); });
      store(index, reduction_result(b_, r_, folded));
    });
  }

 private:
  Val fold_elements(Val src) {
    const std::vector<LoopDim> outer(r_.reduced.begin(), r_.reduced.end() - 1);
    auto add = [&](Val x, Val y) { return fold(b_, r_.kind, x, y); };
    auto line = [&](Val from, const std::vector<Val>& carried) {
      Val sum = fold_vectors(
          b_, r_.reduced.back().extent, reduction_start(b_, r_.kind),
          [&](Val so_far, Val elem, int active) {
            Val value = b_.load(b_.offset(from, elem), 0, active);
            return add(so_far, first_lanes_of(b_, value, reduction_start(b_, r_.kind), active));
          },
          add);
      return std::vector<Val>{add(carried[0], sum)};
    };
    return reduction_loops(b_, outer, src, {reduction_start(b_, r_.kind)}, line)[0];
  }

  /// The first lane is the result.
  void store(const std::vector<Val>& index, Val result) {
    const std::vector<int64_t> here(index.size(), 0);
    result = epilogue_.apply(b_, result, epilogue_.at(b_, index), here, static_cast<int>(index.size()) - 1, 1);
    b_.store_scalar(b_.extract(result, 0), element_address(b_, b_.arg(1), r_.dst, index));
  }

  KernelBuilder& b_;
  const Reduction& r_;
  const Epilogue& epilogue_;
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
    proposal.variant = "reduce_innermost_f32_" + problem.target.isa.name;
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const Reduction reduction = make_reduction(problem);
    const Epilogue epilogue(problem, 2);
    StepSpec step;
    step.kernel = {
        .name = "reduce_innermost_f32_" + problem.target.isa.name,
        .key = reduction.key() + epilogue.key(),
        .arg_count = 2 + static_cast<int>(epilogue.args().size()),
        .emit = [reduction, epilogue](KernelBuilder& b) { InnermostEmitter(b, reduction, epilogue).emit(); }};
    step.args = {ValueArg{problem.anchor_input(0)}, ValueArg{problem.group.output}};
    step.args.insert(step.args.end(), epilogue.args().begin(), epilogue.args().end());
    step.rows = iterations(reduction.kept);
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
