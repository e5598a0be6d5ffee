#include <gtest/gtest.h>

#include <cmath>

#include "impls/elementwise/list.h"
#include "impls/elementwise/math.h"
#include "impls/harness.h"

namespace convoy {
namespace {

void check_unary(const Unary& op, ValueRange range, Tolerance tolerance = {.ulps = 4, .terms = 0}) {
  check(
      elementwise(),
      [&](CaseBuilder& b) {
        return b.add(op, {b.input(Shape{1, 3, 9, 67}, range)});
      },
      tolerance);
}

TEST(ElementwiseMath, CheapFunctions) {
  const Tolerance exact{.ulps = 0, .terms = 0}, rounded{.ulps = 2, .terms = 1};
  const ValueRange range{-9, 9};
  for (UnaryKind kind : {UnaryKind::relu, UnaryKind::sqrt, UnaryKind::reciprocal, UnaryKind::neg, UnaryKind::abs,
                         UnaryKind::floor, UnaryKind::ceil, UnaryKind::round, UnaryKind::sign}) {
    check_unary(unary(kind), range, exact);
  }
  check_unary(unary(UnaryKind::leaky_relu, 0.125), range, exact);
  check_unary(unary(UnaryKind::leaky_relu, -0.125), range, exact);
  check_unary(unary(UnaryKind::clip, 0, 6), range, exact);
  check_unary(unary(UnaryKind::hard_sigmoid, 0.2, 0.5), range, rounded);
  check_unary(unary(UnaryKind::hard_swish), range, {.ulps = 2, .terms = 10});
  check_unary(unary(UnaryKind::softsign), range, rounded);
}

TEST(ElementwiseMath, ExponentialFamily) {
  check_unary(unary(UnaryKind::exp), {-86, 88.7});
  check_unary(unary(UnaryKind::exp), {-1, 1});
  check_unary(unary(UnaryKind::sigmoid), {-20, 20});
  check_unary(unary(UnaryKind::tanh), {-12, 12});
  check_unary(unary(UnaryKind::tanh), {-0.01, 0.01});
  check_unary(unary(UnaryKind::silu), {-30, 30});
  check_unary(unary(UnaryKind::mish), {-15, 30});
  check_unary(unary(UnaryKind::elu, 1.5), {-20, 5});
  check_unary(unary(UnaryKind::elu, 1), {-0.01, 0.01});
  check_unary(unary(UnaryKind::selu, 1.67326, 1.0507), {-20, 5});
  check_unary(unary(UnaryKind::softplus), {-20, 40});
  check_unary(unary(UnaryKind::gelu_tanh), {-4, 6}, {.ulps = 6, .terms = 6});
}

TEST(ElementwiseMath, LogarithmErrorFunctionAndAngles) {
  check_unary(unary(UnaryKind::log), {1e-3, 3});
  check_unary(unary(UnaryKind::log), {0.99, 1.01});
  check_unary(unary(UnaryKind::log), {1, 1e30});
  check_unary(unary(UnaryKind::erf), {-5, 5});
  check_unary(unary(UnaryKind::erf), {-0.01, 0.01});
  check_unary(unary(UnaryKind::gelu), {-6, 6}, {.ulps = 4, .terms = 16});
  check_unary(unary(UnaryKind::sin), {-10, 10}, {.ulps = 4, .terms = 2});
  check_unary(unary(UnaryKind::cos), {-3e4, 3e4}, {.ulps = 4, .terms = 4});
  check_unary(unary(UnaryKind::sin), {9e4, 1e5}, {.ulps = 4, .terms = 24});
}

TEST(ElementwiseMath, AnglesOfInfinitiesAreNaN) {
  const float inf = std::numeric_limits<float>::infinity();
  for (UnaryKind kind : {UnaryKind::sin, UnaryKind::cos}) {
    check(elementwise(), [&](CaseBuilder& b) {
      return b.add(unary(kind), {b.input(Tensor::of<float>({inf, -inf, std::nanf(""), 0, -0.0f, 1e-42f}))});
    });
  }
}

/// Those that f32 holds as subnormal numbers only may come out as zero, which the tolerance allows.
TEST(ElementwiseMath, TinyExponentialsAreZeroOrRight) {
  check_unary(unary(UnaryKind::exp), {-104, -86});
}

/// Every operator on infinities, NaN, zeros, and the ends of the range.
TEST(ElementwiseMath, SpecialValues) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::nanf("");
  const Tensor values =
      Tensor::of<float>({0.0f,   -0.0f, inf,    -inf, nan,  1e-38f, -1e-38f, 1e-42f, 3e38f, -3e38f, 88.5f,
                         88.72f, 88.9f, -88.9f, 200,  -200, 1,      -1,      0.5f,   2.5f,  -0.5f});
  for (const char* word : EnumWords<UnaryKind>::words) {
    Unary op = unary(enum_value<UnaryKind>(word), 0.5, 1.5);
    if (!can_emit(op) || op.kind == UnaryKind::sin || op.kind == UnaryKind::cos) continue;
    check(elementwise(), [&](CaseBuilder& b) { return b.add(op, {b.input(values)}); }, {.ulps = 6, .terms = 10});
  }
}

TEST(ElementwiseMath, Pow) {
  auto check_pow = [](const Tensor& base, const Tensor& exponent) {
    check(elementwise(),
          [&](CaseBuilder& b) {
            return b.add(binary(BinaryKind::pow), {b.input(base), b.input(exponent)});
          },
          {.ulps = 8, .terms = 0});
  };
  const float inf = std::numeric_limits<float>::infinity(), nan = std::nanf("");
  const std::vector<float> bases = {0,    -0.0f, 1,      -1,     2,      -2,  0.5f, -0.5f,
                                    1.5f, 3e38f, -3e38f, 1e-38f, 1e-42f, inf, -inf, nan};
  const std::vector<float> exponents = {0, 1, -1, 2, 3, -3, 0.5f, -0.5f, 2.5f, 7, 31.5f, 1e9f, inf, -inf, nan};
  std::vector<float> all_bases, all_exponents;
  for (float base : bases) {
    for (float exponent : exponents) {
      all_bases.push_back(base);
      all_exponents.push_back(exponent);
    }
  }
  check_pow(Tensor::of(all_bases), Tensor::of(all_exponents));
}

TEST(ElementwiseMath, PowOfRandomValuesAndConstants) {
  check(elementwise(),
        [](CaseBuilder& b) {
          return b.add(binary(BinaryKind::pow), {b.input(Shape{33, 35}, {1e-3, 1e3}), b.input(Shape{33, 35}, {-6, 6})});
        },
        {.ulps = 12, .terms = 0});
  for (float exponent : {1.f, 2.f, 3.f, 4.f, 0.5f, -1.f, -2.f, 1.7f}) {
    const float inf = std::numeric_limits<float>::infinity();
    check(elementwise(),
          [&](CaseBuilder& b) {
            return b.add(
                binary(BinaryKind::pow),
                {b.input(Tensor::of<float>({inf, -inf, 0, -0.0f, std::nanf(""), 1e20f, -1e20f, 6e-20f, 1e-38f, -2, 2})),
                 b.constant(Tensor::scalar(exponent))});
          },
          {.ulps = 6, .terms = 0});
    check(elementwise(),
          [&](CaseBuilder& b) {
            return b.add(binary(BinaryKind::pow),
                         {b.input(Shape{5, 35}, {0.1, 10}), b.constant(Tensor::scalar(exponent))});
          },
          {.ulps = 4, .terms = 0});
  }
}

TEST(ElementwiseMath, PowByAnInteger) {
  check(elementwise(), [](CaseBuilder& b) {
    return b.add(binary(BinaryKind::pow), {b.input(Shape{5, 35}), b.constant(Tensor::scalar<int64_t>(2))});
  });
}

TEST(ElementwiseMath, RemaindersAreExact) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::nanf("");
  const std::vector<float> numbers = {0,     -0.0f,  1,     -1,    2.5f, -2.5f,  7,     0.1f, -0.3f, 1e-45f, 1e-38f,
                                      3e38f, -3e38f, 1e20f, 12345, 8e6f, 3e-30f, 1e10f, inf,  -inf,  nan};
  std::vector<float> lhs, rhs;
  for (float x : numbers) {
    for (float y : numbers) {
      lhs.push_back(x);
      rhs.push_back(y);
    }
  }
  for (BinaryKind kind : {BinaryKind::mod, BinaryKind::fmod}) {
    const Tolerance exact{.ulps = 0, .terms = 0};
    check(
        elementwise(),
        [&](CaseBuilder& b) {
          return b.add(binary(kind), {b.input(Tensor::of(lhs)), b.input(Tensor::of(rhs))});
        },
        exact);
    check(
        elementwise(),
        [&](CaseBuilder& b) {
          return b.add(binary(kind), {b.input(Shape{40, 67}, {-1000, 1000}), b.input(Shape{40, 67}, {-2, 2})});
        },
        exact);
  }
}

