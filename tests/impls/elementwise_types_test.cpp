// Elementwise groups on booleans and integers, and between them and f32.
#include <gtest/gtest.h>

#include <cmath>

#include "impls/elementwise/list.h"
#include "impls/harness.h"
#include "impls/norm/list.h"
#include "ops/cast.h"
#include "ops/instance_norm.h"
#include "ops/where.h"
#include "support/dtypes.h"

namespace convoy {
namespace {

constexpr BinaryKind kComparisons[] = {BinaryKind::equal, BinaryKind::less, BinaryKind::less_equal, BinaryKind::greater,
                                       BinaryKind::greater_equal};

Cast cast(DType to) {
  Cast op;
  op.to = to;
  return op;
}

/// Small whole numbers (0 and 1 for booleans), many of them equal.
Tensor whole_numbers(DType dtype, const Shape& shape) {
  Tensor tensor(dtype, shape);
  visit_dtype(dtype, [&]<class T>() {
    if constexpr (std::is_arithmetic_v<T>) {
      for (int64_t i = 0; i < tensor.elems(); ++i)
        tensor.as<T>()[i] = static_cast<T>(kIsBool<T> ? i * 7 % 3 == 0 : i * 7 % 11);
    }
  });
  return tensor;
}

TEST(ElementwiseTypes, ComparisonsOfFloats) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::nanf("");
  const Tensor lhs = Tensor::of<float>({1, 2, 2, nan, nan, 1, inf, -inf, 0, 3, 5, inf, -1, -2, 7, 8, 9, 1, 2});
  const Tensor rhs = Tensor::of<float>({2, 1, 2, 1, nan, nan, inf, inf, -0.0f, 3, 4, 1, -1, -3, 9, 8, 7, 1, 1});
  for (BinaryKind kind : kComparisons) {
    check(elementwise(), [&](CaseBuilder& b) { return b.add(binary(kind), {b.input(lhs), b.input(rhs)}); });
    check(elementwise(), [&](CaseBuilder& b) {
      return b.add(binary(kind), {b.input(Shape{2, 19, 5, 6}), b.input(Shape{19, 1, 1})});
    });
  }
}

TEST(ElementwiseTypes, ComparisonsOfIntegers) {
  for (BinaryKind kind : kComparisons) {
    for (DType dtype : {DType::i8, DType::u8, DType::i32, DType::i64, DType::u64}) {
      check(elementwise(), [&](CaseBuilder& b) {
        return b.add(binary(kind), {b.input(whole_numbers(dtype, {3, 37})), b.input(whole_numbers(dtype, {37}))});
      });
    }
  }
  check(elementwise(), [](CaseBuilder& b) {
    return b.add(binary(BinaryKind::less),
                 {b.input(Tensor::of<uint8_t>({1, 200, 100})), b.input(Tensor::of<uint8_t>({200, 1, 100}))});
  });
}

TEST(ElementwiseTypes, Logic) {
  const Shape shape{2, 3, 41};
  for (BinaryKind kind : {BinaryKind::logical_and, BinaryKind::logical_or, BinaryKind::equal}) {
    check(elementwise(), [&](CaseBuilder& b) {
      const ValueId x = b.input(whole_numbers(DType::boolean, shape));
      return b.add(binary(kind), {x, b.input(whole_numbers(DType::boolean, {3, 1}))});
    });
  }
  check(elementwise(), [&](CaseBuilder& b) {
    return b.add(unary(UnaryKind::logical_not), {b.input(whole_numbers(DType::boolean, shape))});
  });
}

/// Layouts, padding and tails of byte tensors.
TEST(ElementwiseTypes, WhereOfEveryShape) {
  for (const Shape& shape : {Shape{1}, Shape{17}, Shape{3, 130}, Shape{1, 19, 5, 6}, Shape{2, 64, 3, 3}, Shape{}}) {
    check(elementwise(), [&](CaseBuilder& b) {
      return b.add(Where{}, {b.input(whole_numbers(DType::boolean, shape)), b.input(shape), b.input(shape)});
    });
  }
  check(elementwise(), [](CaseBuilder& b) {
    return b.add(Where{}, {b.input(whole_numbers(DType::boolean, {2, 1, 5, 7})), b.input(Shape{2, 20, 5, 7}),
                           b.constant(Tensor::scalar(-1e9f))});
  });
  check(elementwise(), [](CaseBuilder& b) {
    return b.add(Where{}, {b.input(whole_numbers(DType::boolean, {37})), b.input(whole_numbers(DType::i64, {37})),
                           b.constant(Tensor::scalar<int64_t>(-1))});
  });
}

TEST(ElementwiseTypes, CastsBetweenAllTypes) {
  const std::vector<DType> dtypes = {DType::f32, DType::boolean, DType::i8,  DType::u8,  DType::i16,
                                     DType::u16, DType::i32,     DType::u32, DType::i64, DType::u64};
  for (DType from : dtypes) {
    for (DType to : dtypes) {
      check(elementwise(), [&](CaseBuilder& b) {
        return b.add(cast(to), {b.input(whole_numbers(from, {1, 5, 3, 7}))});
      });
    }
  }
}

TEST(ElementwiseTypes, CastsSaturateAndTruncate) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::nanf("");
  const Tensor floats = Tensor::of<float>({0,    -0.0f, 0.5f, -0.5f, 1.99f, -1.99f, 127.5f, 128,  -129, 255.5f, 256,
                                           3e9f, -3e9f, 5e9f, 1e19f, 2e19f, -1e19f, inf,    -inf, nan,  1e-40f});
  for (DType to :
       {DType::boolean, DType::i8, DType::u8, DType::i16, DType::u16, DType::i32, DType::u32, DType::i64, DType::u64}) {
    check(elementwise(), [&](CaseBuilder& b) { return b.add(cast(to), {b.input(floats)}); });
  }
  check(elementwise(), [&](CaseBuilder& b) {
    return b.add(cast(DType::f32), {b.input(Tensor::of<int64_t>({INT64_MAX, INT64_MIN, 16777217, -5, 0}))});
  });
}

