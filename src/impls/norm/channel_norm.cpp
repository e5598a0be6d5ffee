// Instance and group normalisation by the kernels of channel_norm_kernel.h.
#include <algorithm>

#include "impls/copy/memory_cost.h"
#include "impls/norm/channel_norm_kernel.h"
#include "impls/norm/list.h"
#include "ops/group_norm.h"
#include "ops/instance_norm.h"
#include "support/int_math.h"

namespace convoy {

namespace {

/// Groups and epsilon of either operator.
std::pair<int64_t, double> groups_of(const Problem& problem) {
  if (const auto* op = op_cast<GroupNorm>(*problem.anchor().op)) return {op->groups, op->epsilon};
  return {problem.type(problem.anchor_input(0)).shape[1], op_cast<InstanceNorm>(*problem.anchor().op)->epsilon};
}

/// Strides along N, C, H, W of a tensor that may lack H.
std::vector<int64_t> image_strides(const TensorView& view) {
  std::vector<int64_t> strides = view.strides;
  if (view.rank() == 3) strides.insert(strides.begin() + 2, 0);
  return strides;
}

/// What is read twice, a chunk of channels of a block, fills part of L1; when that gives fewer blocks than threads,
/// they are smaller.
int64_t rows_per_block(const ChannelNorm& norm, const Target& target) {
  const int64_t chunk_bytes = std::min(4 * norm.padded, int64_t{kMomentsVectors} * target.isa.vector_bytes);
  const int64_t cached = target.caches.l1 / 2 / (norm.w * chunk_bytes);
  const int64_t shared = norm.n * norm.h / std::max(1, 2 * target.threads);
  return std::clamp<int64_t>(std::min(cached, shared), 1, norm.h);
}

ChannelNorm make_norm(const Problem& problem) {
  const TensorView &src = problem.view(problem.anchor_input(0)), &dst = problem.view(problem.group.output);
  const int lanes = problem.target.isa.f32_lanes();
  ChannelNorm norm;
  norm.n = src.shape[0];
  norm.channels = src.shape[1];
  norm.has_rows = src.rank() == 4;
  norm.h = norm.has_rows ? src.shape[2] : 1;
  norm.w = src.shape[src.rank() - 1];
  norm.src = image_strides(src);
  norm.dst = image_strides(dst);
  std::tie(norm.groups, norm.epsilon) = groups_of(problem);
  norm.padded = round_up(norm.channels, lanes);
  norm.block_rows = rows_per_block(norm, problem.target);
  return norm;
}

class ChannelNormNhwc : public Impl {
 public:
  explicit ChannelNormNhwc(std::string op) : op_(std::move(op)) {}

  std::string name() const override { return op_ + "_nhwc"; }

  Proposal propose(const Problem& problem) const override {
    const TensorType& src = problem.type(problem.anchor_input(0));
    if (src.dtype != DType::f32) return Proposal::no("not f32");
    if (src.shape.rank() != 3 && src.shape.rank() != 4) return Proposal::no("not of rank 3 or 4");
    if (src.shape.elems() == 0) return Proposal::no("empty input");
    if (auto why = Epilogue::refusal(problem); !why.empty()) return Proposal::no(why);
    Proposal proposal;
    proposal.output = Layout::channels_last;
    proposal.demands[problem.anchor_input(0)] = Demand::channels_last;
    proposal.demands[problem.anchor_input(1)] = Demand::row_major;
    proposal.demands[problem.anchor_input(2)] = Demand::row_major;
    proposal.cost_ns = parallel_ns(1.5 * pass_ns(problem), problem.target);
    proposal.variant = kernel_name(problem, "");
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const ChannelNorm norm = make_norm(problem);
    Lowered lowered;
    lowered.temp_bytes = {norm.moments_bytes(), norm.parameter_bytes(), norm.parameter_bytes()};
    lowered.steps = {moments(problem, norm), combine(problem, norm), apply(problem, norm)};
    return lowered;
  }

 private:
  enum Temp { kMoments, kMean, kFactor };

  std::string kernel_name(const Problem& problem, const std::string& part) const {
    return fmt::format("{}{}_{}_{}", op_, part, problem.dtypes(), problem.target.isa.name);
  }

  StepSpec moments(const Problem& problem, const ChannelNorm& norm) const {
    StepSpec step;
    step.suffix = ".moments";
    step.args = {ValueArg{problem.anchor_input(0)}, TempArg{kMoments}};
    step.kernel = {kernel_name(problem, "_moments"), norm.key(), kMomentsArgs,
                   [norm](KernelBuilder& b) { emit_channel_moments(b, norm); }};
    step.rows = norm.n * norm.blocks();
    step.cost_ns = pass_ns(problem) / 2;
    return step;
  }

  StepSpec combine(const Problem& problem, const ChannelNorm& norm) const {
    StepSpec step;
    step.suffix = ".combine";
    step.args = {TempArg{kMoments}, problem.arg(problem.anchor_input(1)), TempArg{kMean}, TempArg{kFactor}};
    step.kernel = {kernel_name(problem, "_combine"), norm.key(), kCombineArgs,
                   [norm](KernelBuilder& b) { emit_channel_combine(b, norm); }};
    step.rows = norm.n;
    step.cost_ns = memory_ns(2.0 * static_cast<double>(norm.moments_bytes()), problem.target);
    return step;
  }

  StepSpec apply(const Problem& problem, const ChannelNorm& norm) const {
    const Epilogue epilogue(problem, kApplyEpilogue);
    StepSpec step;
    step.args = {ValueArg{problem.anchor_input(0)}, TempArg{kMean}, TempArg{kFactor},
                 problem.arg(problem.anchor_input(2)), ValueArg{problem.group.output}};
    step.args.insert(step.args.end(), epilogue.args().begin(), epilogue.args().end());
    step.kernel = {kernel_name(problem, ""), norm.key() + epilogue.key(), static_cast<int>(step.args.size()),
                   [norm, epilogue](KernelBuilder& b) { emit_channel_apply(b, norm, epilogue); }};
    step.rows = norm.n * norm.h;
    step.cost_ns = pass_ns(problem);
    return step;
  }

  /// Reading and writing the tensor once.
  static double pass_ns(const Problem& problem) {
    return memory_ns(2.0 * static_cast<double>(problem.bytes(problem.group.output)), problem.target);
  }

  std::string op_;
};

}  // namespace

const ImplList& instance_norm_impls() {
  static const ChannelNormNhwc nhwc("instance_norm");
  static const ImplList list = {&nhwc};
  return list;
}

const ImplList& group_norm_impls() {
  static const ChannelNormNhwc nhwc("group_norm");
  static const ImplList list = {&nhwc};
  return list;
}

}  // namespace convoy