TEST(Elementwise, BinaryKinds) {
  for (BinaryKind kind : {BinaryKind::add, BinaryKind::sub, BinaryKind::mul, BinaryKind::div, BinaryKind::min,
                          BinaryKind::max, BinaryKind::prelu}) {
    check(elementwise(),
          [&](CaseBuilder& b) {
            return b.add(binary(kind), {b.input(Shape{2, 5, 7, 3}), b.input(Shape{2, 5, 7, 3})});
          },
          {.ulps = 1, .terms = 0});
  }
}

TEST(Elementwise, MinAndMaxKeepNaN) {
  const float nan = std::nanf("");
  for (BinaryKind kind : {BinaryKind::min, BinaryKind::max}) {
    check(elementwise(), [&](CaseBuilder& b) {
      return b.add(binary(kind),
                   {b.input(Tensor::of<float>({nan, 1, nan, 2})), b.input(Tensor::of<float>({1, nan, nan, 3}))});
    });
  }
}

TEST(Elementwise, Broadcasts) {
  const Shape image{2, 19, 5, 6};
  for (const Shape& other : {Shape{}, Shape{1}, Shape{6}, Shape{5, 1}, Shape{19, 1, 1}, Shape{2, 1, 1, 1},
                             Shape{2, 19, 1, 1}, Shape{1, 1, 5, 6}, Shape{1, 19, 1, 6}}) {
    check(elementwise(), [&](CaseBuilder& b) {
      return b.add(binary(BinaryKind::sub), {b.input(image), b.input(other)});
    });
    check(elementwise(), [&](CaseBuilder& b) {
      return b.add(binary(BinaryKind::sub), {b.constant(other), b.input(image)});
    });
  }
  check(elementwise(), [](CaseBuilder& b) {
    return b.add(binary(BinaryKind::mul), {b.input(Shape{1, 19, 1}), b.input(Shape{7, 1, 33})});
  });
}

