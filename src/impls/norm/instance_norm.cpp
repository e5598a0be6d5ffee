// Instance normalisation of NHWC tensors, in two steps:
//
//   statistics: factor[n,c] = scale[c] / sqrt(var + epsilon), shift[n,c] = bias[c] - mean * factor[n,c]
//   apply:      dst[n,h,w,c] = epilogue(src[n,h,w,c] * factor[n,c] + shift[n,c])
//
// with mean and variance over h and w. src and dst: f32, channel stride 1.
//
// Sums are of differences from the channel's first pixel, so that a large mean costs no digits, and go row by
// row into totals, so that their error grows with the square root of the image at most.
// Task space: statistics: rows = batch, columns = channel vectors; apply: rows = batch x image rows.
#include "impls/copy/memory_cost.h"
#include "impls/epilogue.h"
#include "impls/norm/list.h"
#include "ops/instance_norm.h"

namespace convoy {

namespace {

struct NormKernel {
  Shape shape;                    ///< N, C, H, W
  std::vector<int64_t> src, dst;  ///< strides
  double epsilon = 0;
  int64_t padded_channels = 0;    ///< distance of images in the factors and shifts
  Epilogue epilogue;

  std::string key() const {
    return fmt::format("{} {} {} {:.17g}", shape.str(), attribute_text(src), attribute_text(dst), epsilon) +
           epilogue.key();
  }
};

/// Calls body(first channel, active lanes) for channel vectors [begin, end); the last may be partial.
void each_vector(KernelBuilder& b, int64_t channels, Val begin, Val end, const std::function<void(Val, int)>& body) {
  const int64_t whole = channels / b.lanes();
  b.loop(begin, b.min(end, b.i64(whole)), 1, [&](Val v) { body(v * b.lanes(), -1); });
  if (channels % b.lanes()) {
    b.if_then(b.less(b.i64(whole), end),
              [&] { body(b.i64(whole * b.lanes()), static_cast<int>(channels % b.lanes())); });
  }
}

class StatisticsEmitter {
 public:
  enum Arg { kSrc, kScale, kBias, kFactor, kShift, kArgs };

  StatisticsEmitter(KernelBuilder& b, const NormKernel& kernel) : b_(b), k_(kernel) {}

  void emit() {
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val n) {
      each_vector(b_, k_.shape[1], b_.col_begin(), b_.col_end(), [&](Val c, int active) { channels(n, c, active); });
    });
  }

 private:
  void channels(Val n, Val c, int active) {
    Val src = b_.offset(b_.arg(kSrc), n * k_.src[0] + c);
    Val first = b_.load(src, 0, active);
    const std::vector<Val> zero(2, b_.f32(0));
    const auto totals = b_.loop(0, k_.shape[2], 1, zero, [&](Val h, const std::vector<Val>& sums) {
      const std::vector<Val> row = row_sums(b_.offset(src, h * k_.src[2]), first, active);
      return std::vector<Val>{sums[0] + row[0], sums[1] + row[1]};
    });
    const double pixels = static_cast<double>(k_.shape[2] * k_.shape[3]);
    Val mean = totals[0] * b_.f32(1 / pixels);
    Val variance = b_.fmax(totals[1] * b_.f32(1 / pixels) - mean * mean, b_.f32(0));
    Val factor = b_.load(b_.offset(b_.arg(kScale), c), 0, active) / b_.sqrt(variance + b_.f32(k_.epsilon));
    Val shift = b_.load(b_.offset(b_.arg(kBias), c), 0, active) - (mean + first) * factor;
    Val at = n * k_.padded_channels + c;
    b_.store(factor, b_.offset(b_.arg(kFactor), at));
    b_.store(shift, b_.offset(b_.arg(kShift), at));
  }

  /// Sum and sum of squares of a row's differences from `first`, in four independent chains.
  std::vector<Val> row_sums(Val row, Val first, int active) {
    constexpr int64_t kChains = 4;
    std::vector<Val> sums(2 * kChains, b_.f32(0));
    auto add = [&](Val pixel, int64_t chain, std::vector<Val>& to) {
      Val difference = b_.load(pixel, 0, active) - first;
      to[2 * chain] = to[2 * chain] + difference;
      to[2 * chain + 1] = b_.fma(difference, difference, to[2 * chain + 1]);
    };
    const int64_t whole = k_.shape[3] / kChains * kChains;
    sums = b_.loop(0, whole, kChains, sums, [&](Val w, std::vector<Val> next) {
      for (int64_t i = 0; i < kChains; ++i) add(b_.offset(row, w * k_.src[3], i * k_.src[3]), i, next);
      return next;
    });
    for (int64_t w = whole; w < k_.shape[3]; ++w) add(b_.offset(row, w * k_.src[3]), w - whole, sums);
    return {(sums[0] + sums[2]) + (sums[4] + sums[6]), (sums[1] + sums[3]) + (sums[5] + sums[7])};
  }

