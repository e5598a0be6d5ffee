// Convolutions with few output channels; see few_outputs_kernel.h.
#include "impls/conv2d/few_outputs_kernel.h"
#include "impls/conv2d/list.h"

namespace convoy {

namespace {

class FewOutputsConv2d : public Impl {
 public:
  std::string name() const override { return "conv2d_few_outputs"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = conv_refusal(problem); !why.empty()) return Proposal::no(why);
    const ConvGeometry g = conv_geometry(problem);
    if (auto why = few_outputs_refusal(g, problem.target.isa); !why.empty()) return Proposal::no(why);
    Proposal proposal;
    // Up to four channels are read from planes as well as from pixels, and networks give their pictures as planes.
    proposal.output = g.oc <= 4 ? Layout::row_major : Layout::channels_last;
    proposal.output_demand = Demand::any;
    proposal.demands[problem.anchor_input(0)] = Demand::channels_last;
    proposal.packed_bytes = problem.constant_bytes(1);
    proposal.cost_ns = few_outputs_cost_ns(g, problem.target);
    proposal.variant = variant(problem, g);
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const ConvGeometry g = conv_geometry(problem);
    const FewOutputsKernel kernel{.geometry = g,
                                  .mr = few_outputs_mr(g, problem.target.isa),
                                  .output = {},
                                  .epilogue = Epilogue(problem, kDirectEpilogue),
                                  .name = variant(problem, g)};
    StepSpec step = few_outputs_step(kernel, problem.target);
    WeightSource source{.weights = *problem.graph().value(problem.anchor_input(1)).constant,
                        .o_stride = g.ic * g.h.taps * g.w.taps,
                        .i_stride = g.h.taps * g.w.taps,
                        .y_offsets = {},
                        .x_offsets = {}};
    for (int64_t y = 0; y < g.h.taps; ++y) source.y_offsets.push_back(y * g.w.taps);
    for (int64_t x = 0; x < g.w.taps; ++x) source.x_offsets.push_back(x);
    const ValueId bias = problem.anchor_input(2);
    step.args = {ValueArg{problem.anchor_input(0)}, pack_few_outputs_weights(g, problem.target.isa, std::move(source)),
                 bias == kAbsent ? Tensor(DType::f32, Shape{g.oc}) : *problem.graph().value(bias).constant,
                 ValueArg{problem.group.output}};
    step.args.insert(step.args.end(), kernel.epilogue.args().begin(), kernel.epilogue.args().end());
    return {{std::move(step)}, {}};
  }

 private:
  static std::string variant(const Problem& problem, const ConvGeometry& g) {
    const Isa& isa = problem.target.isa;
    return fmt::format("conv2d_few_outputs_{}_{}x{}_{}", problem.dtypes(), few_outputs_mr(g, isa), g.oc, isa.name);
  }
};

}  // namespace

const Impl& conv2d_few_outputs() {
  static const FewOutputsConv2d impl;
  return impl;
}

}  // namespace convoy
