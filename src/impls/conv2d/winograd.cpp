// Winograd convolutions of every tile size; see winograd_kernel.h and winograd_lean.h.
#include <algorithm>

#include "impls/conv2d/list.h"
#include "impls/conv2d/winograd_error.h"
#include "impls/conv2d/winograd_kernel.h"
#include "impls/conv2d/winograd_lean.h"
#include "impls/prologue.h"
#include "support/int_math.h"

namespace convoy {

namespace {

/// Inputs a side: the transforms of more would not fit into registers, and their rounding errors grow.
constexpr int kMaxTile = 8;

std::string sources_refusal(const Problem& problem, const ConvGeometry& g, int m) {
  const std::vector<InputSegment> segments = input_segments(problem);
  const int lanes = problem.target.isa.f32_lanes();
  for (const InputSegment& segment : segments) {
    const bool last = &segment == &segments.back();
    if (!last && segment.channels % lanes != 0) return "a part of its input ends within a vector";
    const int64_t m_h = g.h.taps == 1 ? 1 : m, m_w = g.w.taps == 1 ? 1 : m;
    if (m_h % segment.up_h != 0 || m_w % segment.up_w != 0) return "tiles begin within enlarged pixels";
  }
  return "";
}

std::string winograd_refusal(const Problem& problem, int m, bool plain_weights) {
  if (auto why = conv_refusal(problem); !why.empty()) return why;
  const ConvGeometry g = conv_geometry(problem);
  if (g.h.taps == 1 && g.w.taps == 1) return "the window is 1x1";
  if (std::max(g.h.taps, g.w.taps) + m - 1 > kMaxTile) return "the tile would have more than 8 inputs a side";
  if (g.h.stride != 1 || g.w.stride != 1) return "stride is not 1";
  if (g.h.step != 1 || g.w.step != 1) return "dilated";
  if (g.groups != 1) return "grouped";
  if (g.ic < 8 || g.oc < 8) return "too few channels to pay for the transforms";
  if (auto why = sources_refusal(problem, g, m); !why.empty()) return why;
  const double error = winograd_error(winograd_axis(g.h, m), winograd_axis(g.w, m), plain_weights);
  if (error > problem.target.max_error)
    return fmt::format("rounding errors of {:.1e} of the largest result, more than --max-error", error);
  return "";
}

/// What the kernels read, and where it is; views that are not known yet are as demanded.
std::vector<WinogradSource> winograd_sources(const Problem& problem) {
  std::vector<WinogradSource> sources;
  for (const InputSegment& segment : input_segments(problem)) {
    const TensorType& type = problem.type(segment.value);
    const auto view = problem.views.find(segment.value);
    sources.push_back({segment.channels, segment.up_h, segment.up_w, type.shape[2], type.shape[3],
                       view != problem.views.end() ? view->second.strides
                                                   : TensorView::contiguous(type, Layout::channels_last).strides});
  }
  return sources;
}

std::vector<StepArg> source_args(const Problem& problem) {
  std::vector<StepArg> args;
  for (const InputSegment& segment : input_segments(problem)) args.push_back(problem.arg(segment.value));
  return args;
}

/// Padded to whole vectors; zero when the convolution has none.
Tensor pack_bias(const Problem& problem, const ConvGeometry& g) {
  const int lanes = problem.target.isa.f32_lanes();
  Tensor packed(DType::f32, Shape{round_up(g.oc, lanes)});
  const ValueId bias = problem.anchor_input(2);
  if (bias == kAbsent) return packed;
  std::copy_n(problem.graph().value(bias).constant->as<float>(), g.oc, packed.as<float>());
  return packed;
}

const Tensor& weights_of(const Problem& problem) {
  return *problem.graph().value(problem.anchor_input(1)).constant;
}

Proposal winograd_proposal(const Problem& problem, std::string variant) {
  Proposal proposal;
  proposal.output = Layout::channels_last;
  proposal.in_place = true;
  for (const InputSegment& segment : input_segments(problem)) proposal.demands[segment.value] = Demand::channels_last;
  proposal.variant = std::move(variant);
  return proposal;
}

class WinogradConv2d : public Impl {
 public:
  explicit WinogradConv2d(int m) : m_(m) {}

