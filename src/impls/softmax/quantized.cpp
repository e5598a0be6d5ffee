// Softmax of quantised numbers along the last axis, bit for bit what ops/quantized_softmax.h defines:
//
//   dst[i] = low + min(round(e[i] * f * 2^-bits), 255),    e[i] = exponentials[max src - src[i]], f * 2^-bits = 1 / s,
//   s = sum over i of round(e[i] / 2^12)
//
// src, dst: i8 or u8, of one type, stride 1 along the axis, other strides free. No scratch memory. Exponentials depend
// on the operator alone: two tables of 256 i32, e and round(e / 2^12), are constants of the kernel.
//
// Task space: rows = positions along the other axes. A row takes three passes with vectors along the axis (maximum;
// sum; results). What is one number a row, s and its reciprocal, is computed in every lane.
#include <array>
#include <limits>

#include "impls/accumulate.h"
#include "impls/copy/loop_dims.h"
#include "impls/copy/memory_cost.h"
#include "impls/epilogue.h"
#include "impls/softmax/list.h"
#include "impls/vectors_along.h"
#include "ops/quantized_softmax.h"
#include "support/fixed_point.h"
#include "support/int_math.h"

namespace convoy {

namespace {

/// Sums of so many exponentials of up to 2^19 stay below 2^31.
constexpr int64_t kMostElements = 4095;

enum Argument { kSrc, kDst, kExponentials, kTerms, kArguments };

struct Kernel {
  DType dtype = DType::i8;
  int64_t extent = 1;
  std::vector<LoopDim> others;  ///< strides of {src, dst}
  std::vector<int64_t> dst;     ///< strides per axis
};

Kernel make_kernel(const Problem& problem) {
  const TensorView &src = problem.view(problem.anchor_input(0)), &dst = problem.view(problem.group.output);
  Kernel k{.dtype = src.dtype, .extent = src.shape[src.rank() - 1], .dst = dst.strides};
  for (int axis = 0; axis + 1 < src.rank(); ++axis) {
    if (src.shape[axis] > 1) k.others.push_back({axis, src.shape[axis], {src.stride(axis), dst.stride(axis)}});
  }
  return k;
}

class Emitter {
 public:
  Emitter(KernelBuilder& b, const Kernel& kernel) : b_(b), k_(kernel) {}

  void emit() {
    b_.loop(b_.row_begin(), b_.row_end(), 1, [&](Val row) {
      const auto [index, src] = row_start(b_, k_.others, row, k_.dst.size(), b_.stored_as(DType::u8, b_.arg(kSrc)));
      Val dst = element_address(b_, k_.dtype, b_.arg(kDst), k_.dst, index);
      Val largest = maximum(src);
      const auto [fraction, shift] = reciprocal(sum_of_terms(src, largest));
      results(src, dst, largest, fraction, shift);
    });
  }

 private:
  Val load(Val src, Val elem, int active) { return load_widened(b_, k_.dtype, b_.offset(src, elem), 0, active); }
  Val larger(Val x, Val y) { return b_.select(b_.compare("gt", x, y, DType::i32), x, y); }
  Val smaller(Val x, Val y) { return b_.select(b_.compare("lt", x, y, DType::i32), x, y); }

  /// In every lane.
  Val maximum(Val src) {
    const FoldFn fold = [&](Val x, Val y) { return larger(x, y); };
    Val lowest = b_.i32(std::numeric_limits<int32_t>::min());
    Val found = fold_vectors(
        b_, k_.extent, lowest,
        [&](Val so_far, Val elem, int active) {
          return larger(so_far, first_lanes_of(b_, load(src, elem, active), lowest, active));
        },
        fold);
    return fold_lanes(b_, found, fold);
  }

  /// Elements of a table for the differences from the maximum; lanes that do not exist read the first.
  Val exponentials(Argument table, Val src, Val largest, Val elem, int active) {
    Val difference = first_lanes_of(b_, largest - load(src, elem, active), b_.i32(0), active);
    return b_.look_up(difference, false, DType::i32, b_.arg(table));
  }

  Val sum_of_terms(Val src, Val largest) {
    const FoldFn add = [](Val x, Val y) { return x + y; };
    Val sum = fold_vectors(
        b_, k_.extent, b_.i32(0),
        [&](Val so_far, Val elem, int active) {
          return so_far + first_lanes_of(b_, exponentials(kTerms, src, largest, elem, active), b_.i32(0), active);
        },
        add);
    return fold_lanes(b_, sum, add);
  }

  /// The high half of the doubled product.
  Val product(Val x, Val y) { return b_.scale_fixed_point(x, y, b_.i32(0), {.rounds_twice = true, .max_shift = 0}); }

