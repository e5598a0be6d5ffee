// Winograd convolutions of every tile size; see winograd_kernel.h and winograd_lean.h.
#include "impls/conv2d/list.h"
#include "impls/conv2d/polyphase.h"
#include "impls/conv2d/winograd_kernel.h"
#include "impls/conv2d/winograd_lean.h"
#include "impls/prologue.h"
#include "support/int_math.h"

namespace convoy {

namespace {

bool strided(const ConvGeometry& g) {
  return g.h.stride != 1 || g.w.stride != 1;
}

bool has_whole_vectors(const Problem& problem, const InputSegment& segment) {
  return segment.channels % problem.target.isa.f32_lanes() == 0;
}

/// Whether the phases of a strided convolution's input have to be put side by side: kernels read them where they are
/// if each has whole vectors of channels.
bool copies_phases(const Problem& problem, const ConvGeometry& g) {
  return strided(g) && !has_whole_vectors(problem, input_segments(problem).front());
}

std::string sources_refusal(const Problem& problem, const ConvGeometry& g, int m) {
  const std::vector<InputSegment> segments = input_segments(problem);
  for (const InputSegment& segment : segments) {
    const bool may_be_partial = strided(g) ? segments.size() == 1 : &segment == &segments.back();
    if (!may_be_partial && !has_whole_vectors(problem, segment)) return "a part of its input ends within a vector";
    const int64_t m_h = g.h.taps == 1 ? 1 : m, m_w = g.w.taps == 1 ? 1 : m;
    if (m_h % segment.up_h != 0 || m_w % segment.up_w != 0) return "tiles begin within enlarged pixels";
    if (strided(g) && segment.up_h * segment.up_w > 1) return "strides over enlarged pixels";
  }
  return "";
}

std::string winograd_refusal(const Problem& problem, int m, bool plain_weights) {
  if (auto why = conv_refusal(problem); !why.empty()) return why;
  const ConvGeometry strided_g = conv_geometry(problem);
  if (strided_g.h.step != 1 || strided_g.w.step != 1) return "dilated";
  if (strided_g.groups != 1) return "grouped";
  const ConvGeometry g = polyphase(strided_g);
  if (auto why = winograd_tile_refusal(g, m, plain_weights, problem.target); !why.empty()) return why;
  return sources_refusal(problem, strided_g, m);
}

/// What the kernels compute, with stride 1, what they read, and the steps that make it.
struct WinogradInput {
  ConvGeometry geometry;
  std::vector<WinogradSource> sources;
  std::vector<StepArg> args;  ///< one for each source
  std::vector<StepSpec> copies;
};

/// One segment of the input where it lies; views that are not known yet are as demanded.
WinogradSource whole_source(const Problem& problem, const InputSegment& segment) {
  const TensorType& type = problem.type(segment.value);
  const auto view = problem.views.find(segment.value);
  return {.channels = segment.channels,
          .up_h = segment.up_h,
          .up_w = segment.up_w,
          .h = type.shape[2],
          .w = type.shape[3],
          .strides = view != problem.views.end() ? view->second.strides
                                                 : TensorView::contiguous(type, Layout::channels_last).strides};
}

/// Every s_h-th row and s_w-th column of it.
WinogradSource phase_of(WinogradSource source, const ConvGeometry& g, int64_t p_h, int64_t p_w) {
  source.offset = p_h * source.strides[2] + p_w * source.strides[3];
  source.h = ceil_div(source.h - p_h, g.h.stride);
  source.w = ceil_div(source.w - p_w, g.w.stride);
  source.strides[2] *= g.h.stride;
  source.strides[3] *= g.w.stride;
  source.prefetched = p_w > 0;
  return source;
}

/// `copied` stands for the tensor that copies of the phases go to, where there is one.
WinogradInput winograd_input(const Problem& problem, TempArg copied) {
  const ConvGeometry g = conv_geometry(problem);
  WinogradInput input{polyphase(g), {}, {}, {}};
  if (copies_phases(problem, g)) {
    const TensorView view = polyphase_view(g);
    input.sources = {{.channels = view.shape[1], .h = view.shape[2], .w = view.shape[3], .strides = view.strides}};
    input.args = {copied};
    input.copies = polyphase_copies(g, problem.arg(problem.anchor_input(0)), copied, problem.target);
    return input;
  }
  for (int64_t phase = 0; phase < g.h.stride * g.w.stride; ++phase) {
    for (const InputSegment& segment : input_segments(problem)) {
      const WinogradSource source = whole_source(problem, segment);
      input.sources.push_back(phase_of(source, g, phase / g.w.stride, phase % g.w.stride));
      input.args.push_back(problem.arg(segment.value));
    }
  }
  return input;
}

Tensor pack_bias(const Problem& problem, const ConvGeometry& g) {
  return padded_bias(problem, round_up(g.oc, problem.target.isa.f32_lanes()));
}

/// Packs the weights, those of a strided convolution phase by phase, as `pack` does.
template <class Pack>
PackedArg pack_weights(const Problem& problem, const ConvGeometry& g, const Pack& pack) {
  const Tensor weights = *problem.graph().value(problem.anchor_input(1)).constant;
  const ConvGeometry strided_g = conv_geometry(problem);
  if (!strided(strided_g)) return pack(g, weights);
  return {.bytes = pack(g, weights).bytes,
          .pack = [=] { return pack(g, polyphase_weights(strided_g, weights)).pack(); }};
}

std::string winograd_variant(const std::string& impl, const Problem& problem) {
  return fmt::format("{}_{}_{}", impl, problem.dtypes(), problem.target.isa.name);
}

Proposal winograd_proposal(const Problem& problem, std::string variant) {
  const ConvGeometry g = conv_geometry(problem);
  Proposal proposal;
  proposal.output = Layout::channels_last;
  proposal.in_place = true;
  if (copies_phases(problem, g)) {
    proposal.cost_ns = polyphase_copies_ns(g, problem.target);
    proposal.temp_bytes = polyphase_view(g).span() * 4;
  } else {
    for (const InputSegment& segment : input_segments(problem)) proposal.demands[segment.value] = Demand::channels_last;
  }
  proposal.variant = std::move(variant);
  return proposal;
}

/// Sizes of the temporary tensors: that of the phases, if they are copied, and another.
std::vector<int64_t> temp_bytes(const WinogradInput& input, const ConvGeometry& g, std::vector<int64_t> others) {
  if (!input.copies.empty()) others.push_back(polyphase_view(g).span() * 4);
  return others;
}

class WinogradConv2d : public Impl {
 public:
  explicit WinogradConv2d(int m) : m_(m) {}

