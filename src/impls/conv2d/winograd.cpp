// Winograd convolutions of every tile size; see winograd_kernel.h.
#include <algorithm>

#include "impls/conv2d/list.h"
#include "impls/conv2d/winograd_kernel.h"

namespace convoy {

namespace {

/// Inputs a side: the transforms of more would not fit into registers, and their rounding errors grow.
constexpr int kMaxTile = 8;

class WinogradConv2d : public Impl {
 public:
  explicit WinogradConv2d(int m) : m_(m) {}

  std::string name() const override { return fmt::format("conv2d_winograd{}x{}", m_, m_); }

  Proposal propose(const Problem& problem) const override {
    if (auto why = refusal(problem); !why.empty()) return Proposal::no(why);
    const ConvGeometry g = conv_geometry(problem);
    Proposal proposal;
    proposal.output = Layout::channels_last;
    proposal.demands[problem.anchor_input(0)] = Demand::channels_last;
    proposal.cost_ns = winograd_cost_ns(g, choose_winograd(g, m_, problem.target), problem.target);
    proposal.variant = variant(problem.target);
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const ConvGeometry g = conv_geometry(problem);
    const int lanes = problem.target.isa.f32_lanes();
    WinogradKernel kernel{g, choose_winograd(g, m_, problem.target), Epilogue(problem, kWinogradEpilogue),
                          variant(problem.target)};
    StepSpec step = winograd_step(kernel, problem.target);
    const Tensor& weights = *problem.graph().value(problem.anchor_input(1)).constant;
    step.args = {ValueArg{problem.anchor_input(0)}, pack_winograd_weights(g, kernel.config, lanes, weights),
                 pack_bias(problem, g, lanes), ValueArg{problem.group.output}};
    step.args.insert(step.args.end(), kernel.epilogue.args().begin(), kernel.epilogue.args().end());
    return {{std::move(step)}, {}};
  }

 private:
  std::string variant(const Target& target) const {
    return fmt::format("conv2d_winograd{}x{}_f32_{}", m_, m_, target.isa.name);
  }

  std::string refusal(const Problem& problem) const {
    if (auto why = conv_refusal(problem); !why.empty()) return why;
    const ConvGeometry g = conv_geometry(problem);
    if (g.h.taps == 1 && g.w.taps == 1) return "the window is 1x1";
    if (std::max(g.h.taps, g.w.taps) + m_ - 1 > kMaxTile) return "the tile would have more than 8 inputs a side";
    if (g.h.stride != 1 || g.w.stride != 1) return "stride is not 1";
    if (g.h.step != 1 || g.w.step != 1) return "dilated";
    if (g.groups != 1) return "grouped";
    if (g.ic < 8 || g.oc < 8) return "too few channels to pay for the transforms";
    return "";
  }

  static Tensor pack_bias(const Problem& problem, const ConvGeometry& g, int lanes) {
    Tensor packed(DType::f32, Shape{(g.oc + lanes - 1) / lanes * lanes});
    const ValueId bias = problem.anchor_input(2);
    if (bias == kAbsent) return packed;
    std::copy_n(problem.graph().value(bias).constant->as<float>(), g.oc, packed.as<float>());
    return packed;
  }

  const int m_;
};

}  // namespace

const Impl& conv2d_winograd(int m) {
  static const WinogradConv2d impls[] = {WinogradConv2d(2), WinogradConv2d(3), WinogradConv2d(4), WinogradConv2d(5),
                                         WinogradConv2d(6)};
  return impls[m - 2];
}

}  // namespace convoy
