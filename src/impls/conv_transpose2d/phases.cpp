// Transposed convolution as one direct convolution per sub-pixel phase.
//
// With stride s, the output rows o = s*q + p of phase p read only the taps k for which p + pad - k*dilation is
// a multiple of s, at input row i = q + (p + pad - k*dilation) / s: a convolution of stride 1 whose window is
// those taps, and whose output pixels lie s apart. No multiplication by inserted zeros takes place.
#include <numeric>

#include "impls/conv2d/direct_kernel.h"
#include "impls/conv2d/list.h"
#include "impls/conv_transpose2d/list.h"
#include "ops/conv_transpose2d.h"

namespace convoy {

namespace {

/// One axis of one phase: its window, and which taps of the kernel the window's taps are.
struct PhaseAxis {
  WindowAxis window;
  std::vector<int64_t> taps;  ///< ascending by input index
};

PhaseAxis phase_axis(int64_t phase, int64_t out, int64_t in, int64_t kernel, int64_t stride, int64_t pad,
                     int64_t dilation) {
  PhaseAxis axis;
  for (int64_t k = kernel - 1; k >= 0; --k) {  // larger taps read earlier input
    if ((phase + pad - k * dilation) % stride == 0) axis.taps.push_back(k);
  }
  axis.window = {.out = (out - phase + stride - 1) / stride, .in = in,
                 .taps = static_cast<int64_t>(axis.taps.size()), .stride = 1, .base = 0,
                 .step = dilation / std::gcd(dilation, stride)};
  if (!axis.taps.empty()) axis.window.base = (phase + pad - axis.taps.front() * dilation) / stride;
  return axis;
}

struct Phase {
  PhaseAxis h, w;
  DirectConfig config;
  ConvGeometry geometry;
  int64_t py = 0, px = 0;
};

const ConvTranspose2d& op_of(const Problem& problem) { return *op_cast<ConvTranspose2d>(*problem.anchor().op); }

TensorView view_or_fresh(const Problem& problem, ValueId id) {
  auto view = problem.views.find(id);
  return view != problem.views.end() ? view->second : TensorView::contiguous(problem.type(id), Layout::channels_last);
}

std::vector<Phase> make_phases(const Problem& problem) {
  const ConvTranspose2d& op = op_of(problem);
  const Window2d& window = op.window;
  const Shape& src = problem.type(problem.anchor_input(0)).shape;
  const Shape& weights = problem.type(problem.anchor_input(1)).shape;
  const Shape& dst = problem.type(problem.group.output).shape;
  const std::vector<int64_t> dst_strides = view_or_fresh(problem, problem.group.output).strides;
  std::vector<Phase> phases;
  for (int64_t py = 0; py < std::min(window.strides[0], dst[2]); ++py) {
    for (int64_t px = 0; px < std::min(window.strides[1], dst[3]); ++px) {
      Phase phase{.h = phase_axis(py, dst[2], src[2], weights[2], window.strides[0], window.pads[0], window.dilations[0]),
                  .w = phase_axis(px, dst[3], src[3], weights[3], window.strides[1], window.pads[1], window.dilations[1]),
                  .py = py, .px = px};
      phase.geometry = {.batch = src[0], .groups = op.group, .ic = src[1] / op.group, .oc = weights[1],
                        .h = phase.h.window, .w = phase.w.window,
                        .src = view_or_fresh(problem, problem.anchor_input(0)).strides, .dst = dst_strides};
      phase.geometry.dst[2] *= window.strides[0];
      phase.geometry.dst[3] *= window.strides[1];
      phase.config = choose_direct(phase.geometry, problem.target);
      phases.push_back(std::move(phase));
    }
  }
  return phases;
}

class PhasesConvTranspose2d : public Impl {
 public:
  std::string name() const override { return "conv_transpose2d_phases"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = conv_refusal(problem); !why.empty()) return Proposal::no(why);
    Proposal proposal;
    proposal.output = Layout::channels_last;
    proposal.demands[problem.anchor_input(0)] = Demand::channels_last;
    const std::vector<Phase> phases = make_phases(problem);
    for (const Phase& phase : phases) proposal.cost_ns += direct_cost_ns(phase.geometry, phase.config, problem.target);
    proposal.variant = variant(phases.front(), problem.target);
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    Lowered lowered;
    const std::vector<Phase> phases = make_phases(problem);
    for (const Phase& phase : phases) {
      lowered.steps.push_back(lower_phase(problem, phase));
      if (phases.size() > 1) lowered.steps.back().suffix = fmt::format(".{}{}", phase.py, phase.px);
    }
    return lowered;
  }

 private:
  static std::string variant(const Phase& phase, const Target& target) {
    return fmt::format("conv_transpose2d_phases_f32_{}x{}_{}", phase.config.tile.mr, phase.config.tile.nb,
                       target.isa.name);
  }

  static StepSpec lower_phase(const Problem& problem, const Phase& phase) {
    const ConvTranspose2d& op = op_of(problem);
    const std::vector<int64_t> whole = problem.view(problem.group.output).strides;
    DirectKernel kernel{.geometry = phase.geometry, .config = phase.config,
                        .dst_offset = phase.py * whole[2] + phase.px * whole[3],
                        .epilogue = Epilogue(problem, kDirectEpilogue), .name = variant(phase, problem.target)};
    kernel.output.h_stride = op.window.strides[0];
    kernel.output.w_stride = op.window.strides[1];
    kernel.output.h_offset = phase.py;
    kernel.output.w_offset = phase.px;
    StepSpec step = direct_step(kernel, problem.target);
    const ValueId bias = problem.anchor_input(2);
    const int lanes = problem.target.isa.f32_lanes();
    step.args = {ValueArg{problem.anchor_input(0)}, pack(problem, phase, lanes),
                 pack_direct_bias(phase.geometry, phase.config, lanes,
                                  bias == kAbsent ? nullptr : &*problem.graph().value(bias).constant),
                 ValueArg{problem.group.output}};
    step.args.insert(step.args.end(), kernel.epilogue.args().begin(), kernel.epilogue.args().end());
    return step;
  }

  /// The model's weights: I, O/group, KH, KW.
  static PackedArg pack(const Problem& problem, const Phase& phase, int lanes) {
    const Tensor& weights = *problem.graph().value(problem.anchor_input(1)).constant;
    const ConvGeometry& g = phase.geometry;
    const int64_t kh = weights.shape()[2], kw = weights.shape()[3];
    WeightSource source{.weights = weights, .group_stride = g.ic * g.oc * kh * kw, .o_stride = kh * kw,
                        .i_stride = g.oc * kh * kw, .y_offsets = {}, .x_offsets = {}};
    for (int64_t tap : phase.h.taps) source.y_offsets.push_back(tap * kw);
    for (int64_t tap : phase.w.taps) source.x_offsets.push_back(tap);
    return pack_direct_weights(g, phase.config, lanes, std::move(source));
  }
};

}  // namespace

const ImplList& conv_transpose2d_impls() {
  static const PhasesConvTranspose2d phases;
  static const ImplList list = {&phases};
  return list;
}

}  // namespace convoy