TEST(ElementwiseTypes, IntegerArithmetic) {
  for (BinaryKind kind : {BinaryKind::add, BinaryKind::sub, BinaryKind::mul, BinaryKind::min, BinaryKind::max}) {
    for (DType dtype : {DType::u8, DType::i32, DType::i64}) {
      check(elementwise(), [&](CaseBuilder& b) {
        return b.add(binary(kind), {b.input(whole_numbers(dtype, {3, 37})), b.input(whole_numbers(dtype, {37}))});
      });
    }
  }
}

/// A mask is made, combined, converted and applied in one loop.
TEST(ElementwiseTypes, MasksStayInRegisters) {
  check(elementwise(), [](CaseBuilder& b) {
    const ValueId x = b.input(Shape{1, 20, 6, 7}), y = b.input(Shape{1, 20, 6, 7});
    const ValueId above = b.add(binary(BinaryKind::greater), {x, b.constant(Tensor::scalar(0.25f))});
    const ValueId below = b.add(binary(BinaryKind::less_equal), {y, b.constant(Shape{20, 1, 1})});
    const ValueId both = b.add(binary(BinaryKind::logical_and), {above, below});
    const ValueId mask = b.add(cast(DType::f32), {b.add(unary(UnaryKind::logical_not), {both})});
    return b.add(binary(BinaryKind::mul), {mask, x});
  });
}

TEST(ElementwiseTypes, PictureToFloatAndBack) {
  check(elementwise(), [](CaseBuilder& b) {
    const ValueId x = b.add(cast(DType::f32), {b.input(whole_numbers(DType::u8, {1, 3, 9, 11}))});
    const ValueId centred = b.add(binary(BinaryKind::sub), {x, b.constant(Shape{3, 1, 1})});
    return b.add(binary(BinaryKind::mul), {centred, b.constant(Tensor::scalar(1.f / 255))});
  });
  check(elementwise(), [](CaseBuilder& b) {
    const ValueId scaled =
        b.add(binary(BinaryKind::mul), {b.input(Shape{1, 3, 9, 11}), b.constant(Tensor::scalar(255.f))});
    return b.add(cast(DType::u8), {b.add(unary(UnaryKind::clip, 0, 255), {b.add(unary(UnaryKind::round), {scaled})})});
  });
}

TEST(ElementwiseTypes, WhereInAnEpilogue) {
  check(*instance_norm_impls().front(),
        [](CaseBuilder& b) {
          const ValueId norm =
              b.add(InstanceNorm{}, {b.input(Shape{1, 19, 6, 7}), b.constant(Shape{19}), b.constant(Shape{19})});
          const ValueId condition = b.input(whole_numbers(DType::boolean, {1, 19, 6, 7}));
          const ValueId chosen = b.add(Where{}, {condition, norm, b.constant(Tensor::scalar(-7.f))});
          const ValueId positive = b.add(binary(BinaryKind::greater), {chosen, b.constant(Tensor::scalar(0.f))});
          return b.add(binary(BinaryKind::mul), {chosen, b.add(cast(DType::f32), {positive})});
        },
        {.ulps = 16, .terms = 400});
}

}  // namespace
}  // namespace convoy