  std::string name() const override { return fmt::format("conv2d_winograd{0}x{0}", m_); }
  bool takes_prologue() const override { return true; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = winograd_refusal(problem, m_, false); !why.empty()) return Proposal::no(why);
    const ConvGeometry g = conv_geometry(problem);
    const WinogradConfig config = choose_winograd(g, m_, problem.target);
    Proposal proposal = winograd_proposal(problem, variant(problem.target));
    proposal.packed_bytes = problem.constant_bytes(1) / (g.h.taps * g.w.taps) * config.planes();
    proposal.cost_ns = winograd_cost_ns(g, config, problem.target);
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const ConvGeometry g = conv_geometry(problem);
    const std::vector<StepArg> sources = source_args(problem);
    const int first_operand = kWinogradSources + static_cast<int>(sources.size());
    WinogradKernel kernel{g, winograd_sources(problem), choose_winograd(g, m_, problem.target),
                          Epilogue(problem, first_operand), variant(problem.target)};
    StepSpec step = winograd_step(kernel, problem.target);
    const int lanes = problem.target.isa.f32_lanes();
    step.args = {pack_winograd_weights(g, kernel.config, lanes, weights_of(problem)), pack_bias(problem, g),
                 ValueArg{problem.group.output}};
    step.args.insert(step.args.end(), sources.begin(), sources.end());
    step.args.insert(step.args.end(), kernel.epilogue.args().begin(), kernel.epilogue.args().end());
    return {{std::move(step)}, {}};
  }

 private:
  std::string variant(const Target& target) const { return fmt::format("{}_f32_{}", name(), target.isa.name); }

  const int m_;
};

class LeanWinogradConv2d : public Impl {
 public:
  explicit LeanWinogradConv2d(int m) : m_(m) {}

  std::string name() const override { return fmt::format("conv2d_winograd{0}x{0}_lean", m_); }
  bool takes_prologue() const override { return true; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = winograd_refusal(problem, m_, true); !why.empty()) return Proposal::no(why);
    const ConvGeometry g = conv_geometry(problem);
    const LeanConfig config = choose_lean(g, m_, problem.target);
    const LeanCost cost = lean_cost(g, config, problem.target);
    Proposal proposal = winograd_proposal(problem, variant(problem.target));
    proposal.packed_bytes = problem.constant_bytes(1);
    proposal.temp_bytes = LeanLayout(g, config, problem.target.isa.f32_lanes()).v * 4;
    proposal.cost_ns = cost.input_ns + cost.products_ns;
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const ConvGeometry g = conv_geometry(problem);
    LeanKernel kernel{g, winograd_sources(problem), choose_lean(g, m_, problem.target),
                      Epilogue(problem, kLeanEpilogue), variant(problem.target)};
    std::vector<StepSpec> steps = lean_steps(kernel, problem.target);
    const int lanes = problem.target.isa.f32_lanes();
    const TempArg v{0};
    const std::vector<StepArg> sources = source_args(problem);
    steps[0].args = {v};
    steps[0].args.insert(steps[0].args.end(), sources.begin(), sources.end());
    steps[1].args = {v, pack_lean_weights(g, kernel.config, lanes, weights_of(problem)), pack_bias(problem, g),
                     ValueArg{problem.group.output}};
    steps[1].args.insert(steps[1].args.end(), kernel.epilogue.args().begin(), kernel.epilogue.args().end());
    return {std::move(steps), {LeanLayout(g, kernel.config, lanes).v * 4}};
  }

 private:
  std::string variant(const Target& target) const { return fmt::format("{}_f32_{}", name(), target.isa.name); }

  const int m_;
};

}  // namespace

const Impl& conv2d_winograd(int m) {
  static const WinogradConv2d impls[] = {WinogradConv2d(2), WinogradConv2d(3), WinogradConv2d(4), WinogradConv2d(5),
                                         WinogradConv2d(6)};
  return impls[m - 2];
}

const Impl& conv2d_winograd_lean(int m) {
  static const LeanWinogradConv2d impls[] = {LeanWinogradConv2d(2), LeanWinogradConv2d(3), LeanWinogradConv2d(4),
                                             LeanWinogradConv2d(5), LeanWinogradConv2d(6)};
  return impls[m - 2];
}

}  // namespace convoy
