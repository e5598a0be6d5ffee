#include "ops/elementwise.h"

#include <gtest/gtest.h>

#include <limits>

#include "support/expect_error.h"
#include "support/half.h"
#include "support/run_op.h"

namespace convoy {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

template <class T>
std::vector<T> run_binary(BinaryKind kind, const std::vector<T>& lhs, const std::vector<T>& rhs) {
  return values_of<T>(run_op1(binary(kind), {Tensor::of(lhs), Tensor::of(rhs)}));
}

struct UnaryCase {
  Unary op;
  std::vector<float> src, expected;
};

TEST(Unary, ComputesFloats) {
  const UnaryCase cases[] = {
      {unary(UnaryKind::relu), {-1, 0, 2, kNan}, {0, 0, 2, kNan}},
      {unary(UnaryKind::leaky_relu, 0.1), {-2, 3}, {-0.2f, 3}},
      {unary(UnaryKind::clip, -1, 6), {-3, 0.5f, 7, kNan}, {-1, 0.5f, 6, kNan}},
      {unary(UnaryKind::sigmoid), {0, 1, -100, 100}, {0.5f, 0.731058579f, 0, 1}},
      {unary(UnaryKind::hard_sigmoid, 0.2, 0.5), {-3, 1, 3}, {0, 0.7f, 1}},
      {unary(UnaryKind::hard_swish), {-4, -1, 1, 4}, {0, -1 / 3.0f, 2 / 3.0f, 4}},
      {unary(UnaryKind::tanh), {0, 1}, {0, 0.761594156f}},
      {unary(UnaryKind::elu, 2), {-1, 1}, {-1.264241118f, 1}},
      {unary(UnaryKind::selu, 1.67326319, 1.05070102), {-1, 2}, {-1.111330738f, 2.10140204f}},
      {unary(UnaryKind::softplus), {0, 200, -200}, {0.693147181f, 200, 0}},
      {unary(UnaryKind::erf), {0.5f}, {0.520499878f}},
      {unary(UnaryKind::gelu), {-1, 1}, {-0.158655254f, 0.841344746f}},
      {unary(UnaryKind::gelu_tanh), {1}, {0.841191991f}},
      {unary(UnaryKind::exp), {1}, {2.718281828f}},
      {unary(UnaryKind::log), {1, 0, -1}, {0, -kInf, kNan}},
      {unary(UnaryKind::sqrt), {9, 2}, {3, 1.414213562f}},
      {unary(UnaryKind::reciprocal), {4, 0}, {0.25f, kInf}},
      {unary(UnaryKind::neg), {4, -2}, {-4, 2}},
      {unary(UnaryKind::abs), {4, -2}, {4, 2}},
      {unary(UnaryKind::floor), {1.5f, -1.5f}, {1, -2}},
      {unary(UnaryKind::ceil), {1.5f, -1.5f}, {2, -1}},
      {unary(UnaryKind::round), {0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 2.4f}, {0, 2, 2, 0, -2, 2}},
      {unary(UnaryKind::sign), {-3, 0, 5}, {-1, 0, 1}},
      {unary(UnaryKind::silu), {1}, {0.731058579f}},
      {unary(UnaryKind::mish), {1}, {0.865098388f}},
      {unary(UnaryKind::softsign), {3, -1}, {0.75f, -0.5f}},
      {unary(UnaryKind::sin), {1}, {0.841470985f}},
      {unary(UnaryKind::cos), {1}, {0.540302306f}},
  };
  for (const UnaryCase& test : cases) {
    SCOPED_TRACE(test.op.name());
    expect_near(values_of<float>(run_op1(test.op, {Tensor::of(test.src)})), test.expected);
  }
}

TEST(Unary, ComputesIntegersAndBooleans) {
  const Tensor src = Tensor::of<int8_t>({-128, -3, 0, 5});
  EXPECT_EQ(values_of<int8_t>(run_op1(unary(UnaryKind::relu), {src})), (std::vector<int8_t>{0, 0, 0, 5}));
  EXPECT_EQ(values_of<int8_t>(run_op1(unary(UnaryKind::neg), {src})), (std::vector<int8_t>{-128, 3, 0, -5}));
  EXPECT_EQ(values_of<int8_t>(run_op1(unary(UnaryKind::abs), {src})), (std::vector<int8_t>{-128, 3, 0, 5}));
  EXPECT_EQ(values_of<int8_t>(run_op1(unary(UnaryKind::sign), {src})), (std::vector<int8_t>{-1, -1, 0, 1}));
  EXPECT_EQ(values_of<int8_t>(run_op1(unary(UnaryKind::clip, -kInf, 3.5), {src})),
            (std::vector<int8_t>{-128, -3, 0, 3}));
  const Tensor extremes = Tensor::of<int64_t>({std::numeric_limits<int64_t>::min()});
  EXPECT_EQ(values_of<int64_t>(run_op1(unary(UnaryKind::neg), {extremes})), values_of<int64_t>(extremes));
  EXPECT_EQ(values_of<bool>(run_op1(unary(UnaryKind::logical_not), {make_tensor<bool>({2}, {true, false})})),
            (std::vector<bool>{false, true}));
}

TEST(Unary, ComputesHalf) {
  Tensor src(DType::f16, {1});
  src.as<Half>()[0] = Half(2.0f);
  EXPECT_EQ(run_op1(unary(UnaryKind::sqrt), {src}).as<Half>()[0].bits, Half(1.41421356f).bits);
}

TEST(Unary, RefusesTypesItHasNoMeaningFor) {
  const TensorType i32{DType::i32, {2}}, boolean{DType::boolean, {2}}, f32{DType::f32, {2}};
  expect_invalid("src is i32[2], expected a floating-point type", [&] { unary(UnaryKind::exp).infer({&i32}); });
  expect_invalid("src is bool[2], expected a floating-point type", [&] { unary(UnaryKind::relu).infer({&boolean}); });
  expect_invalid("src is f32[2], expected bool", [&] { unary(UnaryKind::logical_not).infer({&f32}); });
  expect_invalid("expects 1 inputs, got 0", [&] { unary(UnaryKind::relu).infer({}); });
  expect_invalid("input 0 is missing", [&] { unary(UnaryKind::relu).infer({nullptr}); });
}

TEST(Binary, ComputesFloats) {
  const std::vector<float> a = {1, -7, 7, kNan}, b = {2, 3, -3, 1};
  expect_near(run_binary(BinaryKind::add, a, b), {3, -4, 4, kNan});
  expect_near(run_binary(BinaryKind::sub, a, b), {-1, -10, 10, kNan});
  expect_near(run_binary(BinaryKind::mul, a, b), {2, -21, -21, kNan});
  expect_near(run_binary(BinaryKind::div, a, b), {0.5f, -7 / 3.0f, -7 / 3.0f, kNan});
  expect_near(run_binary(BinaryKind::min, a, b), {1, -7, -3, kNan});
  expect_near(run_binary(BinaryKind::max, a, b), {2, 3, 7, kNan});
  expect_near(run_binary(BinaryKind::max, b, a), {2, 3, 7, kNan});
  expect_near(run_binary(BinaryKind::pow, a, b), {1, -343, 1 / 343.0f, kNan});
  expect_near(run_binary(BinaryKind::prelu, a, b), {1, -21, 7, kNan});
  expect_near(run_binary(BinaryKind::mod, a, b), {1, 2, -2, kNan});
  expect_near(run_binary(BinaryKind::fmod, a, b), {1, -1, 1, kNan});
}

TEST(Binary, ComputesIntegers) {
  const std::vector<int32_t> a = {7, -7, 7, -7}, b = {2, 2, -2, -2};
  EXPECT_EQ(run_binary(BinaryKind::div, a, b), (std::vector<int32_t>{3, -3, -3, 3}));
  EXPECT_EQ(run_binary(BinaryKind::mod, a, b), (std::vector<int32_t>{1, 1, -1, -1}));
  EXPECT_EQ(run_binary(BinaryKind::fmod, a, b), (std::vector<int32_t>{1, -1, 1, -1}));
  EXPECT_EQ(run_binary<int32_t>(BinaryKind::pow, {3, -2, 2, -1, 1}, {4, 3, -1, -3, -5}),
            (std::vector<int32_t>{81, -8, 0, -1, 1}));
  EXPECT_EQ(run_binary<int64_t>(BinaryKind::pow, {3}, {39}), (std::vector<int64_t>{4052555153018976267}));
}

TEST(Binary, IntegersWrapAround) {
  constexpr int32_t kLowest = std::numeric_limits<int32_t>::min();
  EXPECT_EQ(run_binary<int32_t>(BinaryKind::div, {kLowest}, {-1}), (std::vector<int32_t>{kLowest}));
  EXPECT_EQ(run_binary<int32_t>(BinaryKind::mod, {kLowest}, {-1}), (std::vector<int32_t>{0}));
  EXPECT_EQ(run_binary<int32_t>(BinaryKind::sub, {kLowest}, {1}), (std::vector<int32_t>{2147483647}));
  EXPECT_EQ(run_binary<uint16_t>(BinaryKind::mul, {65535}, {65535}), (std::vector<uint16_t>{1}));
  EXPECT_EQ(run_binary<uint8_t>(BinaryKind::add, {200}, {100}), (std::vector<uint8_t>{44}));
}

TEST(Binary, RefusesIntegerDivisionByZero) {
  for (BinaryKind kind : {BinaryKind::div, BinaryKind::mod, BinaryKind::fmod}) {
    expect_invalid("division of 5 by zero", [&] { run_binary<int32_t>(kind, {5}, {0}); });
  }
}

TEST(Binary, ComparesToBooleans) {
  const Tensor a = Tensor::of<float>({1, 2, 3, kNan}), b = Tensor::of<float>({2, 2, 2, kNan});
  const auto compare = [&](BinaryKind kind) { return values_of<bool>(run_op1(binary(kind), {a, b})); };
  EXPECT_EQ(compare(BinaryKind::equal), (std::vector<bool>{false, true, false, false}));
  EXPECT_EQ(compare(BinaryKind::less), (std::vector<bool>{true, false, false, false}));
  EXPECT_EQ(compare(BinaryKind::less_equal), (std::vector<bool>{true, true, false, false}));
  EXPECT_EQ(compare(BinaryKind::greater), (std::vector<bool>{false, false, true, false}));
  EXPECT_EQ(compare(BinaryKind::greater_equal), (std::vector<bool>{false, true, true, false}));
}

TEST(Binary, CombinesBooleans) {
  const Tensor a = make_tensor<bool>({4}, {false, false, true, true});
  const Tensor b = make_tensor<bool>({4}, {false, true, false, true});
  const auto combine = [&](BinaryKind kind) { return values_of<bool>(run_op1(binary(kind), {a, b})); };
  EXPECT_EQ(combine(BinaryKind::logical_and), (std::vector<bool>{false, false, false, true}));
  EXPECT_EQ(combine(BinaryKind::logical_or), (std::vector<bool>{false, true, true, true}));
  EXPECT_EQ(combine(BinaryKind::equal), (std::vector<bool>{true, false, false, true}));
}

TEST(Binary, RaisesToAnIntegerPower) {
  const Tensor result = run_op1(binary(BinaryKind::pow), {Tensor::of<float>({1.5f, -2}), Tensor::of<int64_t>({2, 3})});
  expect_near(values_of<float>(result), {2.25f, -8});
}

TEST(Binary, Broadcasts) {
  const Tensor a = make_tensor<float>({2, 1}, {10, 20}), b = make_tensor<float>({3}, {1, 2, 3});
  const Tensor sum = run_op1(binary(BinaryKind::add), {a, b});
  EXPECT_EQ(sum.shape(), Shape({2, 3}));
  expect_near(values_of<float>(sum), {11, 12, 13, 21, 22, 23});
  EXPECT_EQ(broadcast_shape({1, 0}, {4, 1}), Shape({4, 0}));
  EXPECT_EQ(broadcast_shape({}, {4, 1}), Shape({4, 1}));
}

TEST(Binary, RefusesWhatDoesNotFit) {
  const TensorType a{DType::f32, {2, 3}}, b{DType::f32, {2, 4}}, c{DType::i64, {2, 3}}, d{DType::boolean, {2, 3}};
  expect_invalid("shapes 2x3 and 2x4 do not broadcast", [&] { binary(BinaryKind::add).infer({&a, &b}); });
  expect_invalid("lhs and rhs are f32[2x3] and i64[2x3], their dtypes must be equal", [&] {
    binary(BinaryKind::add).infer({&a, &c});
  });
  expect_invalid("lhs is bool[2x3] and rhs is bool[2x3], expected numbers", [&] {
    binary(BinaryKind::less).infer({&d, &d});
  });
  expect_invalid("lhs is f32[2x3], expected bool", [&] { binary(BinaryKind::logical_and).infer({&a, &a}); });
}

TEST(Binary, NeedsTheBroadcastRegion) {
  const Tensor a = make_tensor<float>({2, 1, 2}, {1, 2, 3, 4}), b = make_tensor<float>({3, 1}, {5, 6, 7});
  const Region output{{1, 0, 1}, {2, 2, 2}};
  const InputTypes types = {&a.type(), &b.type()};
  EXPECT_EQ(binary(BinaryKind::add).input_region(0, output, types), (Region{{1, 0, 1}, {2, 1, 2}}));
  EXPECT_EQ(binary(BinaryKind::add).input_region(1, output, types), (Region{{0, 0}, {2, 1}}));
  for (int index : {0, 1}) expect_region_suffices(binary(BinaryKind::add), {a, b}, index, output);
}

}  // namespace
}  // namespace convoy
