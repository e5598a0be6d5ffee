// Transposed convolutions by Winograd's algorithm, all phases at once (all_phases.h): a 4x4 window with stride 2 is a
// 2x2 one with four times the output channels, for which F(4x4, 2x2) takes 25 multiplications instead of 64.
#include "impls/conv2d/list.h"
#include "impls/conv2d/winograd_kernel.h"
#include "impls/conv_transpose2d/all_phases.h"
#include "impls/conv_transpose2d/list.h"

namespace convoy {

namespace {

class WinogradConvTranspose2d : public Impl {
 public:
  explicit WinogradConvTranspose2d(int m) : m_(m) {}

  std::string name() const override { return fmt::format("conv_transpose2d_winograd{0}x{0}", m_); }

  Proposal propose(const Problem& problem) const override {
    if (auto why = conv_refusal(problem); !why.empty()) return Proposal::no(why);
    if (auto why = all_phases_refusal(problem); !why.empty()) return Proposal::no(why);
    const AllPhases phases = all_phases(problem);
    const ConvGeometry& g = phases.geometry;
    if (auto why = winograd_tile_refusal(g, m_, false, problem.target); !why.empty()) return Proposal::no(why);
    const WinogradConfig config = choose_winograd(g, m_, problem.target);
    Proposal proposal;
    // Up to four channels are stored one by one into planes, which networks give their pictures as.
    const bool few = phases.sub_pixels.channels <= 4;
    proposal.output = few ? Layout::row_major : Layout::channels_last;
    if (few) proposal.output_demand = Demand::any;
    proposal.in_place = true;
    proposal.demands[problem.anchor_input(0)] = Demand::channels_last;
    proposal.packed_bytes = 4 * g.ic * g.oc * config.planes();
    proposal.cost_ns = winograd_cost_ns(g, config, problem.target, phases.sub_pixels);
    proposal.variant = variant(problem);
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const AllPhases phases = all_phases(problem);
    const ConvGeometry& g = phases.geometry;
    const WinogradSource source{.channels = g.ic, .h = g.h.in, .w = g.w.in, .strides = g.src};
    const WinogradKernel kernel{.geometry = g,
                                .sources = {source},
                                .config = choose_winograd(g, m_, problem.target),
                                .epilogue = Epilogue(problem, kWinogradSources + 1),
                                .name = variant(problem),
                                .sub_pixels = phases.sub_pixels};
    StepSpec step = winograd_step(kernel, problem.target);
    const ValueId bias = problem.anchor_input(2);
    const int lanes = problem.target.isa.f32_lanes();
    step.args = {pack(problem, phases, kernel.config),
                 all_phases_bias(phases, bias == kAbsent ? nullptr : &*problem.graph().value(bias).constant, lanes),
                 ValueArg{problem.group.output}, problem.arg(problem.anchor_input(0))};
    step.args.insert(step.args.end(), kernel.epilogue.args().begin(), kernel.epilogue.args().end());
    return {{std::move(step)}, {}};
  }

 private:
  static PackedArg pack(const Problem& problem, const AllPhases& phases, const WinogradConfig& config) {
    const Tensor weights = *problem.graph().value(problem.anchor_input(1)).constant;
    const int lanes = problem.target.isa.f32_lanes();
    const auto pack = [=](const Tensor& of) { return pack_winograd_weights(phases.geometry, config, lanes, of); };
    return {.bytes = pack(weights).bytes,
            .pack = [=] { return pack(all_phases_weights(phases, weights, lanes)).pack(); }};
  }

  std::string variant(const Problem& problem) const {
    return fmt::format("{}_{}_{}", name(), problem.dtypes(), problem.target.isa.name);
  }

  const int m_;
};

}  // namespace

const Impl& conv_transpose2d_winograd(int m) {
  static const WinogradConvTranspose2d impls[] = {WinogradConvTranspose2d(2), WinogradConvTranspose2d(3),
                                                  WinogradConvTranspose2d(4), WinogradConvTranspose2d(5),
                                                  WinogradConvTranspose2d(6)};
  return impls[m - 2];
}

}  // namespace convoy
