// Transposed convolution as one direct convolution per sub-pixel phase.
//
// With stride s, the output rows o = s*q + p of phase p read only the taps k for which p + pad - k*dilation is
// a multiple of s, at input row i = q + (p + pad - k*dilation) / s: a convolution of stride 1 whose window is
// those taps, and whose output pixels lie s apart. No multiplication by inserted zeros takes place.
#include <algorithm>
#include <numeric>

#include "impls/conv2d/few_outputs_kernel.h"
#include "impls/conv2d/list.h"
#include "impls/conv_transpose2d/list.h"
#include "ops/conv_transpose2d.h"
#include "support/int_math.h"

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
  axis.window = {.out = ceil_div(out - phase, stride),
                 .in = in,
                 .taps = static_cast<int64_t>(axis.taps.size()),
                 .stride = 1,
                 .base = 0,
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

const ConvTranspose2d& op_of(const Problem& problem) {
  return *op_cast<ConvTranspose2d>(*problem.anchor().op);
}

TensorView view_or_fresh(const Problem& problem, ValueId id) {
  auto view = problem.views.find(id);
  return view != problem.views.end() ? view->second : TensorView::contiguous(problem.type(id), Layout::channels_last);
}

/// Each phase is a kernel of its own. Networks that segment images at a 32nd of their size have 1024.
constexpr int64_t kMaxPhases = 1024;

std::string refusal(const Problem& problem) {
  if (auto why = conv_refusal(problem); !why.empty()) return why;
  const std::vector<int64_t>& strides = op_of(problem).window.strides;
  const Shape& dst = problem.type(problem.group.output).shape;
  const int64_t phases = std::min(strides[0], dst[2]) * std::min(strides[1], dst[3]);
  return phases > kMaxPhases ? "the stride is very large" : "";
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
      Phase phase{
          .h = phase_axis(py, dst[2], src[2], weights[2], window.strides[0], window.pads[0], window.dilations[0]),
          .w = phase_axis(px, dst[3], src[3], weights[3], window.strides[1], window.pads[1], window.dilations[1]),
          .py = py,
          .px = px};
      phase.geometry = {.batch = src[0],
                        .groups = op.group,
                        .ic = src[1] / op.group,
                        .oc = weights[1],
                        .h = phase.h.window,
                        .w = phase.w.window,
                        .src = view_or_fresh(problem, problem.anchor_input(0)).strides,
                        .dst = dst_strides,
                        .src_bf16 = problem.is_bf16(problem.anchor_input(0)),
                        .dst_bf16 = problem.is_bf16(problem.group.output)};
      phase.geometry.dst[2] *= window.strides[0];
      phase.geometry.dst[3] *= window.strides[1];
      phase.config = choose_direct(phase.geometry, problem.target);
      phases.push_back(std::move(phase));
    }
  }
  return phases;
}

/// Where a phase's pixels lie in the group's output.
OutputIndex output_of(const Problem& problem, const Phase& phase) {
  const Window2d& window = op_of(problem).window;
  return {.h_stride = window.strides[0], .h_offset = phase.py, .w_stride = window.strides[1], .w_offset = phase.px};
}

int64_t dst_offset(const Problem& problem, const Phase& phase) {
  const std::vector<int64_t>& strides = problem.view(problem.group.output).strides;
  return phase.py * strides[2] + phase.px * strides[3];
}

/// The phase's part of the model's weights: I, O/group, KH, KW.
WeightSource weights_of(const Problem& problem, const Phase& phase) {
  const Tensor& weights = *problem.graph().value(problem.anchor_input(1)).constant;
  const ConvGeometry& g = phase.geometry;
  const int64_t kh = weights.shape()[2], kw = weights.shape()[3];
  WeightSource source{.weights = weights,
                      .group_stride = g.ic * g.oc * kh * kw,
                      .o_stride = kh * kw,
                      .i_stride = g.oc * kh * kw,
                      .y_offsets = {},
                      .x_offsets = {}};
  for (int64_t tap : phase.h.taps) source.y_offsets.push_back(tap * kw);
  for (int64_t tap : phase.w.taps) source.x_offsets.push_back(tap);
  return source;
}

const Tensor* bias_of(const Problem& problem) {
  const ValueId bias = problem.anchor_input(2);
  return bias == kAbsent ? nullptr : &*problem.graph().value(bias).constant;
}

/// A step for each phase, named after it.
Lowered lower_phases(const Problem& problem, const std::function<StepSpec(const Phase&)>& lower) {
  Lowered lowered;
  const std::vector<Phase> phases = make_phases(problem);
  for (const Phase& phase : phases) {
    lowered.steps.push_back(lower(phase));
    lowered.steps.back().macs_share = 1.0 / static_cast<double>(phases.size());
    if (phases.size() > 1) lowered.steps.back().suffix = fmt::format(".{}{}", phase.py, phase.px);
  }
  return lowered;
}