TEST(Elementwise, Extents) {
  for (const Shape& shape :
       {Shape{1}, Shape{15}, Shape{16}, Shape{17}, Shape{64}, Shape{3000}, Shape{1, 1, 1, 1}, Shape{2, 1, 3},
        Shape{1, 3, 31, 29}, Shape{1, 64, 9, 9}, Shape{0, 4}, Shape{3, 2, 2, 2, 3, 2}}) {
    check(elementwise(), [&](CaseBuilder& b) {
      return b.add(binary(BinaryKind::add), {b.input(shape), b.input(shape)});
    });
  }
}

TEST(Elementwise, LongRowsOfSeveralChunks) {
  check(elementwise(), [](CaseBuilder& b) {
    return b.add(binary(BinaryKind::add), {b.input(Shape{3, 4133}), b.input(Shape{3, 1})});
  });
}

TEST(Elementwise, Chains) {
  check(elementwise(), [](CaseBuilder& b) {
    const ValueId x = b.input(Shape{1, 20, 6, 7}), y = b.input(Shape{1, 20, 6, 7});
    const ValueId sum = b.add(binary(BinaryKind::add), {x, y});
    const ValueId gate = b.add(unary(UnaryKind::sigmoid), {sum});
    const ValueId scaled = b.add(binary(BinaryKind::mul), {gate, b.constant(Shape{20, 1, 1})});
    return b.add(binary(BinaryKind::mul), {scaled, sum});
  });
}

TEST(Elementwise, Scalars) {
  check(elementwise(), [](CaseBuilder& b) {
    const ValueId sum = b.add(binary(BinaryKind::add), {b.input(Shape{}), b.input(Shape{})});
    return b.add(unary(UnaryKind::exp), {sum});
  });
}

TEST(Elementwise, RefusesArithmeticThatMayFail) {
  const Proposal proposal = proposal_for(elementwise(), [](CaseBuilder& b) {
    const Tensor values = Tensor::of<int64_t>({4, 5});
    return b.add(binary(BinaryKind::div), {b.input(values), b.input(values)});
  });
  EXPECT_EQ(proposal.refusal, "no vector code for div on i64");
}

}  // namespace
}  // namespace convoy
