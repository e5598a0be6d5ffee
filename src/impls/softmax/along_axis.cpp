// Softmax along an axis whose elements are contiguous:
//
//   dst[i] = epilogue(exp(src[i] - m) / s),    m = max src[j], s = sum over j of exp(src[j] - m)
//   dst[i] = epilogue((src[i] - m) - log s)    with `log`
//
// src, dst: f32, stride 1 along the axis, other strides free; dst lies where the plan puts it, never on src.
// No scratch memory: dst holds the exponentials until s is known.
//
// Task space: rows = positions along the other axes. A row takes three passes with vectors along the axis (maximum;
// exponentials and their sum; scaling): it usually fits into L1, so that what counts is one exponential an element.
#include <algorithm>
#include <limits>

#include "impls/copy/memory_cost.h"
#include "impls/elementwise/math.h"
#include "impls/softmax/list.h"
#include "impls/softmax/softmax_kernel.h"
#include "impls/vectors_along.h"
#include "support/int_math.h"

namespace convoy {

namespace {

class SoftmaxEmitter {
 public:
  SoftmaxEmitter(KernelBuilder& b, const SoftmaxKernel& kernel) : b_(b), k_(kernel) {}

  void emit() {
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val row) {
      const auto [index, src] = row_start(b_, k_.others, row, k_.dst.size(), b_.arg(0));
      Val dst = element_address(b_, b_.arg(1), k_.dst, index);
      Val largest = maximum(src);
      Val sum = exponentials(src, dst, largest);
      if (k_.log) {
        // Not x - (m + log s): a large m would swallow the logarithm's digits.
        Val log_sum = emit_log(b_, sum);
        finish(index, src, dst, [&](Val x) { return (x - largest) - log_sum; });
      } else {
        Val scale = b_.f32(1) / sum;
        finish(index, dst, dst, [&](Val e) { return e * scale; });
      }
    });
  }

 private:
  Val maximum(Val src) {
    const FoldFn larger = [&](Val x, Val y) { return b_.fmax(x, y); };
    Val lowest = b_.f32(-std::numeric_limits<double>::infinity());
    Val found = fold_vectors(
        b_, k_.extent, lowest,
        [&](Val so_far, Val elem, int active) {
          return larger(so_far, first_lanes_of(b_, b_.load(b_.offset(src, elem), 0, active), lowest, active));
        },
        larger);
    return fold_lanes(b_, found, larger);
  }

  /// The sum of exp(src - largest) in every lane; without `log`, dst gets the terms.
  Val exponentials(Val src, Val dst, Val largest) {
    const FoldFn add = [](Val x, Val y) { return x + y; };
    Val sum = fold_vectors(
        b_, k_.extent, b_.f32(0),
        [&](Val so_far, Val elem, int active) {
          Val term = emit_exp(b_, b_.load(b_.offset(src, elem), 0, active) - largest);
          if (!k_.log) b_.store(term, b_.offset(dst, elem), 0, active);
          return so_far + first_lanes_of(b_, term, b_.f32(0), active);
        },
        add);
    return fold_lanes(b_, sum, add);
  }

  void finish(std::vector<Val> index, Val from, Val dst, const std::function<Val(Val)>& result) {
    const std::vector<int64_t> here(index.size(), 0);
    for_each_vector(b_, k_.extent, [&](Val elem, int active) {
      index[k_.axis] = elem;
      Val value = result(b_.load(b_.offset(from, elem), 0, active));
      value = k_.epilogue.apply(b_, value, k_.epilogue.at(b_, index), here, k_.axis, active);
      b_.store(value, b_.offset(dst, elem), 0, active);
    });
  }

  KernelBuilder& b_;
  const SoftmaxKernel& k_;
};

class SoftmaxAlongAxis : public Impl {
 public:
  std::string name() const override { return "softmax_along_axis"; }

  Proposal propose(const Problem& problem) const override {
    Proposal proposal = propose_softmax(problem);
    proposal.cost_ns = proposal.accepted() ? parallel_ns(cost_ns(problem), problem.target) : 0;
    proposal.variant = fmt::format("softmax_along_axis_{}_{}", problem.dtypes(), problem.target.isa.name);
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const SoftmaxKernel k = make_softmax(problem);
    StepSpec step = softmax_step(problem, k);
    step.kernel.name = fmt::format("softmax_along_axis_{}_{}", problem.dtypes(), problem.target.isa.name);
    step.kernel.emit = [k](KernelBuilder& b) { SoftmaxEmitter(b, k).emit(); };
    step.rows = iterations(k.others);
    step.cost_ns = cost_ns(problem);
    return {{std::move(step)}, {}};
  }

 private:
  /// Some 30 instructions a vector, and the latency of folding lanes twice a row.
  static double cost_ns(const Problem& problem) {
    const int64_t lanes = problem.target.isa.f32_lanes();
    const SoftmaxSize size = softmax_size(problem);
    const double vectors = static_cast<double>(ceil_div(size.extent, lanes));
    const double ops = static_cast<double>(size.rows) * (30 * vectors + 40);
    const auto bytes = static_cast<double>(problem.bytes(problem.anchor_input(0)));
    return std::max(memory_ns(2 * bytes, problem.target), vector_ops_ns(ops));
  }
};

}  // namespace

const Impl& softmax_along_axis() {
  static const SoftmaxAlongAxis impl;
  return impl;
}

}  // namespace convoy