class PhasesConvTranspose2d : public Impl {
 public:
  std::string name() const override { return "conv_transpose2d_phases"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = refusal(problem); !why.empty()) return Proposal::no(why);
    Proposal proposal;
    proposal.output = Layout::channels_last;
    proposal.demands[problem.anchor_input(0)] = Demand::channels_last;
    proposal.packed_bytes = problem.constant_bytes(1);
    const std::vector<Phase> phases = make_phases(problem);
    for (const Phase& phase : phases) proposal.cost_ns += direct_cost_ns(phase.geometry, phase.config, problem.target);
    proposal.variant = variant(problem, phases.front());
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    return lower_phases(problem, [&](const Phase& phase) {
      const int lanes = problem.target.isa.f32_lanes();
      const DirectKernel kernel{.geometry = phase.geometry,
                                .config = phase.config,
                                .dst_offset = dst_offset(problem, phase),
                                .output = output_of(problem, phase),
                                .epilogue = Epilogue(problem, kDirectEpilogue),
                                .name = variant(problem, phase)};
      StepSpec step = direct_step(kernel, problem.target);
      step.args = {ValueArg{problem.anchor_input(0)},
                   pack_direct_weights(phase.geometry, phase.config, lanes, weights_of(problem, phase)),
                   pack_direct_bias(phase.geometry, phase.config, lanes, bias_of(problem)),
                   ValueArg{problem.group.output}};
      step.args.insert(step.args.end(), kernel.epilogue.args().begin(), kernel.epilogue.args().end());
      return step;
    });
  }

 private:
  static std::string variant(const Problem& problem, const Phase& phase) {
    return fmt::format("conv_transpose2d_phases_{}_{}x{}_{}", problem.dtypes(), phase.config.tile.mr,
                       phase.config.tile.nb, problem.target.isa.name);
  }
};

/// The same phases, each by the kernel for few output channels.
class FewOutputsConvTranspose2d : public Impl {
 public:
  std::string name() const override { return "conv_transpose2d_few_outputs"; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = refusal(problem); !why.empty()) return Proposal::no(why);
    if (varies_along_width(problem)) return Proposal::no("the epilogue reads a value for every pixel");
    Proposal proposal;
    proposal.packed_bytes = problem.constant_bytes(1);
    const std::vector<Phase> phases = make_phases(problem);
    for (const Phase& phase : phases) {
      if (auto why = few_outputs_refusal(phase.geometry, problem.target.isa); !why.empty()) return Proposal::no(why);
      proposal.cost_ns += few_outputs_cost_ns(phase.geometry, problem.target);
    }
    proposal.output = phases.front().geometry.oc <= 4 ? Layout::row_major : Layout::channels_last;
    proposal.output_demand = Demand::any;
    proposal.demands[problem.anchor_input(0)] = Demand::channels_last;
    proposal.variant = variant(problem, phases.front());
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    return lower_phases(problem, [&](const Phase& phase) {
      const ConvGeometry& g = phase.geometry;
      const FewOutputsKernel kernel{.geometry = g,
                                    .mr = few_outputs_mr(g, problem.target.isa),
                                    .dst_offset = dst_offset(problem, phase),
                                    .output = output_of(problem, phase),
                                    .epilogue = Epilogue(problem, kDirectEpilogue),
                                    .name = variant(problem, phase)};
      StepSpec step = few_outputs_step(kernel, problem.target);
      const Tensor* bias = bias_of(problem);
      step.args = {ValueArg{problem.anchor_input(0)},
                   pack_few_outputs_weights(g, problem.target.isa, weights_of(problem, phase)),
                   bias ? *bias : Tensor(DType::f32, Shape{g.oc}), ValueArg{problem.group.output}};
      step.args.insert(step.args.end(), kernel.epilogue.args().begin(), kernel.epilogue.args().end());
      return step;
    });
  }

 private:
  /// The pixels of a vector are not neighbours in the output, which an epilogue's operands could not follow.
  static bool varies_along_width(const Problem& problem) {
    const std::vector<ValueId>& own = problem.anchor().inputs;
    return std::ranges::any_of(problem.group.inputs, [&](ValueId id) {
      const Shape& shape = problem.type(id).shape;
      return std::ranges::find(own, id) == own.end() && shape.rank() > 0 && shape[shape.rank() - 1] > 1;
    });
  }

  static std::string variant(const Problem& problem, const Phase& phase) {
    const Isa& isa = problem.target.isa;
    return fmt::format("conv_transpose2d_few_outputs_{}_{}x{}_{}", problem.dtypes(),
                       few_outputs_mr(phase.geometry, isa), phase.geometry.oc, isa.name);
  }
};

}  // namespace

const ImplList& conv_transpose2d_impls() {
  static const FewOutputsConvTranspose2d few_outputs;
  static const PhasesConvTranspose2d phases;
  static const ImplList list = {&few_outputs, &phases};
  return list;
}

}  // namespace convoy
