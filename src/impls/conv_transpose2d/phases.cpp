#include "impls/conv_transpose2d/phases.h"

#include <algorithm>
#include <numeric>

#include "support/int_math.h"

namespace convoy {

namespace {

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

const ConvTranspose2d& op_of(const Problem& problem) {
  return *op_cast<ConvTranspose2d>(*problem.anchor().op);
}

TensorView view_or_fresh(const Problem& problem, ValueId id) {
  auto view = problem.views.find(id);
  return view != problem.views.end() ? view->second : TensorView::contiguous(problem.type(id), Layout::channels_last);
}

/// Each phase is a kernel of its own. Networks that segment images at a 32nd of their size have 1024.
constexpr int64_t kMaxPhases = 1024;

}  // namespace

std::string phases_refusal(const Problem& problem) {
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
          .geometry = {},
          .py = py,
          .px = px,
          .dst_offset = py * dst_strides[2] + px * dst_strides[3],
          .output = {.h_stride = window.strides[0], .h_offset = py, .w_stride = window.strides[1], .w_offset = px}};
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
      phases.push_back(std::move(phase));
    }
  }
  return phases;
}

WeightSource phase_weights(const Problem& problem, const Phase& phase) {
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

}  // namespace convoy
