// Arithmetic, activations, reductions and products against known values.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "frontends/tflite/model_builder.h"
#include "support/expect_error.h"
#include "support/run_op.h"

namespace convoy::tflite_frontend {
namespace {

using Floats = std::vector<float>;

Tensor row(const Floats& values) {
  return make_tensor<float>({1, static_cast<int64_t>(values.size())}, values);
}

/// The operator on one row of floats.
TestModel unary_model(Code code, int32_t elems) {
  TestModel model;
  model.input("x", {1, elems}).add(code, {"x"}, {"y"}).output("y");
  return model;
}

TEST(TfliteOperators, Unary) {
  struct Case {
    Code code;
    std::function<float(float)> fn;
  };
  const auto clip = [](float low, float high) { return [=](float x) { return std::min(std::max(x, low), high); }; };
  const Case cases[] = {
      {Code::ABS, [](float x) { return std::abs(x); }},
      {Code::CEIL, [](float x) { return std::ceil(x); }},
      {Code::COS, [](float x) { return std::cos(x); }},
      {Code::ELU, [](float x) { return x < 0 ? std::expm1(x) : x; }},
      {Code::EXP, [](float x) { return std::exp(x); }},
      {Code::FLOOR, [](float x) { return std::floor(x); }},
      {Code::HARD_SWISH, [](float x) { return x * std::min(std::max(x + 3, 0.0f), 6.0f) / 6; }},
      {Code::LOGISTIC, [](float x) { return 1 / (1 + std::exp(-x)); }},
      {Code::NEG, [](float x) { return -x; }},
      {Code::RELU, [](float x) { return std::max(x, 0.0f); }},
      {Code::RELU6, clip(0, 6)},
      {Code::RELU_0_TO_1, clip(0, 1)},
      {Code::RELU_N1_TO_1, clip(-1, 1)},
      {Code::ROUND, [](float x) { return std::nearbyint(x); }},
      {Code::SIGN, [](float x) { return static_cast<float>((x > 0) - (x < 0)); }},
      {Code::SIN, [](float x) { return std::sin(x); }},
      {Code::SQUARE, [](float x) { return x * x; }},
      {Code::TANH, [](float x) { return std::tanh(x); }},
  };
  const Floats src = {-4, -2.5f, -1, -0.25f, 0, 0.5f, 1.5f, 2.5f, 7};
  for (const auto& [code, fn] : cases) {
    SCOPED_TRACE(tflite::EnumNameBuiltinOperator(code));
    Floats expected;
    for (float x : src) expected.push_back(fn(x));
    expect_near(values_of<float>(unary_model(code, 9).run({row(src)})), expected, 1e-5);
  }
  const Floats positive = {0.25f, 1, 9};
  expect_near(values_of<float>(unary_model(Code::SQRT, 3).run({row(positive)})), {0.5f, 1, 3});
  expect_near(values_of<float>(unary_model(Code::RSQRT, 3).run({row(positive)})), {2, 1, 1.0f / 3});
  expect_near(values_of<float>(unary_model(Code::LOG, 3).run({row(positive)})), {std::log(0.25f), 0, std::log(9.0f)});
}

TEST(TfliteOperators, ActivationsWithOptions) {
  TestModel leaky = unary_model(Code::LEAKY_RELU, 2);
  tflite::LeakyReluOptionsT slope;
  slope.alpha = 0.25f;
  expect_near(values_of<float>(leaky.options(slope).run({row({-2, 3})})), {-0.5f, 3});
  for (bool approximate : {false, true}) {
    TestModel gelu = unary_model(Code::GELU, 2);
    tflite::GeluOptionsT options;
    options.approximate = approximate;
    const auto exact = [](float x) { return x * 0.5f * (1 + std::erf(x / std::sqrt(2.0f))); };
    expect_near(values_of<float>(gelu.options(options).run({row({-1, 2})})), {exact(-1), exact(2)},
                approximate ? 1e-3 : 1e-6);
  }
  TestModel prelu;
  prelu.input("x", {1, 1, 2, 2}).floats("a", {1, 1, 2}, {0.5f, 2}).add(Code::PRELU, {"x", "a"}, {"y"}).output("y");
  expect_near(values_of<float>(prelu.run({make_tensor<float>({1, 1, 2, 2}, {-1, -1, 1, -3})})), {-0.5f, -2, 1, -6});
}

TEST(TfliteOperators, Binary) {
  struct Case {
    Code code;
    Floats expected;
  };
  const Case cases[] = {
      {Code::ADD, {1, 5, -4}},        {Code::SUB, {5, -1, -8}},
      {Code::MUL, {-6, 6, -12}},      {Code::DIV, {-1.5f, 2.0f / 3, -3}},
      {Code::MAXIMUM, {3, 3, 2}},     {Code::MINIMUM, {-2, 2, -6}},
      {Code::POW, {1.0f / 9, 8, 36}}, {Code::SQUARED_DIFFERENCE, {25, 1, 64}},
      {Code::FLOOR_DIV, {-2, 0, -3}}, {Code::FLOOR_MOD, {-1, 2, 0}},
  };
  for (const auto& [code, expected] : cases) {
    SCOPED_TRACE(tflite::EnumNameBuiltinOperator(code));
    TestModel model;
    model.input("a", {1, 3}).floats("b", {3}, {-2, 3, 2}).add(code, {"a", "b"}, {"y"}).output("y");
    expect_near(values_of<float>(model.run({row({3, 2, -6})})), expected);
  }
}

TEST(TfliteOperators, BinaryWithActivation) {
  TestModel model;
  tflite::AddOptionsT options;
  options.fused_activation_function = tflite::ActivationFunctionType::RELU6;
  model.input("a", {1, 3}).floats("b", {1}, {1}).add(Code::ADD, {"a", "b"}, {"y"}).options(options).output("y");
  EXPECT_EQ(values_of<float>(model.run({row({-3, 2, 9})})), (Floats{0, 3, 6}));
}

TEST(TfliteOperators, IntegerFloorDivision) {
  TestModel model;
  model.ints("a", {4}, {7, -7, 7, -7}).ints("b", {4}, {2, 2, -2, -2}).result("q", Type::INT32);
  model.add(Code::FLOOR_DIV, {"a", "b"}, {"q"}).output("q");
  EXPECT_EQ(values_of<int32_t>(model.run()), (std::vector<int32_t>{3, -4, -4, 3}));
}

TEST(TfliteOperators, ComparisonAndSelection) {
  struct Case {
    Code code;
    Floats expected;
  };
  const Case cases[] = {
      {Code::LESS, {10, 2, 3}},  {Code::LESS_EQUAL, {10, 20, 3}}, {Code::GREATER, {1, 2, 30}},
      {Code::EQUAL, {1, 20, 3}}, {Code::NOT_EQUAL, {10, 2, 30}},  {Code::GREATER_EQUAL, {1, 20, 30}},
  };
  for (const auto& [code, expected] : cases) {
    SCOPED_TRACE(tflite::EnumNameBuiltinOperator(code));
    TestModel model;
    model.input("a", {3}).floats("b", {3}, {2, 2, 2}).floats("t", {3}, {10, 20, 30}).floats("f", {3}, {1, 2, 3});
    model.result("c", Type::BOOL).add(code, {"a", "b"}, {"c"}).add(Code::SELECT_V2, {"c", "t", "f"}, {"y"}).output("y");
    EXPECT_EQ(values_of<float>(model.run({make_tensor<float>({3}, {1, 2, 3})})), expected);
  }
  TestModel rows;
  rows.input("a", {2, 2}).bytes("c", {2}, Type::BOOL, {0, 7}).floats("f", {2, 2}, {0, 0, 0, 0});
  rows.add(Code::SELECT, {"c", "a", "f"}, {"y"}).output("y");
  EXPECT_EQ(values_of<float>(rows.run({make_tensor<float>({2, 2}, {1, 2, 3, 4})})), (Floats{0, 0, 3, 4}));
}

TEST(TfliteOperators, Softmax) {
  for (float beta : {1.0f, 2.0f}) {
    TestModel model = unary_model(Code::SOFTMAX, 2);
    tflite::SoftmaxOptionsT options;
    options.beta = beta;
    const float e = std::exp(beta);
    expect_near(values_of<float>(model.options(options).run({row({1, 2})})), {1 / (1 + e), e / (1 + e)});
  }
  const float log_sum = std::log(1 + std::exp(1.0f));
  expect_near(values_of<float>(unary_model(Code::LOG_SOFTMAX, 2).run({row({1, 2})})), {-log_sum, 1 - log_sum});
}

Tensor reduced(Code code, const std::vector<int32_t>& axes, bool keep_dims) {
  TestModel model;
  model.input("x", {1, 2, 2, 2}).ints("axes", {static_cast<int32_t>(axes.size())}, axes);
  model.add(code, {"x", "axes"}, {"y"});
  tflite::ReducerOptionsT options;
  options.keep_dims = keep_dims;
  return model.options(options).output("y").run({make_tensor<float>({1, 2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8})});
}

TEST(TfliteOperators, Reduce) {
  EXPECT_EQ(values_of<float>(reduced(Code::MEAN, {1, 2}, false)), (Floats{4, 5}));
  EXPECT_EQ(reduced(Code::MEAN, {1, 2}, false).shape(), Shape({1, 2}));
  EXPECT_EQ(reduced(Code::MEAN, {2, -3}, true).shape(), Shape({1, 1, 1, 2}));
  EXPECT_EQ(values_of<float>(reduced(Code::SUM, {3}, false)), (Floats{3, 7, 11, 15}));
  EXPECT_EQ(values_of<float>(reduced(Code::REDUCE_MAX, {1}, false)), (Floats{5, 6, 7, 8}));
  EXPECT_EQ(values_of<float>(reduced(Code::REDUCE_MIN, {0, 1, 2}, false)), (Floats{1, 2}));
  EXPECT_EQ(values_of<float>(reduced(Code::REDUCE_PROD, {1, 2, 2}, false)), (Floats{105, 384}));
  EXPECT_EQ(reduced(Code::SUM, {}, false).shape(), Shape({1, 2, 2, 2}));
}

TEST(TfliteOperators, ArgReduceAndTopK) {
  for (const auto& [code, expected] : {std::pair{Code::ARG_MAX, 2}, {Code::ARG_MIN, 1}}) {
    TestModel model;
    model.input("x", {1, 4}).ints("axis", {}, {-1}).result("y", Type::INT32).add(code, {"x", "axis"}, {"y"});
    const Tensor found = model.output("y").run({row({3, 1, 9, 9})});
    EXPECT_EQ(found.shape(), Shape{1});
    EXPECT_EQ(values_of<int32_t>(found), std::vector<int32_t>{expected});
  }
  TestModel top;
  top.input("x", {1, 4}).ints("k", {}, {2}).result("i", Type::INT32);
  const auto found =
      top.add(Code::TOPK_V2, {"x", "k"}, {"v", "i"}).output("v").output("i").run_all({row({3, 1, 9, 4})});
  EXPECT_EQ(values_of<float>(found[0]), (Floats{9, 4}));
  EXPECT_EQ(values_of<int32_t>(found[1]), (std::vector<int32_t>{2, 3}));
}

TEST(TfliteOperators, CumulativeSum) {
  TestModel model;
  tflite::CumsumOptionsT options;
  options.exclusive = true;
  model.input("x", {1, 3}).ints("axis", {}, {1}).add(Code::CUMSUM, {"x", "axis"}, {"y"}).options(options).output("y");
  EXPECT_EQ(values_of<float>(model.run({row({1, 2, 3})})), (Floats{0, 1, 3}));
}

TEST(TfliteOperators, FullyConnected) {
  for (bool keep : {false, true}) {
    TestModel model;
    tflite::FullyConnectedOptionsT options;
    options.keep_num_dims = keep;
    options.fused_activation_function = tflite::ActivationFunctionType::RELU;
    model.input("x", {1, 2, 2}).floats("w", {3, 2}, {1, 2, 3, 4, 5, 6}).floats("b", {3}, {0.5f, -100, 0});
    model.add(Code::FULLY_CONNECTED, {"x", "w", "b"}, {"y"}).options(options).output("y");
    const Tensor found = model.run({make_tensor<float>({1, 2, 2}, {1, 1, 0, 2})});
    EXPECT_EQ(found.shape(), keep ? Shape({1, 2, 3}) : Shape({2, 3}));
    EXPECT_EQ(values_of<float>(found), (Floats{3.5f, 0, 11, 4.5f, 0, 12}));
  }
}

TEST(TfliteOperators, BatchMatMul) {
  TestModel model;
  tflite::BatchMatMulOptionsT options;
  options.adj_y = true;
  model.input("a", {1, 1, 2}).floats("b", {1, 2, 2}, {1, 2, 3, 4}).add(Code::BATCH_MATMUL, {"a", "b"}, {"y"});
  EXPECT_EQ(values_of<float>(model.options(options).output("y").run({make_tensor<float>({1, 1, 2}, {1, 10})})),
            (Floats{21, 43}));
}

TEST(TfliteOperators, Normalization) {
  TestModel l2;
  l2.input("x", {2, 2}).add(Code::L2_NORMALIZATION, {"x"}, {"y"}).output("y");
  expect_near(values_of<float>(l2.run({make_tensor<float>({2, 2}, {3, 4, 0, 0})})), {0.6f, 0.8f, 0, 0});
  TestModel lrn;
  tflite::LocalResponseNormalizationOptionsT options;
  options.radius = 1;
  options.bias = 1;
  options.alpha = 2;
  options.beta = 0.5f;
  lrn.input("x", {1, 1, 1, 3}).add(Code::LOCAL_RESPONSE_NORMALIZATION, {"x"}, {"y"}).options(options).output("y");
  expect_near(values_of<float>(lrn.run({make_tensor<float>({1, 1, 1, 3}, {1, 2, 3})})),
              {1 / std::sqrt(11.0f), 2 / std::sqrt(29.0f), 3 / std::sqrt(27.0f)});
}

TEST(TfliteOperators, CastAndHalfWeights) {
  TestModel cast;
  cast.input("x", {1, 2}).result("y", Type::INT32).add(Code::CAST, {"x"}, {"y"}).output("y");
  EXPECT_EQ(values_of<int32_t>(cast.run({row({-1.5f, 2.75f})})), (std::vector<int32_t>{-1, 2}));
  TestModel half;
  half.input("x", {1, 2}).bytes("h", {2}, Type::FLOAT16, {0x00, 0x3c, 0x00, 0xc1});  // 1, -2.5
  half.add(Code::DEQUANTIZE, {"h"}, {"f"}).add(Code::ADD, {"x", "f"}, {"y"}).output("y");
  EXPECT_EQ(values_of<float>(half.run({row({1, 1})})), (Floats{2, -1.5f}));
  EXPECT_EQ(half.import().nodes.size(), 1u) << "the weights are converted while importing";
}

}  // namespace
}  // namespace convoy::tflite_frontend
