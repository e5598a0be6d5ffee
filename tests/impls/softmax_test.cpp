#include "ops/softmax.h"

#include <gtest/gtest.h>

#include "impls/harness.h"
#include "impls/softmax/list.h"

namespace convoy {
namespace {

Softmax softmax(int64_t axis, bool log) {
  Softmax op;
  op.axis = axis;
  op.log = log;
  return op;
}

void check_softmax(int64_t axis, const Shape& src, ValueRange range = {-5, 5},
                   const Impl& impl = softmax_along_axis()) {
  const auto terms = static_cast<double>(src[static_cast<int>(axis < 0 ? axis + src.rank() : axis)]);
  for (bool log : {false, true}) {
    check(impl, [&](CaseBuilder& b) { return b.add(softmax(axis, log), {b.input(src, range)}); },
          {.ulps = 8 + terms, .terms = log ? 16.0 : 0.0, .scale = range.high});
  }
}

TEST(SoftmaxKernel, LengthsAroundVectors) {
  for (int64_t extent : {1, 2, 3, 4, 5, 15, 16, 17, 63, 64, 65, 200}) check_softmax(-1, Shape{3, extent});
}

TEST(SoftmaxKernel, ChannelsAndOtherAxes) {
  check_softmax(1, Shape{2, 21, 3, 5});
  check_softmax(1, Shape{2, 37, 1, 1});
  check_softmax(3, Shape{2, 3, 4, 18});
  check_softmax(2, Shape{2, 3, 20, 1});
}

TEST(SoftmaxKernel, LargeValuesDoNotOverflow) {
  check_softmax(-1, Shape{4, 33}, {940, 1000});
}

TEST(SoftmaxKernel, Epilogue) {
  check(softmax_along_axis(),
        [](CaseBuilder& b) {
          ValueId dst = b.add(softmax(-1, false), {b.input(Shape{3, 4, 35})});
          return b.add(binary(BinaryKind::mul), {dst, b.constant(Shape{4, 1})});
        },
        {.ulps = 40});
}

TEST(SoftmaxTiles, FewElementsOfManyPixels) {
  for (int64_t extent : {2, 3, 4, 5, 15, 16}) check_softmax(1, Shape{2, extent, 3, 16}, {-5, 5}, softmax_tiles());
  for (int64_t extent : {17, 21, 32}) check_softmax(1, Shape{1, extent, 2, 37}, {-5, 5}, softmax_tiles());
  check_softmax(-1, Shape{3, 8, 21}, {-5, 5}, softmax_tiles());
  check_softmax(-1, Shape{50, 19}, {940, 1000}, softmax_tiles());
}

TEST(SoftmaxTiles, Epilogue) {
  for (const Shape& factor : {Shape{}, Shape{19, 1, 1}, Shape{3, 23}, Shape{2, 19, 3, 23}}) {
    check(softmax_tiles(),
          [&](CaseBuilder& b) {
            ValueId dst = b.add(softmax(1, false), {b.input(Shape{2, 19, 3, 23})});
            return b.add(binary(BinaryKind::mul), {dst, b.constant(factor)});
          },
          {.ulps = 30});
  }
}

TEST(SoftmaxTiles, RefusesLongRows) {
  const Proposal proposal = proposal_for(softmax_tiles(), [](CaseBuilder& b) {
    return b.add(softmax(1, false), {b.input(Shape{50, 1000})});
  });
  EXPECT_EQ(proposal.refusal, "long rows, or few of them");
}

TEST(SoftmaxKernel, RefusesAnAxisThatIsNeverInnermost) {
  const Proposal proposal = proposal_for(softmax_along_axis(), [](CaseBuilder& b) {
    return b.add(softmax(2, false), {b.input(Shape{1, 16, 4, 4})});
  });
  EXPECT_EQ(proposal.refusal, "the axis is innermost in no layout");
}

}  // namespace
}  // namespace convoy
