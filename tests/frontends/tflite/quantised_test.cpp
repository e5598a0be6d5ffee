// Operators on quantised numbers against values computed by hand.
#include <gtest/gtest.h>

#include "frontends/tflite/model_builder.h"
#include "support/expect_error.h"
#include "support/run_op.h"

namespace convoy::tflite_frontend {
namespace {

using Bytes = std::vector<int8_t>;
using Activation = tflite::ActivationFunctionType;

std::vector<uint8_t> raw(const Bytes& values) {
  return {values.begin(), values.end()};
}

/// A model with i8 input x and output y, both quantised, and nothing between.
TestModel byte_model(const std::vector<int32_t>& shape, float x_scale, int64_t x_zero, float y_scale, int64_t y_zero) {
  TestModel model;
  model.input("x", shape, Type::INT8).quantise("x", {x_scale}, {x_zero});
  model.result("y", Type::INT8).quantise("y", {y_scale}, {y_zero}).output("y");
  return model;
}

Bytes run_bytes(const TestModel& model, const Shape& shape, const Bytes& values) {
  return values_of<int8_t>(model.run({make_tensor<int8_t>(shape, values)}));
}

TestModel& add_conv(TestModel& model, Activation activation = Activation::NONE) {
  tflite::Conv2DOptionsT options;
  options.padding = tflite::Padding::SAME;
  options.stride_h = options.stride_w = 1;
  options.fused_activation_function = activation;
  return model.add(Code::CONV_2D, {"x", "w", "b"}, {"y"}).options(options);
}

TEST(TfliteQuantised, Convolution) {
  for (Activation activation : {Activation::NONE, Activation::RELU}) {
    TestModel model = byte_model({1, 1, 2, 1}, 0.5f, -1, 0.125f, 2);
    model.bytes("w", {1, 1, 1, 1}, Type::INT8, raw({3})).quantise("w", {0.25f}, {0}).ints("b", {1}, {4});
    add_conv(model, activation);
    // 3 * 11 + 4 and 3 * -19 + 4, times 0.5 * 0.25 / 0.125, plus 2; RELU leaves what is not below the zero point.
    const Bytes expected = {39, static_cast<int8_t>(activation == Activation::NONE ? -51 : 2)};
    EXPECT_EQ(run_bytes(model, {1, 1, 2, 1}, {10, -20}), expected);
  }
}

TEST(TfliteQuantised, ConvolutionWithScalesOfChannels) {
  TestModel model = byte_model({1, 1, 1, 1}, 0.5f, -1, 0.125f, 2);
  model.bytes("w", {2, 1, 1, 1}, Type::INT8, raw({3, 4})).quantise("w", {0.25f, 0.125f}, {0, 0});
  model.ints("b", {2}, {0, 0});
  EXPECT_EQ(run_bytes(add_conv(model), {1, 1, 1, 1}, {10}), (Bytes{35, 24}));
}

TEST(TfliteQuantised, PaddingIsTheZeroPoint) {
  TestModel model = byte_model({1, 1, 1, 1}, 1, 7, 1, 0);
  model.bytes("w", {1, 3, 3, 1}, Type::INT8, raw(Bytes(9, 1))).quantise("w", {1}, {0}).ints("b", {1}, {0});
  EXPECT_EQ(run_bytes(add_conv(model), {1, 1, 1, 1}, {12}), Bytes{5});
  TestModel pad = byte_model({1, 2}, 1, 7, 1, 7);
  pad.ints("pads", {2, 2}, {0, 0, 1, 0}).add(Code::PAD, {"x", "pads"}, {"y"});
  EXPECT_EQ(run_bytes(pad, {1, 2}, {1, 2}), (Bytes{7, 1, 2}));
}

TEST(TfliteQuantised, FullyConnected) {
  TestModel model = byte_model({1, 2}, 0.5f, 1, 0.25f, -3);
  model.bytes("w", {2, 2}, Type::INT8, raw({1, 2, -3, 4})).quantise("w", {0.25f}, {0}).ints("b", {2}, {1, 1});
  model.add(Code::FULLY_CONNECTED, {"x", "w", "b"}, {"y"}).options(tflite::FullyConnectedOptionsT());
  // (1 * 4 + 2 * 9 + 1) / 2 and (-3 * 4 + 4 * 9 + 1) / 2: halves go up.
  EXPECT_EQ(run_bytes(model, {1, 2}, {5, 10}), (Bytes{9, 10}));
}

/// 3492 * 0.1086 * 0.0130 / 0.3951 = 12.4987, of which rounding twice would make 12.5 and 13.
TEST(TfliteQuantised, FullyConnectedOfUnsignedBytesRoundsOnce) {
  TestModel model;
  model.input("x", {1, 36}, Type::UINT8).quantise("x", {0.10861720889806747f}, {0});
  model.bytes("w", {1, 36}, Type::UINT8, std::vector<uint8_t>(36, 1)).quantise("w", {0.013018110767006874f}, {0});
  model.result("y", Type::UINT8).quantise("y", {0.39505332708358765f}, {0});
  model.add(Code::FULLY_CONNECTED, {"x", "w"}, {"y"}).options(tflite::FullyConnectedOptionsT()).output("y");
  EXPECT_EQ(values_of<uint8_t>(model.run({make_tensor<uint8_t>({1, 36}, std::vector<uint8_t>(36, 97))})),
            std::vector<uint8_t>{12});
}

Bytes binary_result(Code code, float y_scale) {
  TestModel model = byte_model({2}, 0.5f, 1, y_scale, 3);
  model.bytes("b", {2}, Type::INT8, raw({20, -100})).quantise("b", {0.5f}, {-2}).add(code, {"x", "b"}, {"y"});
  return run_bytes(model, {2}, {10, -100});
}

TEST(TfliteQuantised, Binary) {
  EXPECT_EQ(binary_result(Code::ADD, 0.5f), (Bytes{34, -128}));                 // 9 + 22 + 3, -101 - 98 + 3
  EXPECT_EQ(binary_result(Code::SUB, 0.5f), (Bytes{-10, 0}));                   // 9 - 22 + 3, -101 + 98 + 3
  EXPECT_EQ(binary_result(Code::MUL, 25), (Bytes{5, 102}));                     // 198 / 100, 9898 / 100
  EXPECT_EQ(binary_result(Code::SQUARED_DIFFERENCE, 0.25f), (Bytes{127, 12}));  // 169 + 3, 9 + 3
  EXPECT_EQ(binary_result(Code::PRELU, 0.5f), (Bytes{12, 127})) << "9, -101 * -49";
}

TEST(TfliteQuantised, QuantizeRoundsHalvesAway) {
  TestModel model;
  model.input("x", {5}).result("y", Type::INT8).quantise("y", {0.5f}, {3});
  model.add(Code::QUANTIZE, {"x"}, {"y"}).output("y");
  EXPECT_EQ(values_of<int8_t>(model.run({make_tensor<float>({5}, {0.25f, -0.75f, 1.25f, 0.24f, 100})})),
            (Bytes{4, 1, 6, 3, 127}));
}

TEST(TfliteQuantised, Dequantize) {
  TestModel model;
  model.input("x", {2, 2}, Type::INT8).quantise("x", {0.5f, 2}, {1, 0}, 1);
  model.add(Code::DEQUANTIZE, {"x"}, {"y"}).output("y");
  EXPECT_EQ(values_of<float>(model.run({make_tensor<int8_t>({2, 2}, {5, 6, -3, -128})})),
            (std::vector<float>{2, 12, -2, -256}));
}

Bytes unary_result(Code code, float y_scale, int64_t y_zero, const Bytes& values) {
  const auto count = static_cast<int32_t>(values.size());
  TestModel model = byte_model({count}, 0.5f, 2, y_scale, y_zero);
  return run_bytes(model.add(code, {"x"}, {"y"}), {count}, values);
}

TEST(TfliteQuantised, FunctionsOfOneNumber) {
  EXPECT_EQ(unary_result(Code::LOGISTIC, 1.0f / 256, -128, {2, 127, -128}), (Bytes{0, 127, -128}));
  EXPECT_EQ(unary_result(Code::TANH, 1.0f / 128, 0, {2, 3, 100}), (Bytes{0, 59, 127}));  // tanh(0.5) * 128 = 59.2
  EXPECT_EQ(unary_result(Code::EXP, 1, 0, {2, 4, 6}), (Bytes{1, 3, 7}));
  EXPECT_EQ(unary_result(Code::RELU, 1, 5, {2, 12, -50}), (Bytes{5, 10, 5}));
  EXPECT_EQ(unary_result(Code::RELU6, 0.5f, 0, {2, 12, 50}), (Bytes{0, 10, 12}));
  EXPECT_EQ(unary_result(Code::RSQRT, 1.0f / 64, 0, {2, 4, 10, 34}), (Bytes{127, 64, 32, 16}));
  EXPECT_EQ(unary_result(Code::ABS, 0.5f, 0, {2, -10, 10}), (Bytes{0, 12, 8}));
  EXPECT_EQ(unary_result(Code::HARD_SWISH, 0.5f, 0, {2, 62, -60}), (Bytes{0, 60, 0}));
}

TEST(TfliteQuantised, SoftmaxOfEqualNumbers) {
  TestModel model = byte_model({1, 4}, 0.5f, 2, 1.0f / 256, -128);
  tflite::SoftmaxOptionsT options;
  options.beta = 1;
  model.add(Code::SOFTMAX, {"x"}, {"y"}).options(options);
  EXPECT_EQ(run_bytes(model, {1, 4}, {9, 9, 9, 9}), (Bytes(4, -64)));
}

TEST(TfliteQuantised, Mean) {
  TestModel model = byte_model({1, 4}, 0.5f, 1, 0.5f, 1);
  model.ints("axes", {1}, {1}).add(Code::MEAN, {"x", "axes"}, {"y"}).options(tflite::ReducerOptionsT());
  EXPECT_EQ(run_bytes(model, {1, 4}, {1, 2, 3, 7}), Bytes{4}) << "9 / 4 is rounded twice: 4.5 to 5, 2.5 to 3";
  EXPECT_EQ(run_bytes(model, {1, 4}, {1, 2, 3, 6}), Bytes{3}) << "8 / 4";
}

TEST(TfliteQuantised, ResizeBilinear) {
  TestModel model = byte_model({1, 1, 2, 1}, 1, 0, 1, 0);
  model.ints("size", {2}, {1, 4}).add(Code::RESIZE_BILINEAR, {"x", "size"}, {"y"});
  model.options(tflite::ResizeBilinearOptionsT());
  EXPECT_EQ(run_bytes(model, {1, 1, 2, 1}, {10, 21}), (Bytes{10, 16, 21, 21})) << "15.5 is rounded away from zero";
  EXPECT_EQ(run_bytes(model, {1, 1, 2, 1}, {-10, -21}), (Bytes{-10, -16, -21, -21}));
}

/// Of 1, 2 and 3 halves with 4 quarters.
std::vector<bool> comparison(Code code) {
  TestModel model;
  model.input("x", {3}, Type::INT8).quantise("x", {0.5f}, {-1}).result("y", Type::BOOL);
  model.bytes("c", {1}, Type::INT8, raw({12})).quantise("c", {0.25f}, {8}).add(code, {"x", "c"}, {"y"}).output("y");
  const Tensor found = model.run({make_tensor<int8_t>({3}, {0, 1, 2})});
  return std::vector<bool>(found.as<bool>(), found.as<bool>() + found.elems());
}

TEST(TfliteQuantised, Comparisons) {
  using Bools = std::vector<bool>;
  EXPECT_EQ(comparison(Code::EQUAL), (Bools{false, true, false}));
  EXPECT_EQ(comparison(Code::NOT_EQUAL), (Bools{true, false, true}));
  EXPECT_EQ(comparison(Code::LESS), (Bools{true, false, false}));
  EXPECT_EQ(comparison(Code::LESS_EQUAL), (Bools{true, true, false}));
  EXPECT_EQ(comparison(Code::GREATER), (Bools{false, false, true}));
  EXPECT_EQ(comparison(Code::GREATER_EQUAL), (Bools{false, true, true}));
}

TEST(TfliteQuantised, BatchMatMul) {
  TestModel model = byte_model({1, 1, 2}, 0.5f, 1, 0.25f, -3);
  model.bytes("b", {1, 2, 2}, Type::INT8, raw({1, 2, 3, 4})).quantise("b", {0.5f}, {1});
  model.add(Code::BATCH_MATMUL, {"x", "b"}, {"y"}).options(tflite::BatchMatMulOptionsT());
  // (2 * 0 + 4 * 2, 2 * 1 + 4 * 3) * 0.25 / 0.25 - 3
  EXPECT_EQ(run_bytes(model, {1, 1, 2}, {3, 5}), (Bytes{5, 11}));
}

/// x / 200 of stored numbers. LiteRT's shifts are undefined where quotients are small.
TEST(TfliteQuantised, SmallQuotientsAreZero) {
  TestModel model = byte_model({6}, 0.5f, 1, 0.5f, 3);
  model.bytes("b", {1}, Type::INT8, raw({102})).quantise("b", {2}, {2}).add(Code::DIV, {"x", "b"}, {"y"});
  EXPECT_EQ(run_bytes(model, {6}, {1, 2, -2, 121, -127, 51}), (Bytes{3, 3, 3, 4, 2, 3})) << "0, 1, -3, 120, -128, 50";
}

TEST(TfliteQuantised, QuotientsByZeroSaturate) {
  TestModel model = byte_model({3}, 1, 1, 1, 3);
  model.input("b", {1}, Type::INT8).quantise("b", {1}, {2}).add(Code::DIV, {"x", "b"}, {"y"});
  const Tensor found = model.run({make_tensor<int8_t>({3}, {0, 1, 2}), make_tensor<int8_t>({1}, {2})});
  EXPECT_EQ(values_of<int8_t>(found), (Bytes{-128, 3, 127}));
  TestModel constant = byte_model({3}, 1, 1, 1, 3);
  constant.bytes("b", {3}, Type::INT8, raw({1, 2, 3})).quantise("b", {1}, {2}).add(Code::DIV, {"x", "b"}, {"y"});
  expect_invalid("tensor 'b': element 1 of i8[3] is its zero point, 2: division by zero", [&] { constant.import(); });
}

TEST(TfliteQuantised, SaysWhichTypesOperatorsAreFor) {
  const auto imported = [](Code code, Type type, float y_scale, int64_t y_zero) {
    TestModel model;
    model.input("x", {1, 4}, type).quantise("x", {0.5f}, {0});
    model.result("y", type).quantise("y", {y_scale}, {y_zero}).add(code, {"x"}, {"y"}).output("y").import();
  };
  const std::string narrow = "it is supported for i8 and u8, not for i16",
                    signs = "it is supported for i8 and i16, not";
  expect_unsupported(narrow, [&] { imported(Code::L2_NORMALIZATION, Type::INT16, 1.0f / 128, 0); });
  expect_unsupported(narrow, [&] { imported(Code::LOG_SOFTMAX, Type::INT16, 1.0f / 16, 0); });
  expect_unsupported(narrow, [&] { imported(Code::RELU_0_TO_1, Type::INT16, 1, 0); });
  expect_unsupported(signs, [&] { imported(Code::NEG, Type::UINT8, 0.5f, 0); });
  expect_unsupported("only one scale of both, and 0", [&] { imported(Code::NEG, Type::INT8, 0.5f, 1); });
  expect_invalid("tensor 'y': its scale is 0.5 and its zero point 0, results of this operator have 0.0078125 and 0",
                 [&] { imported(Code::L2_NORMALIZATION, Type::INT8, 0.5f, 0); });
  expect_invalid("results of this operator have 0.0625 and 255",
                 [&] { imported(Code::LOG_SOFTMAX, Type::UINT8, 1.0f / 16, 127); });
}

TEST(TfliteQuantised, CastTakesStoredNumbers) {
  TestModel model;
  model.input("x", {3}, Type::INT8).quantise("x", {0.5f}, {3}).add(Code::CAST, {"x"}, {"y"}).output("y");
  EXPECT_EQ(values_of<float>(model.run({make_tensor<int8_t>({3}, {-128, 3, 127})})),
            (std::vector<float>{-128, 3, 127}));
}

TEST(TfliteQuantised, SaysWhatItDoesNotImport) {
  TestModel power = byte_model({2}, 1, 0, 1, 0);
  power.add(Code::POW, {"x", "x"}, {"y"});
  expect_error(ErrorKind::unsupported, "POW on quantised numbers", [&] { power.import(); });
  TestModel hybrid;
  hybrid.input("x", {1, 1}).bytes("w", {1, 1}, Type::INT8, {1}).quantise("w", {1}, {0});
  hybrid.add(Code::FULLY_CONNECTED, {"x", "w"}, {"y"}).options(tflite::FullyConnectedOptionsT()).output("y");
  expect_error(ErrorKind::unsupported, "products of floats and quantised weights", [&] { hybrid.import(); });
}

}  // namespace
}  // namespace convoy::tflite_frontend
