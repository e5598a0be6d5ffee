// 1x1 convolution by Strassen's algorithm; see strassen_kernel.h.
#include "impls/conv2d/list.h"
#include "impls/conv2d/strassen_kernel.h"

namespace convoy {

namespace {

/// Values of the epilogue, which are those of a pixel of the whole tensor, or the same for all pixels.
enum class Operand { pixels, shared, other };

Operand operand_kind(const Shape& operand, const Shape& output) {
  if (operand == output) return Operand::pixels;
  for (int axis = 0; axis < operand.rank(); ++axis) {
    const bool channels = operand.rank() - axis == 3;
    if (!channels && operand[axis] != 1) return Operand::other;
  }
  return Operand::shared;
}

/// Demands of the input and of the epilogue's operands; a refusal where they are not met by any layout.
Proposal demands(const Problem& problem) {
  Proposal proposal;
  const ValueId src = problem.anchor_input(0);
  proposal.demands[src] = Demand::even_pixels;
  for (ValueId id : problem.group.inputs) {
    if (id == src || id == problem.anchor_input(1) || id == problem.anchor_input(2)) continue;
    const Operand kind = operand_kind(problem.type(id).shape, problem.type(problem.group.output).shape);
    const bool copied = kind == Operand::pixels && !problem.graph().is_constant(id);
    if (!copied && kind != Operand::shared) return Proposal::no("an operand is not even in all pixels");
    if (copied) proposal.demands[id] = Demand::even_pixels;
  }
  return proposal;
}

class StrassenConv2d : public Impl {
 public:
  std::string name() const override { return "conv2d_strassen"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = conv_refusal(problem); !why.empty()) return Proposal::no(why);
    const ConvGeometry g = conv_geometry(problem);
    if (auto why = strassen_refusal(g, problem.target); !why.empty()) return Proposal::no(why);
    const double error = strassen_error(g.ic);
    if (error > problem.target.max_error)
      return Proposal::no(fmt::format("rounding errors of {:.1e} of the largest result, more than --max-error", error));
    const StrassenConfig config = choose_strassen(g, problem.target);
    Proposal proposal = demands(problem);
    if (!proposal.accepted()) return proposal;
    proposal.output = Layout::channels_last;
    proposal.in_place = config.blocks(g) == 1;  // partial sums wait in the output
    proposal.output_demand = Demand::even_pixels;
    proposal.packed_bytes = 7 * g.ic * g.oc;
    proposal.cost_ns = strassen_cost_ns(g, config, problem.target);
    proposal.variant = variant(config, problem);
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const ConvGeometry g = conv_geometry(problem);
    const StrassenConfig config = choose_strassen(g, problem.target);
    const StrassenKernel kernel{g, config, Epilogue(problem, kStrassenEpilogue), variant(config, problem)};
    StepSpec step = strassen_step(kernel, problem.target);
    const Graph& graph = problem.graph();
    const ValueId bias = problem.anchor_input(2);
    step.args = {ValueArg{problem.anchor_input(0)},
                 pack_strassen_weights(g, config, problem.target.isa.f32_lanes(),
                                       *graph.value(problem.anchor_input(1)).constant),
                 bias == kAbsent ? Tensor(DType::f32, Shape{g.oc}) : *graph.value(bias).constant,
                 ValueArg{problem.group.output}};
    step.args.insert(step.args.end(), kernel.epilogue.args().begin(), kernel.epilogue.args().end());
    return {{std::move(step)}, {}};
  }

 private:
  static std::string variant(const StrassenConfig& config, const Problem& problem) {
    return fmt::format("conv2d_strassen_{}_{}x{}_{}", problem.dtypes(), config.tile.mr, config.tile.nb,
                       problem.target.isa.name);
  }
};

}  // namespace

const Impl& conv2d_strassen() {
  static const StrassenConv2d impl;
  return impl;
}

}  // namespace convoy
