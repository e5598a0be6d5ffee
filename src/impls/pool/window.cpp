// The implementation "window" of max_pool2d and avg_pool2d: pool_kernel.h for an operator's attributes.
#include <algorithm>

#include "impls/copy/memory_cost.h"
#include "impls/pool/list.h"
#include "impls/pool/pool_kernel.h"
#include "ops/avg_pool2d.h"
#include "ops/max_pool2d.h"
#include "support/int_math.h"

namespace convoy {

namespace {

std::vector<int64_t> strides_of(const Problem& problem, ValueId id) {
  auto view = problem.views.find(id);
  if (view != problem.views.end()) return view->second.strides;
  return TensorView::contiguous(problem.type(id), Layout::channels_last).strides;
}

/// The input's elements and `before` and `after` more as one axis.
WindowAxis widened(WindowAxis axis, int64_t before, int64_t after) {
  axis.base += before;
  axis.in += before + after;
  return axis;
}

void count_taps(const MaxPool2d&, PoolGeometry& g) {
  g.kind = PoolKind::max;
}

void count_taps(const AvgPool2d& op, PoolGeometry& g) {
  g.kind = PoolKind::average;
  const std::vector<int64_t>& pads = op.window.pads;
  g.counted_h = op.count_include_pad ? widened(g.h, pads[0], pads[2]) : g.h;
  g.counted_w = op.count_include_pad ? widened(g.w, pads[1], pads[3]) : g.w;
}

template <class Op>
PoolGeometry geometry(const Problem& problem) {
  const Op& op = *op_cast<Op>(*problem.anchor().op);
  const ValueId src = problem.anchor_input(0), dst = problem.group.output;
  const Shape &from = problem.type(src).shape, &to = problem.type(dst).shape;
  PoolGeometry g{.dtype = problem.type(src).dtype,
                 .batch = from[0],
                 .channels = from[1],
                 .src = strides_of(problem, src),
                 .dst = strides_of(problem, dst)};
  WindowAxis* axes[] = {&g.h, &g.w};
  for (int i = 0; i < 2; ++i) {
    *axes[i] = {.out = to[2 + i],
                .in = from[2 + i],
                .taps = op.kernel[i],
                .stride = op.window.strides[i],
                .base = -op.window.pads[i],
                .step = op.window.dilations[i]};
  }
  count_taps(op, g);
  return g;
}

/// Code is generated for each column of a window.
constexpr int64_t kMaxTaps = 4096;

std::string own_refusal(const MaxPool2d& op) {
  return op.with_indices ? "indices are wanted" : "";
}
std::string own_refusal(const AvgPool2d&) {
  return "";
}

template <class Op>
class WindowPool : public Impl {
 public:
  std::string name() const override { return std::string(Op::kName) + "_window"; }

  Proposal propose(const Problem& problem) const override {
    const Op& op = *op_cast<Op>(*problem.anchor().op);
    if (auto why = own_refusal(op); !why.empty()) return Proposal::no(why);
    if (std::max(op.kernel[0], op.kernel[1]) > kMaxTaps) return Proposal::no("the window is very large");
    if (auto why = Epilogue::refusal(problem); !why.empty()) return Proposal::no(why);
    for (ValueId id : {problem.anchor_input(0), problem.group.output}) {
      const DType dtype = problem.type(id).dtype;
      const bool small = dtype == DType::i8 || dtype == DType::u8 || dtype == DType::i16;
      if (dtype != DType::f32 && !small) return Proposal::no("neither f32 nor small integers");
      if (problem.type(id).shape.elems() == 0) return Proposal::no("no elements");
    }
    Proposal proposal;
    proposal.output = Layout::channels_last;
    proposal.demands[problem.anchor_input(0)] = Demand::channels_last;
    proposal.cost_ns = parallel_ns(cost_ns(problem, geometry<Op>(problem)), problem.target);
    proposal.variant = variant(problem);
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const PoolGeometry g = geometry<Op>(problem);
    const Epilogue epilogue(problem, kPoolEpilogue);
    const int lanes = problem.target.isa.f32_lanes();
    StepSpec step;
    step.kernel = {.name = variant(problem),
                   .key = g.key() + epilogue.key(),
                   .arg_count = kPoolEpilogue + static_cast<int>(epilogue.args().size()),
                   .emit = [g, epilogue](KernelBuilder& b) { emit_pool(b, g, epilogue); }};
    step.args = {ValueArg{problem.anchor_input(0)}, ValueArg{problem.group.output}};
    step.args.insert(step.args.end(), epilogue.args().begin(), epilogue.args().end());
    step.rows = g.batch * g.h.out;
    step.cols = ceil_div(g.channels, lanes);
    step.cost_ns = cost_ns(problem, g);
    return {{std::move(step)}, {}};
  }

 private:
  static std::string variant(const Problem& problem) {
    const PoolGeometry g = geometry<Op>(problem);
    const std::string dtypes = g.dtype == DType::f32 ? problem.dtypes() : std::string(to_string(g.dtype));
    return fmt::format("{}_window_{}_{}_{}", Op::kName, dtypes, pool_mr(g, problem.target.isa),
                       problem.target.isa.name);
  }

  static double cost_ns(const Problem& problem, const PoolGeometry& g) {
    const int lanes = problem.target.isa.f32_lanes();
    double bytes = 0;
    for (ValueId id : {problem.anchor_input(0), problem.group.output}) {
      bytes += static_cast<double>(problem.bytes(id));
    }
    const double vectors = static_cast<double>(ceil_div(g.channels, lanes));
    return std::max(memory_ns(bytes, problem.target), vector_ops_ns(vectors * pool_vector_ops(g, problem.target.isa)));
  }
};

}  // namespace

const Impl& max_pool2d_window() {
  static const WindowPool<MaxPool2d> impl;
  return impl;
}

const Impl& avg_pool2d_window() {
  static const WindowPool<AvgPool2d> impl;
  return impl;
}

}  // namespace convoy