  std::string name() const override { return fmt::format("conv2d_winograd{0}x{0}", m_); }
  bool takes_prologue() const override { return true; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = winograd_refusal(problem, m_, false); !why.empty()) return Proposal::no(why);
    const ConvGeometry g = polyphase(conv_geometry(problem));
    const WinogradConfig config = choose_winograd(g, m_, problem.target);
    Proposal proposal = winograd_proposal(problem, variant(problem));
    proposal.packed_bytes = 4 * g.ic * g.oc * config.planes();
    proposal.cost_ns += winograd_cost_ns(g, config, problem.target);
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    WinogradInput input = winograd_input(problem, TempArg{0});
    const int first_operand = kWinogradSources + static_cast<int>(input.sources.size());
    const WinogradConfig config = choose_winograd(input.geometry, m_, problem.target);
    const WinogradKernel kernel{input.geometry, input.sources, config, Epilogue(problem, first_operand),
                                variant(problem)};
    StepSpec step = winograd_step(kernel, problem.target);
    const int lanes = problem.target.isa.f32_lanes();
    step.args = {pack_weights(problem, input.geometry,
                              [=](const ConvGeometry& g, const Tensor& weights) {
                                return pack_winograd_weights(g, config, lanes, weights);
                              }),
                 pack_bias(problem, input.geometry), ValueArg{problem.group.output}};
    step.args.insert(step.args.end(), input.args.begin(), input.args.end());
    step.args.insert(step.args.end(), kernel.epilogue.args().begin(), kernel.epilogue.args().end());
    std::vector<int64_t> temps = temp_bytes(input, conv_geometry(problem), {});
    input.copies.push_back(std::move(step));
    return {std::move(input.copies), std::move(temps)};
  }

 private:
  std::string variant(const Problem& problem) const { return winograd_variant(name(), problem); }

  const int m_;
};

class LeanWinogradConv2d : public Impl {
 public:
  explicit LeanWinogradConv2d(int m) : m_(m) {}

  std::string name() const override { return fmt::format("conv2d_winograd{0}x{0}_lean", m_); }
  bool takes_prologue() const override { return true; }

  Proposal propose(const Problem& problem) const override {
    if (auto why = winograd_refusal(problem, m_, true); !why.empty()) return Proposal::no(why);
    const ConvGeometry g = polyphase(conv_geometry(problem));
    const LeanConfig config = choose_lean(g, m_, problem.target);
    const LeanCost cost = lean_cost(g, config, problem.target);
    Proposal proposal = winograd_proposal(problem, variant(problem));
    proposal.packed_bytes = 4 * g.ic * g.oc * g.h.taps * g.w.taps;
    proposal.temp_bytes += LeanLayout(g, config, problem.target.isa.f32_lanes()).v * 4;
    proposal.cost_ns += cost.input_ns + cost.products_ns;
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const TempArg v{0};
    WinogradInput input = winograd_input(problem, TempArg{1});
    const ConvGeometry& g = input.geometry;
    const LeanConfig config = choose_lean(g, m_, problem.target);
    const LeanKernel kernel{g, input.sources, config, Epilogue(problem, kLeanEpilogue), variant(problem)};
    std::vector<StepSpec> steps = lean_steps(kernel, problem.target);
    const int lanes = problem.target.isa.f32_lanes();
    steps[0].args = {v};
    steps[0].args.insert(steps[0].args.end(), input.args.begin(), input.args.end());
    steps[1].args = {v,
                     pack_weights(problem, g,
                                  [=](const ConvGeometry& phases, const Tensor& weights) {
                                    return pack_lean_weights(phases, config, lanes, weights);
                                  }),
                     pack_bias(problem, g), ValueArg{problem.group.output}};
    steps[1].args.insert(steps[1].args.end(), kernel.epilogue.args().begin(), kernel.epilogue.args().end());
    std::vector<int64_t> temps = temp_bytes(input, conv_geometry(problem), {LeanLayout(g, config, lanes).v * 4});
    steps.insert(steps.begin(), input.copies.begin(), input.copies.end());
    return {std::move(steps), std::move(temps)};
  }

 private:
  std::string variant(const Problem& problem) const { return winograd_variant(name(), problem); }

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
