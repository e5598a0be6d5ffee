// Local response normalisation across the channels of NHWC tensors:
//
//   dst[n,h,w,c] = epilogue(src[n,h,w,c] / (bias + alpha/size * sum over i near c of src[n,h,w,i]^2)^beta)
//
// src and dst: f32, channel stride 1. The squares of one pixel's channels go to scratch with zeros on both
// sides; sums over the window are then `size` shifted loads. beta = 3/4, the usual value, needs two square
// roots instead of a logarithm and an exponential.
//
// Task space: rows = batch x image rows, one column.
#include "ops/lrn.h"

#include "impls/copy/memory_cost.h"
#include "impls/elementwise/math.h"
#include "impls/epilogue.h"
#include "impls/norm/list.h"
#include "support/int_math.h"

namespace convoy {

namespace {

enum LrnArg { kSrc, kDst, kEpilogueArgs };

struct LrnKernel {
  Shape shape;                    ///< N, C, H, W
  std::vector<int64_t> src, dst;  ///< strides
  Lrn op;
  Epilogue epilogue;

  int64_t before() const { return (op.size - 1) / 2; }  ///< channels of the window in front of its own
  int64_t padded(int lanes) const { return round_up(shape[1], lanes) + op.size; }
};

class LrnEmitter {
 public:
  LrnEmitter(KernelBuilder& b, const LrnKernel& kernel) : b_(b), k_(kernel) {}

  void emit() {
    b_.loop(0, k_.padded(b_.lanes()) / b_.lanes() + 1, 1,
            [&](Val v) { b_.store(b_.f32(0), b_.offset(b_.scratch(), v * b_.lanes())); });
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val row) {
      Val n = row / k_.shape[2], h = row % k_.shape[2];
      b_.loop(0, k_.shape[3], 1, [&](Val w) { pixel(n, h, w); });
    });
  }

 private:
  void pixel(Val n, Val h, Val w) {
    Val src = element_address(b_, b_.arg(kSrc), k_.src, {n, b_.i64(0), h, w});
    each_vector([&](Val c, int active) {
      Val x = b_.load(b_.offset(src, c), 0, active);
      b_.store(x * x, b_.offset(b_.scratch(), c, k_.before()));
    });
    each_vector([&](Val c, int active) {
      Val sum = b_.load(b_.offset(b_.scratch(), c));
      for (int64_t i = 1; i < k_.op.size; ++i) sum = sum + b_.load(b_.offset(b_.scratch(), c), i);
      const double share = k_.op.alpha / static_cast<double>(k_.op.size);
      Val base = b_.fma(sum, b_.f32(share), b_.f32(k_.op.bias));
      Val value = b_.load(b_.offset(src, c), 0, active) * inverse_power(base);
      const std::vector<Val> index = {n, c, h, w};
      if (!k_.epilogue.empty())
        value = k_.epilogue.apply(b_, value, k_.epilogue.at(b_, index), {0, 0, 0, 0}, 1, active);
      b_.store(value, element_address(b_, b_.arg(kDst), k_.dst, index), 0, active);
    });
  }

  /// base^-beta.
  Val inverse_power(Val base) {
    if (k_.op.beta == 1) return b_.f32(1) / base;
    if (k_.op.beta == 0.5) return b_.f32(1) / b_.sqrt(base);
    if (k_.op.beta == 0.75) {
      Val root = b_.sqrt(base);
      return b_.f32(1) / (root * b_.sqrt(root));
    }
    return emit_exp(b_, emit_log(b_, base) * b_.f32(-k_.op.beta));
  }

  void each_vector(const std::function<void(Val, int)>& body) {
    const int64_t channels = k_.shape[1], whole = channels / b_.lanes() * b_.lanes();
    b_.loop(0, whole, b_.lanes(), [&](Val c) { body(c, -1); });
    if (whole < channels) body(b_.i64(whole), static_cast<int>(channels - whole));
  }

  KernelBuilder& b_;
  const LrnKernel& k_;
};

class LrnNhwc : public Impl {
 public:
  std::string name() const override { return "lrn_nhwc"; }

  Proposal propose(const Problem& problem) const override {
    const TensorType& src = problem.type(problem.anchor_input(0));
    if (src.dtype != DType::f32) return Proposal::no("not f32");
    if (src.shape.rank() != 4) return Proposal::no("not of rank 4");
    if (src.shape.elems() == 0) return Proposal::no("empty input");
    if (op_of(problem).size > 64) return Proposal::no("window of more than 64 channels");
    if (op_of(problem).bias <= 0 || op_of(problem).alpha < 0) return Proposal::no("the base may be negative");
    if (auto why = Epilogue::refusal(problem); !why.empty()) return Proposal::no(why);
    Proposal proposal;
    proposal.output = Layout::channels_last;
    proposal.demands[problem.anchor_input(0)] = Demand::channels_last;
    proposal.cost_ns = parallel_ns(one_thread_ns(problem), problem.target);
    proposal.variant = fmt::format("lrn_{}_{}", problem.dtypes(), problem.target.isa.name);
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const ValueId src = problem.anchor_input(0), dst = problem.group.output;
    const LrnKernel kernel{problem.type(src).shape, problem.view(src).strides, problem.view(dst).strides,
                           op_of(problem), Epilogue(problem, kEpilogueArgs)};
    StepSpec step;
    step.args = {ValueArg{src}, ValueArg{dst}};
    step.args.insert(step.args.end(), kernel.epilogue.args().begin(), kernel.epilogue.args().end());
    step.kernel = {fmt::format("lrn_{}_{}", problem.dtypes(), problem.target.isa.name),
                   fmt::format("{} {} {}{}{}", kernel.shape.str(), attribute_text(kernel.src),
                               attribute_text(kernel.dst), kernel.op.attributes(), kernel.epilogue.key()),
                   static_cast<int>(step.args.size()), [kernel](KernelBuilder& b) { LrnEmitter(b, kernel).emit(); }};
    step.rows = kernel.shape[0] * kernel.shape[2];
    const int lanes = problem.target.isa.f32_lanes();
    step.scratch_bytes = 4 * (kernel.padded(lanes) + 2 * lanes);
    step.cost_ns = one_thread_ns(problem);
    return {{std::move(step)}, {}};
  }

 private:
  static const Lrn& op_of(const Problem& problem) { return *op_cast<Lrn>(*problem.anchor().op); }

  static double one_thread_ns(const Problem& problem) {
    const double bytes = problem.bytes(problem.group.output);
    const double vectors =
        static_cast<double>(problem.type(problem.group.output).shape.elems()) / problem.target.isa.f32_lanes();
    return std::max(memory_ns(2 * bytes, problem.target),
                    vector_ops_ns(vectors * (40 + static_cast<double>(op_of(problem).size))));
  }
};

}  // namespace

const ImplList& lrn_impls() {
  static const LrnNhwc nhwc;
  static const ImplList list = {&nhwc};
  return list;
}

}  // namespace convoy
