#include "ops/softmax.h"

#include <gtest/gtest.h>

#include "impls/harness.h"
#include "impls/softmax/list.h"
#include "ops/quantized_softmax.h"

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

/// Numbers of the whole range, or near the largest one.
Tensor quantised_numbers(DType dtype, const Shape& shape, int range) {
  Tensor tensor(dtype, shape);
  std::mt19937 random(23);
  for (int64_t i = 0; i < tensor.elems(); ++i) {
    tensor.as<uint8_t>()[i] =
        static_cast<uint8_t>(static_cast<int>(random() % 256) * range / 255 + (dtype == DType::i8 ? 128 : 0));
  }
  return tensor;
}

TEST(QuantizedSoftmaxKernel, BitsOfTheReference) {
  struct Case {
    Rounding rounding;
    double scale;
    DType dtype;
    int range;
  };
  for (const Case& c : {Case{Rounding::once, 0.004, DType::i8, 255}, Case{Rounding::twice, 0.0625, DType::u8, 255},
                        Case{Rounding::once, 0.3, DType::u8, 9}, Case{Rounding::twice, 2.0, DType::i8, 0}}) {
    check(quantized_softmax_rows(), [&](CaseBuilder& b) {
      return b.add(quantized_softmax(c.scale, c.rounding),
                   {b.input(quantised_numbers(c.dtype, Shape{3, 37}, c.range))});
    });
  }
}

TEST(QuantizedSoftmaxKernel, Shapes) {
  for (const Shape& shape : {Shape{1}, Shape{2}, Shape{5, 1}, Shape{2, 3, 4, 5}, Shape{1, 1001}, Shape{1, 4095}}) {
    for (int range : {255, 0}) {
      check(quantized_softmax_rows(), [&](CaseBuilder& b) {
        return b.add(quantized_softmax(0.05, Rounding::twice), {b.input(quantised_numbers(DType::u8, shape, range))});
      });
    }
  }
  const Proposal proposal = proposal_for(quantized_softmax_rows(), [](CaseBuilder& b) {
    return b.add(quantized_softmax(0.05, Rounding::twice), {b.input(quantised_numbers(DType::u8, Shape{4096}, 9))});
  });
  EXPECT_EQ(proposal.refusal, "more than 4095 elements along the axis");
}

}  // namespace
}  // namespace convoy
