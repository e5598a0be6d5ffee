#include "ops/arg_reduce.h"

#include <gtest/gtest.h>

#include <cmath>

#include "impls/arg_reduce/list.h"
#include "impls/harness.h"

namespace convoy {
namespace {

/// The first implementation that takes the arrangement: each leaves to the other what that can do.
class AnyArgReduce : public Impl {
 public:
  std::string name() const override { return "arg_reduce"; }
  Proposal propose(const Problem& problem) const override { return chosen(problem).propose(problem); }
  Lowered lower(const Problem& problem) const override { return chosen(problem).lower(problem); }

 private:
  static const Impl& chosen(const Problem& problem) {
    return arg_reduce_lanes().propose(problem).accepted() ? arg_reduce_lanes() : arg_reduce_innermost();
  }
};

/// Values of which many are equal; `special` adds NaN and infinities.
Tensor values(const Shape& shape, bool special) {
  const float inf = std::numeric_limits<float>::infinity();
  const float numbers[] = {3, -1, 3, 0, 2, -1, -0.0f, 3, 1, 2.5f, -4, std::nanf(""), inf, -inf};
  const uint64_t count = special ? std::size(numbers) : std::size(numbers) - 3;
  Tensor tensor(DType::f32, shape);
  uint64_t random = 12345;
  for (int64_t i = 0; i < tensor.elems(); ++i) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    tensor.as<float>()[i] = numbers[(random >> 33) % count];
  }
  return tensor;
}

void check_arg(const Shape& shape, int64_t axis) {
  for (ArgReduceKind kind : {ArgReduceKind::max, ArgReduceKind::min}) {
    for (bool last : {false, true}) {
      for (bool special : {false, true}) {
        ArgReduce op;
        op.kind = kind;
        op.axis = axis;
        op.select_last = last;
        op.keepdims = !special;
        check(AnyArgReduce(), [&](CaseBuilder& b) { return b.add(op, {b.input(values(shape, special))}); });
      }
    }
  }
}

TEST(ArgReduceKernel, ChannelsOfPixels) {
  check_arg(Shape{1, 21, 7, 9}, 1);
  check_arg(Shape{2, 5, 3, 70}, 1);
  check_arg(Shape{1, 1, 5, 6}, 1);
  check_arg(Shape{1, 33, 1, 1}, 1);
}

TEST(ArgReduceKernel, LengthsAroundVectors) {
  for (int64_t extent : {1, 2, 4, 15, 16, 17, 63, 64, 65, 131}) check_arg(Shape{3, extent}, -1);
  for (int64_t extent : {3, 16, 19}) check_arg(Shape{37, extent}, -1);
}

TEST(ArgReduceKernel, OtherAxes) {
  check_arg(Shape{3, 18, 4, 5}, 0);
  check_arg(Shape{3, 6, 20, 5}, 2);
  check_arg(Shape{40}, 0);
}

TEST(ArgReduceKernel, RefusesOtherTypes) {
  const Proposal proposal = proposal_for(arg_reduce_lanes(), [](CaseBuilder& b) {
    return b.add(ArgReduce{}, {b.input(Tensor::of<int64_t>({4, 5}))});
  });
  EXPECT_EQ(proposal.refusal, "not f32");
}

}  // namespace
}  // namespace convoy
