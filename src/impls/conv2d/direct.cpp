// Direct convolution of NHWC tensors; see direct_kernel.h.
#include "impls/conv2d/direct_kernel.h"
#include "impls/conv2d/list.h"

namespace convoy {

namespace {

class DirectConv2d : public Impl {
 public:
  std::string name() const override { return "conv2d_direct"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = conv_refusal(problem); !why.empty()) return Proposal::no(why);
    const ConvGeometry g = conv_geometry(problem);
    const DirectConfig config = choose_direct(g, problem.target);
    Proposal proposal;
    proposal.output = Layout::channels_last;
    proposal.in_place = config.ic_blocks(g) == 1;  // partial sums wait in the output
    // With few channels, broadcasts from planes cost no more than from pixels: network inputs stay NCHW.
    const bool planes = g.ic * g.groups <= 4 && !g.src_bf16;
    proposal.demands[problem.anchor_input(0)] = planes ? Demand::any : Demand::channels_last;
    proposal.packed_bytes = problem.constant_bytes(1) / config.step_channels();
    proposal.cost_ns = direct_cost_ns(g, config, problem.target);
    proposal.variant = variant(problem, config);
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const ConvGeometry g = conv_geometry(problem);
    const DirectConfig config = choose_direct(g, problem.target);
    const int lanes = problem.target.isa.f32_lanes();
    DirectKernel kernel{g, config, 0, {}, Epilogue(problem, kDirectEpilogue), variant(problem, config)};
    StepSpec step = direct_step(kernel, problem.target);
    const Tensor& weights = *problem.graph().value(problem.anchor_input(1)).constant;
    const ValueId bias = problem.anchor_input(2);
    step.args = {ValueArg{problem.anchor_input(0)}, pack(g, config, lanes, weights),
                 pack_direct_bias(g, config, lanes, bias == kAbsent ? nullptr : &*problem.graph().value(bias).constant),
                 ValueArg{problem.group.output}};
    step.args.insert(step.args.end(), kernel.epilogue.args().begin(), kernel.epilogue.args().end());
    return {{std::move(step)}, {}};
  }

 private:
  static std::string variant(const Problem& problem, const DirectConfig& config) {
    return fmt::format("conv2d_direct_{}_{}x{}_{}", problem.dtypes(), config.tile.mr, config.tile.nb,
                       problem.target.isa.name);
  }

  static PackedArg pack(const ConvGeometry& g, const DirectConfig& config, int lanes, const Tensor& weights) {
    WeightSource source{.weights = weights, .i_stride = g.h.taps * g.w.taps, .y_offsets = {}, .x_offsets = {}};
    source.o_stride = g.ic * source.i_stride;
    source.group_stride = g.oc * source.o_stride;
    for (int64_t y = 0; y < g.h.taps; ++y) source.y_offsets.push_back(y * g.w.taps);
    for (int64_t x = 0; x < g.w.taps; ++x) source.x_offsets.push_back(x);
    return pack_direct_weights(g, config, lanes, std::move(source));
  }
};

}  // namespace

const Impl& conv2d_direct() {
  static const DirectConv2d impl;
  return impl;
}

}  // namespace convoy