  KernelBuilder& b_;
  const NormKernel& k_;
};

class ApplyEmitter {
 public:
  enum Arg { kSrc, kFactor, kShift, kDst, kEpilogueArgs };

  ApplyEmitter(KernelBuilder& b, const NormKernel& kernel) : b_(b), k_(kernel) {}

  void emit() {
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val row) {
      Val n = row / k_.shape[2], h = row % k_.shape[2];
      b_.loop(0, k_.shape[3], 1, [&](Val w) {
        const int64_t vectors = (k_.shape[1] + b_.lanes() - 1) / b_.lanes();
        each_vector(b_, k_.shape[1], b_.i64(0), b_.i64(vectors),
                    [&](Val c, int active) { vector({n, c, h, w}, active); });
      });
    });
  }

 private:
  void vector(const std::vector<Val>& index, int active) {
    Val factors = index[0] * k_.padded_channels + index[1];
    Val value = b_.load(element_address(b_, b_.arg(kSrc), k_.src, index), 0, active);
    value = b_.fma(value, b_.load(b_.offset(b_.arg(kFactor), factors)), b_.load(b_.offset(b_.arg(kShift), factors)));
    if (!k_.epilogue.empty()) value = k_.epilogue.apply(b_, value, k_.epilogue.at(b_, index), {0, 0, 0, 0}, 1, active);
    b_.store(value, element_address(b_, b_.arg(kDst), k_.dst, index), 0, active);
  }

  KernelBuilder& b_;
  const NormKernel& k_;
};

class InstanceNormNhwc : public Impl {
 public:
  std::string name() const override { return "instance_norm_nhwc"; }

  Proposal propose(const Problem& problem) const override {
    const TensorType& src = problem.type(problem.anchor_input(0));
    if (src.dtype != DType::f32) return Proposal::no("not f32");
    if (src.shape.rank() != 4) return Proposal::no("not of rank 4");
    if (src.shape.elems() == 0) return Proposal::no("empty input");
    if (auto why = Epilogue::refusal(problem); !why.empty()) return Proposal::no(why);
    Proposal proposal;
    proposal.output = Layout::channels_last;
    proposal.demands[problem.anchor_input(0)] = Demand::channels_last;
    proposal.demands[problem.anchor_input(1)] = Demand::row_major;
    proposal.demands[problem.anchor_input(2)] = Demand::row_major;
    proposal.cost_ns = parallel_ns(1.5 * pass_ns(problem), problem.target);
    proposal.variant = "instance_norm_f32_" + problem.target.isa.name;
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const ValueId src = problem.anchor_input(0), dst = problem.group.output;
    const Shape& shape = problem.type(src).shape;
    const int lanes = problem.target.isa.f32_lanes();
    NormKernel kernel{shape, problem.view(src).strides, problem.view(dst).strides,
                      op_cast<InstanceNorm>(*problem.anchor().op)->epsilon, (shape[1] + lanes - 1) / lanes * lanes,
                      Epilogue(problem, ApplyEmitter::kEpilogueArgs)};
    Lowered lowered;
    lowered.temp_bytes = {4 * shape[0] * kernel.padded_channels, 4 * shape[0] * kernel.padded_channels};

    StepSpec statistics;
    statistics.suffix = ".statistics";
    statistics.args = {ValueArg{src}, problem.arg(problem.anchor_input(1)), problem.arg(problem.anchor_input(2)),
                       TempArg{0}, TempArg{1}};
    statistics.kernel = {"instance_norm_statistics_f32_" + problem.target.isa.name, kernel.key(),
                         StatisticsEmitter::kArgs, [kernel](KernelBuilder& b) { StatisticsEmitter(b, kernel).emit(); }};
    statistics.rows = shape[0];
    statistics.cols = kernel.padded_channels / lanes;
    statistics.cost_ns = pass_ns(problem) / 2;

    StepSpec apply;
    apply.args = {ValueArg{src}, TempArg{0}, TempArg{1}, ValueArg{dst}};
    apply.args.insert(apply.args.end(), kernel.epilogue.args().begin(), kernel.epilogue.args().end());
    apply.kernel = {"instance_norm_f32_" + problem.target.isa.name, kernel.key(), static_cast<int>(apply.args.size()),
                    [kernel](KernelBuilder& b) { ApplyEmitter(b, kernel).emit(); }};
    apply.rows = shape[0] * shape[2];
    apply.cost_ns = pass_ns(problem);
    lowered.steps = {std::move(statistics), std::move(apply)};
    return lowered;
  }

 private:
  /// Reading and writing the tensor once.
  static double pass_ns(const Problem& problem) {
    return memory_ns(2.0 * static_cast<double>(problem.type(problem.group.output).bytes()), problem.target);
  }
};

}  // namespace

const ImplList& instance_norm_impls() {
  static const InstanceNormNhwc nhwc;
  static const ImplList list = {&nhwc};
  return list;
}

}  // namespace convoy
