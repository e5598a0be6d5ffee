// Networks with activations of 16 bits and weights of 8, against values computed by hand.
#include <gtest/gtest.h>

#include "frontends/tflite/model_builder.h"
#include "support/expect_error.h"
#include "support/run_op.h"

namespace convoy::tflite_frontend {
namespace {

using Shorts = std::vector<int16_t>;

TestModel short_model(const std::vector<int32_t>& shape, float x_scale, float y_scale) {
  TestModel model;
  model.input("x", shape, Type::INT16).quantise("x", {x_scale}, {0});
  model.result("y", Type::INT16).quantise("y", {y_scale}, {0}).output("y");
  return model;
}

Shorts run_shorts(const TestModel& model, const Shape& shape, const Shorts& values) {
  return values_of<int16_t>(model.run({make_tensor<int16_t>(shape, values)}));
}

/// A bias of one i64 or i32.
TestModel& add_bias(TestModel& model, Type type, uint8_t value) {
  std::vector<uint8_t> data(type == Type::INT64 ? 8 : 4, 0);
  data[0] = value;
  return model.bytes("b", {1}, type, data);
}

TEST(TfliteQuantised16, Convolution) {
  for (Type bias : {Type::INT64, Type::INT32}) {
    TestModel model = short_model({1, 1, 2, 1}, 0.5f, 0.125f);
    model.bytes("w", {1, 1, 1, 1}, Type::INT8, {3}).quantise("w", {0.25f}, {0});
    tflite::Conv2DOptionsT options;
    options.stride_h = options.stride_w = 1;
    add_bias(model, bias, 4).add(Code::CONV_2D, {"x", "w", "b"}, {"y"}).options(options);
    EXPECT_EQ(run_shorts(model, {1, 1, 2, 1}, {1000, -20000}), (Shorts{3004, -32768}));
  }
}

TEST(TfliteQuantised16, FullyConnected) {
  TestModel model = short_model({1, 2}, 0.5f, 0.25f);
  model.bytes("w", {1, 2}, Type::INT8, {1, 2}).quantise("w", {0.25f}, {0});
  add_bias(model, Type::INT64, 1).add(Code::FULLY_CONNECTED, {"x", "w", "b"}, {"y"});
  model.options(tflite::FullyConnectedOptionsT());
  EXPECT_EQ(run_shorts(model, {1, 2}, {100, 300}), Shorts{351}) << "701 / 2, halves away from zero";
  EXPECT_EQ(run_shorts(model, {1, 2}, {-100, -301}), Shorts{-351}) << "-701 / 2";
}

Shorts sum(bool may_shift, float y_scale) {
  TestModel model = short_model({2}, 0.5f, y_scale);
  tflite::AddOptionsT options;
  options.pot_scale_int16 = may_shift;
  model.bytes("c", {1}, Type::INT16, {10, 0}).quantise("c", {1}, {0});
  model.add(Code::ADD, {"x", "c"}, {"y"}).options(options);
  return run_shorts(model, {2}, {7, -32768});
}

TEST(TfliteQuantised16, Sums) {
  EXPECT_EQ(sum(true, 1), (Shorts{14, -16374})) << "7 / 2 is rounded by itself";
  EXPECT_EQ(sum(false, 1), (Shorts{14, -16374})) << "13.5";
  EXPECT_EQ(sum(false, 0.75f), (Shorts{18, -21832}));
}

TEST(TfliteQuantised16, Functions) {
  const auto result = [](Code code, float x_scale, float y_scale, const Shorts& values) {
    const auto count = static_cast<int32_t>(values.size());
    TestModel model = short_model({count}, x_scale, y_scale);
    return run_shorts(model.add(code, {"x"}, {"y"}), {count}, values);
  };
  // sigmoid(1) * 32768 = 23955.6, tanh(0.5) * 32768 = 15142.6
  EXPECT_EQ(result(Code::LOGISTIC, 1.0f / 4096, 1.0f / 32768, {0, 4096, 32767, -32768}),
            (Shorts{16384, 23956, 32757, 11}));
  EXPECT_EQ(result(Code::TANH, 1.0f / 4096, 1.0f / 32768, {0, 2048, 32767}), (Shorts{0, 15143, 32767}));
  EXPECT_EQ(result(Code::TANH, 1.0003f / 4096, 1.0f / 32768, {2048}), Shorts{15143}) << "nearly a power of two";
  EXPECT_EQ(result(Code::LEAKY_RELU, 0.5f, 0.5f, {100}), Shorts{100});
  EXPECT_EQ(result(Code::RELU, 0.5f, 0.25f, {100, -100}), (Shorts{200, 0}));
  EXPECT_EQ(result(Code::RSQRT, 1, 1.0f / 1024, {256}), Shorts{63}) << "1 / 16, interpolated";
}

TEST(TfliteQuantised16, SaysWhatItDoesNotImport) {
  TestModel zero = short_model({2}, 1, 1);
  zero.quantise("x", {1}, {3}).add(Code::RELU, {"x"}, {"y"});
  expect_invalid("tensor 'x': its zero point is 3, i16 has 0", [&] { zero.import(); });
  TestModel swish = short_model({2}, 1, 1);
  swish.add(Code::HARD_SWISH, {"x"}, {"y"});
  expect_unsupported("it is supported for i8 and u8, not for i16", [&] { swish.import(); });
}

}  // namespace
}  // namespace convoy::tflite_frontend
