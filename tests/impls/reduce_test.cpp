#include "ops/reduce.h"

#include <gtest/gtest.h>

#include "impls/harness.h"
#include "impls/reduce/list.h"
#include "ops/cast.h"
#include "support/dtypes.h"

namespace convoy {
namespace {

Reduce reduce(ReduceKind kind, std::vector<int64_t> axes, bool keepdims = true) {
  Reduce op;
  op.kind = kind;
  op.axes = std::move(axes);
  op.keepdims = keepdims;
  return op;
}

/// The first implementation that takes the arrangement: each leaves to the other what that can do.
class AnyReduce : public Impl {
 public:
  std::string name() const override { return "reduce"; }
  Proposal propose(const Problem& problem) const override { return chosen(problem).propose(problem); }
  Lowered lower(const Problem& problem) const override { return chosen(problem).lower(problem); }

 private:
  static const Impl& chosen(const Problem& problem) {
    return reduce_lanes().propose(problem).accepted() ? reduce_lanes() : reduce_innermost();
  }
};

void check_reduce(const Reduce& op, const Shape& src) {
  check(AnyReduce(), [&](CaseBuilder& b) { return b.add(op, {b.input(src)}); },
        {.terms = static_cast<double>(src.elems())});
}

TEST(ReduceKernel, PixelsAndChannels) {
  for (int64_t channels : {1, 3, 4, 5, 15, 16, 17, 70}) {
    check_reduce(reduce(ReduceKind::mean, {2, 3}, channels % 2 == 0), Shape{2, channels, 5, 7});
  }
  check_reduce(reduce(ReduceKind::mean, {2, 3}), Shape{1, 300, 7, 7});
  check_reduce(reduce(ReduceKind::sum, {1}), Shape{1, 67, 3, 5});
  check_reduce(reduce(ReduceKind::sum, {1}, false), Shape{2, 16, 3, 5});
}

TEST(ReduceKernel, Kinds) {
  for (ReduceKind kind : {ReduceKind::sum, ReduceKind::mean, ReduceKind::max, ReduceKind::min, ReduceKind::prod,
                          ReduceKind::l1, ReduceKind::l2, ReduceKind::sum_square}) {
    check_reduce(reduce(kind, {2, 3}), Shape{1, 19, 6, 9});
    check_reduce(reduce(kind, {-1}, false), Shape{5, 131});
  }
}

TEST(ReduceKernel, OtherAxes) {
  check_reduce(reduce(ReduceKind::max, {0}), Shape{3, 18, 4, 5});
  check_reduce(reduce(ReduceKind::sum, {3}, false), Shape{2, 18, 4, 21});
  check_reduce(reduce(ReduceKind::sum, {1, 2, 3}), Shape{3, 18, 4, 5});
  check_reduce(reduce(ReduceKind::mean, {0, 2}, false), Shape{6, 3, 70});
  check_reduce(reduce(ReduceKind::mean, {2, 3}), Shape{1, 20, 1, 1});
}

TEST(ReduceKernel, ScalarResult) {
  for (ReduceKind kind : {ReduceKind::mean, ReduceKind::max}) {
    check_reduce(reduce(kind, {0, 1, 2, 3}, false), Shape{2, 18, 4, 5});
    check(AnyReduce(),
          [&](CaseBuilder& b) {
            ValueId mean = b.add(reduce(kind, {0, 1}, false), {b.input(Shape{7, 35})});
            return b.add(unary(UnaryKind::relu), {b.add(binary(BinaryKind::sub), {mean, b.input(Shape{})})});
          },
          {.terms = 245});
  }
}

TEST(ReduceKernel, Epilogue) {
  for (int64_t axis : {1, 3}) {
    check(AnyReduce(),
          [&](CaseBuilder& b) {
            ValueId mean = b.add(reduce(ReduceKind::mean, {axis}), {b.input(Shape{2, 21, 5, 5})});
            ValueId scaled = b.add(binary(BinaryKind::mul), {mean, b.constant(Shape{axis == 1 ? 1 : 21, 5, 1})});
            return b.add(unary(UnaryKind::relu), {scaled});
          },
          {.terms = 30});
  }
}

TEST(ReduceKernel, LogarithmOfASum) {
  check(AnyReduce(),
        [&](CaseBuilder& b) {
          return b.add(reduce(ReduceKind::log_sum, {1}), {b.input(Shape{1, 19, 6, 9}, {0.1, 2})});
        },
        {.ulps = 8, .terms = 19});
}

TEST(ReduceKernel, FewElementsOfManyPixels) {
  for (int64_t channels : {2, 3, 16, 21, 33, 130})
    check_reduce(reduce(ReduceKind::max, {1}), Shape{2, channels, 3, 37});
  check_reduce(reduce(ReduceKind::mean, {2}, false), Shape{3, 50, 21});
}

/// Bytes of the whole range, or sums of many of them.
Tensor numbers(DType dtype, const Shape& shape) {
  Tensor tensor(dtype, shape);
  std::mt19937 random(17);
  visit_dtype(dtype, [&]<class T>() {
    if constexpr (kIsInteger<T>) {
      for (int64_t i = 0; i < tensor.elems(); ++i) tensor.as<T>()[i] = static_cast<T>(random());
    }
  });
  return tensor;
}

void check_integers(const Reduce& op, DType dtype, const Shape& src) {
  check(AnyReduce(), [&](CaseBuilder& b) { return b.add(op, {b.input(numbers(dtype, src))}); });
}

TEST(ReduceKernel, Integers) {
  for (DType dtype : {DType::i8, DType::u8, DType::i32}) {
    for (ReduceKind kind : {ReduceKind::sum, ReduceKind::max, ReduceKind::min}) {
      Reduce op = reduce(kind, {2, 3});
      op.widen = kind == ReduceKind::sum && dtype != DType::i32;
      for (int64_t channels : {1, 3, 16, 17, 70}) check_integers(op, dtype, Shape{2, channels, 5, 7});
      op.axes = {1};
      check_integers(op, dtype, Shape{2, 19, 3, 5});
      op.axes = {0, 1, 2, 3};
      check_integers(op, dtype, Shape{2, 9, 5, 6});
    }
  }
}

/// Without room for more, sums of bytes wrap around.
TEST(ReduceKernel, SumsThatStayBytes) {
  for (DType dtype : {DType::i8, DType::u8}) check_integers(reduce(ReduceKind::sum, {2, 3}), dtype, Shape{1, 19, 6, 9});
}

/// What a global average pool of quantised numbers becomes.
TEST(ReduceKernel, RequantisedMean) {
  for (int64_t axis : {1, 3}) {
    check(AnyReduce(), [&](CaseBuilder& b) {
      Reduce op = reduce(ReduceKind::sum, {axis});
      op.widen = true;
      Cast to_float, to_byte;
      to_float.to = DType::f32, to_byte.to = DType::i8;
      const ValueId sums = b.add(op, {b.input(numbers(DType::i8, Shape{2, 21, 5, 13}))});
      const ValueId centred = b.add(binary(BinaryKind::sub), {sums, b.constant(Tensor::scalar<int32_t>(-37))});
      const ValueId real = b.add(to_float, {centred});
      const ValueId scaled = b.add(binary(BinaryKind::mul), {real, b.constant(Tensor::scalar(0.0125f))});
      const ValueId rounded = b.add(unary(UnaryKind::round), {scaled});
      return b.add(to_byte, {b.add(unary(UnaryKind::clip, -128, 127), {rounded})});
    });
  }
}

TEST(ReduceKernel, RefusesMeansOfIntegers) {
  const Proposal proposal = proposal_for(reduce_lanes(), [](CaseBuilder& b) {
    return b.add(reduce(ReduceKind::mean, {2, 3}), {b.input(numbers(DType::i8, Shape{1, 16, 4, 4}))});
  });
  EXPECT_EQ(proposal.refusal, "no vector code for mean of integers");
}

TEST(ReduceKernel, RefusesOtherKinds) {
  const Proposal proposal = proposal_for(reduce_lanes(), [](CaseBuilder& b) {
    return b.add(reduce(ReduceKind::log_sum_exp, {2, 3}), {b.input(Shape{1, 16, 4, 4})});
  });
  EXPECT_EQ(proposal.refusal, "no vector code for log_sum_exp");
}

}  // namespace
}  // namespace convoy