  /// 256 / sum as fraction * 2^shift, by three steps of Newton and Raphson on the sum shifted to between 2^30 and 2^31:
  /// half of 1 + x in the reference's terms. A sum is at least 2^19, the maximum's own term.
  std::pair<Val, Val> reciprocal(Val sum) {
    Val half = sum, zeros = b_.i32(0);
    for (int bits : {8, 4, 2, 1}) {
      Val small = b_.compare("lt", half, b_.i32(1 << (31 - bits)), DType::i32);
      half = b_.select(small, b_.shift_left(half, bits), half);
      zeros = b_.select(small, zeros + b_.i32(bits), zeros);
    }
    constexpr int32_t k48Over17 = 1515870810, k32Over17 = 1010580540, kOneQ2 = 1 << 29, kTwoQ2 = 1 << 30;
    Val guess = b_.i32(k48Over17) + product(half, b_.i32(-k32Over17));
    for (int i = 0; i < 3; ++i) {
      Val rest = b_.i32(kOneQ2) - product(half, guess);
      guess = guess + b_.shift_left(product(guess, rest), 2);
    }
    Val full = b_.compare("ge", guess, b_.i32(kTwoQ2), DType::i32);
    Val fraction = b_.select(full, b_.i32(std::numeric_limits<int32_t>::max()), b_.shift_left(guess, 1));
    return {fraction, larger(zeros - b_.i32(34), b_.i32(-31))};
  }

  void results(Val src, Val dst, Val largest, Val fraction, Val shift) {
    const int32_t low = k_.dtype == DType::i8 ? -128 : 0;
    const FixedPointScaling scaling{.rounds_twice = true, .max_shift = -23};
    for_each_vector(b_, k_.extent, [&](Val elem, int active) {
      Val e = exponentials(kExponentials, src, largest, elem, active);
      Val share = smaller(b_.scale_fixed_point(e, fraction, shift, scaling), b_.i32(255));
      Val result = b_.convert(share + b_.i32(low), DType::i32, k_.dtype);
      b_.store_strided(k_.dtype, result, b_.offset(k_.dtype, dst, elem), 1, active);
    });
  }

  KernelBuilder& b_;
  const Kernel& k_;
};

class QuantizedSoftmaxRows : public Impl {
 public:
  std::string name() const override { return "quantized_softmax_rows"; }

  Proposal propose(const Problem& problem) const override {
    const ValueId src = problem.anchor_input(0);
    const Shape& shape = problem.type(src).shape;
    if (op_cast<QuantizedSoftmax>(*problem.anchor().op)->log) return Proposal::no("no vector code for the logarithm");
    if (!problem.group.epilogue.empty()) return Proposal::no("has an epilogue");
    if (shape.elems() == 0) return Proposal::no("no elements");
    if (shape[shape.rank() - 1] > kMostElements) return Proposal::no("more than 4095 elements along the axis");
    Proposal proposal;
    proposal.output = Layout::row_major;
    proposal.demands[src] = Demand::row_major;
    proposal.cost_ns = parallel_ns(cost_ns(problem), problem.target);
    proposal.variant = variant(problem);
    return proposal;
  }

  Lowered lower(const Problem& problem) const override {
    const Kernel k = make_kernel(problem);
    const std::array<int32_t, 256> exponentials =
        softmax_exponentials(*op_cast<QuantizedSoftmax>(*problem.anchor().op));
    std::vector<int32_t> terms;
    for (int32_t e : exponentials) terms.push_back(divide_by_power(e, kSoftmaxSumBits));
    StepSpec step;
    step.kernel = {.name = variant(problem),
                   .key = fmt::format("{} {} {}", to_string(k.dtype), k.extent, loop_key(k.others)),
                   .arg_count = kArguments,
                   .emit = [k](KernelBuilder& b) { Emitter(b, k).emit(); }};
    step.args = {ValueArg{problem.anchor_input(0)}, ValueArg{problem.group.output},
                 Tensor::of(std::vector<int32_t>(exponentials.begin(), exponentials.end())), Tensor::of(terms)};
    step.rows = iterations(k.others);
    step.cost_ns = cost_ns(problem);
    return {{std::move(step)}, {}};
  }

 private:
  static std::string variant(const Problem& problem) {
    return fmt::format("quantized_softmax_rows_{}_{}", to_string(problem.type(problem.group.output).dtype),
                       problem.target.isa.name);
  }

  /// Two look-ups and a fixed-point product an element, and some 80 instructions a row for the reciprocal.
  static double cost_ns(const Problem& problem) {
    const Shape& shape = problem.type(problem.group.output).shape;
    const int64_t extent = shape[shape.rank() - 1], lanes = problem.target.isa.f32_lanes();
    const auto rows = static_cast<double>(shape.elems() / extent);
    const auto vectors = static_cast<double>(ceil_div(extent, lanes));
    return vector_ops_ns(rows * (vectors * (30 + 10 * static_cast<double>(lanes)) + 100));
  }
};

}  // namespace

const Impl& quantized_softmax_rows() {
  static const QuantizedSoftmaxRows impl;
  return impl;
}

}  // namespace convoy
