// concat as one copy an input. The plan lets inputs be computed in place where it can; this is for the others.
#include "ops/concat.h"

#include "impls/copy/layout_like.h"
#include "impls/copy/list.h"
#include "impls/copy/memory_cost.h"
#include "impls/copy/strided_copy.h"
#include "impls/views.h"

namespace convoy {

namespace {

class ConcatCopy : public Impl {
 public:
  std::string name() const override { return "concat_copy"; }

  Proposal propose(const Problem& problem) const override {
    if (!problem.group.epilogue.empty()) return Proposal::no("has an epilogue");
    Proposal proposal;
    for (ValueId id : problem.anchor().inputs) {
      if (problem.type(id).shape.elems() > 0) proposal.output = layout_like(problem.view(id));
    }
    const TensorType output = problem.stored_type(problem.group.output);
    const TensorView dst = TensorView::contiguous(output, proposal.output);
    double cost_ns = 0;
    for (ValueId id : problem.anchor().inputs) {
      const TensorView& src = problem.view(id);
      cost_ns += strided_copy_cost_ns(src, {dst.dtype, src.shape, dst.strides}, problem.target);
    }
    proposal.cost_ns = parallel_ns(cost_ns, problem.target);
    proposal.variant = "copy";
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    Lowered lowered;
    const PlacedView whole{problem.view(problem.group.output), 0};
    for (size_t i = 0; i < problem.anchor().inputs.size(); ++i) {
      const ValueId id = problem.anchor().inputs[i];
      const PlacedView slice = concat_slice(problem.anchor(), problem.graph(), i, whole);
      for (StepSpec& step : copies(problem, id, slice)) {
        step.suffix = fmt::format(".{}", i);
        lowered.steps.push_back(std::move(step));
      }
    }
    return lowered;
  }

 private:
  static std::vector<StepSpec> copies(const Problem& problem, ValueId src, const PlacedView& dst) {
    return lower_strided_copy({{problem.view(src), 0}, dst, problem.arg(src), ValueArg{problem.group.output}},
                              problem.target);
  }
};

}  // namespace

const Impl& concat_copy() {
  static const ConcatCopy impl;
  return impl;
}

}  // namespace convoy
