// The model as a whole: inputs and outputs, what is refused and with which words.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "frontends/import.h"
#include "frontends/tflite/import.h"
#include "frontends/tflite/model_builder.h"
#include "frontends/tflite/tensors.h"
#include "support/expect_error.h"
#include "support/run_op.h"

namespace convoy::tflite_frontend {
namespace {

void expect_unsupported(const std::string& part, const TestModel& model) {
  expect_error(ErrorKind::unsupported, "test.tflite: " + part, [&] { model.import(); });
}
void expect_refused(const std::string& part, const TestModel& model) {
  expect_invalid("test.tflite: " + part, [&] { model.import(); });
}

TEST(TfliteModel, IsRecognisedByItsContent) {
  const std::string bytes = relu_model().bytes();
  const Graph graph = import_model_bytes(bytes.data(), bytes.size(), "any name");
  EXPECT_EQ(graph.value(graph.inputs[0]).name, "x");
  EXPECT_EQ(graph.value(graph.outputs[0]).name, "y");
  expect_invalid("is no TFLite model", [] { import_bytes("TFL3", 4, "test.tflite"); });
  expect_invalid("the file is empty", [] { import_bytes("", 0, "test.tflite"); });
}

TEST(TfliteModel, ImagesKeepTheirOrder) {
  TestModel model;
  tflite::Pool2DOptionsT options;
  options.stride_h = options.stride_w = options.filter_height = options.filter_width = 2;
  model.input("image", {1, 4, 6, 3}).add(Code::MAX_POOL_2D, {"image"}, {"pooled"}).options(options).output("pooled");
  const Graph graph = model.import();
  EXPECT_EQ(graph.type(graph.inputs[0]).shape, Shape({1, 4, 6, 3}));
  EXPECT_EQ(graph.type(graph.outputs[0]).shape, Shape({1, 2, 3, 3}));
  EXPECT_EQ(graph.value(graph.outputs[0]).name, "pooled");
  const Graph larger = model.import({.shapes = {{"image", {2, 8, 8, 3}}}});
  EXPECT_EQ(larger.type(larger.outputs[0]).shape, Shape({2, 4, 4, 3}));
}

TEST(TfliteModel, OpenExtents) {
  TestModel model = relu_model();
  model.tensor("x").shape_signature = {-1, 4};
  EXPECT_EQ(model.import().type(0).shape, Shape({1, 4}));
  model.tensor("x").shape = {1, 1};
  model.tensor("x").shape_signature = {1, -1};
  expect_error(ErrorKind::usage, "dimension 1 of input 'x' is open, set it with --shape x=1x?",
               [&] { model.import(); });
  EXPECT_EQ(model.import({.shapes = {{"x", {1, 7}}}}).type(0).shape, Shape({1, 7}));
  expect_error(ErrorKind::usage, "contradicts the model, which has rank 2", [&] {
    model.import({.shapes = {{"x", {7}}}});
  });
}

TEST(TfliteModel, InputsAndConstantsAsOutputs) {
  TestModel model;
  model.input("x", {2}).floats("c", {2}, {3, 4}).add(Code::RELU, {"x"}, {"y"});
  model.output("x").output("c").output("y");
  const auto found = model.run_all({make_tensor<float>({2}, {-1, 1})});
  EXPECT_EQ(values_of<float>(found[0]), (std::vector<float>{-1, 1}));
  EXPECT_EQ(values_of<float>(found[1]), (std::vector<float>{3, 4}));
  EXPECT_EQ(values_of<float>(found[2]), (std::vector<float>{0, 1}));
}

TEST(TfliteModel, NamesAllOperatorsThatAreNotSupported) {
  TestModel model = relu_model();
  model.add(Code::LSTM, {"y"}, {"a"}).add(Code::CUSTOM, {"a"}, {"b"}).add(Code::CUSTOM, {"b"}, {"c"});
  model.model().operator_codes[2]->custom_code = model.model().operator_codes[3]->custom_code = "Frobnicate";
  model.add(static_cast<Code>(4321), {"c"}, {"d"});
  expect_unsupported(
      "3 of its operators are not supported: CUSTOM 'Frobnicate' (2 nodes, first 2 'b'); LSTM (node 1 'a'); "
      "operator 4321 (node 4 'd')",
      model);
}

TEST(TfliteModel, RefusesWhatItDoesNotKnow) {
  TestModel version = relu_model();
  version.model().version = 2;
  expect_unsupported("its schema has version 2", version);
  TestModel subgraphs = relu_model();
  subgraphs.model().subgraphs.push_back(std::make_unique<tflite::SubGraphT>());
  expect_unsupported("the model has 2 subgraphs, only one is supported", subgraphs);
  TestModel strings = relu_model();
  strings.tensor("x").type = Type::STRING;
  expect_unsupported("tensor 'x': element type STRING is not supported", strings);
  TestModel sparse = relu_model();
  sparse.tensor("x").sparsity = std::make_unique<tflite::SparsityParametersT>();
  expect_unsupported("tensor 'x': is sparse", sparse);
  TestModel variable = relu_model();
  variable.tensor("x").is_variable = true;
  expect_unsupported("tensor 'x': is a variable", variable);
  TestModel elsewhere = relu_model();
  elsewhere.floats("c", {4}, {1, 2, 3, 4}).add(Code::ADD, {"y", "c"}, {"z"}).output("z");
  elsewhere.tensor("c").external_buffer = 1;
  expect_unsupported("operator 1 (ADD, 'z'): tensor 'c': its data lies in another file", elsewhere);
}

/// The zero points of the first tensor replaced by `zero` at the end of the file, four bytes off its alignment.
std::string with_unaligned_zero_point(std::string bytes, int64_t zero) {
  const tflite::Tensor* tensor = tflite::GetModel(bytes.data())->subgraphs()->Get(0)->tensors()->Get(0);
  const auto* params = reinterpret_cast<const flatbuffers::Table*>(tensor->quantization());
  const size_t field = reinterpret_cast<const char*>(params) - bytes.data() +
                       params->GetOptionalFieldOffset(tflite::QuantizationParameters::VT_ZERO_POINT);
  const size_t end = (bytes.size() + 7) / 8 * 8;
  bytes.resize(end + sizeof(uint32_t) + sizeof(zero));
  const auto offset = static_cast<uint32_t>(end - field), count = uint32_t{1};
  std::memcpy(&bytes[field], &offset, sizeof(offset));
  std::memcpy(&bytes[end], &count, sizeof(count));
  std::memcpy(&bytes[end + sizeof(count)], &zero, sizeof(zero));
  return bytes;
}

TEST(TfliteModel, ReadsUnalignedZeroPoints) {
  TestModel model;
  model.input("x", {2}, Type::INT8).result("y", Type::INT8).add(Code::RELU, {"x"}, {"y"}).output("y");
  model.quantise("x", {0.5f}, {0}).quantise("y", {1}, {0});
  const std::string bytes = with_unaligned_zero_point(model.bytes(), 3);
  const Graph graph = import_bytes(bytes.data(), bytes.size(), "test.tflite");
  const std::vector<Tensor> values = evaluate(graph, {Tensor::of<int8_t>({5, 1})});
  EXPECT_EQ(values_of<int8_t>(values[graph.outputs[0]]), (std::vector<int8_t>{1, 0}));
}

TEST(TfliteModel, RefusesUnsoundQuantisation) {
  TestModel model;
  model.input("x", {1, 4}, Type::INT8).result("y", Type::INT8).add(Code::RELU, {"x"}, {"y"}).output("y");
  model.quantise("x", {0.5f}, {0});
  const std::string at = "operator 0 (RELU, 'y'): ";
  expect_refused(at + "tensor 'y': is i8 without a scale, beside quantised tensors", model);
  model.quantise("y", {1}, {0});
  for (int64_t zero : {int64_t{200}, int64_t{-129}, int64_t{1} << 40}) {
    model.quantise("x", {0.5f}, {zero});
    expect_refused(fmt::format("{}tensor 'x': its zero point {} is no number of i8", at, zero), model);
  }
  model.quantise("x", {0}, {0});
  expect_refused(at + "tensor 'x': its scale is 0", model);
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (float scale : {-1.0f, kInfinity, -kInfinity, std::nanf("")}) {
    model.quantise("x", {scale}, {0});
    expect_refused(fmt::format("tensor 'x': its scale is {}", scale), model);
  }
  model.quantise("x", {0.5f}, {0}).tensor("x").type = Type::UINT16;
  expect_unsupported(at + "tensor 'x': is u16, only i8, u8 and i16 are supported for quantised numbers", model);
  model.quantise("x", {0.5f, 1, 2}, {0});
  expect_refused("tensor 'x': has 3 scales along axis 0 of 1x4", model);
  model.quantise("x", {0.5f, 1, 2, 3}, {0}, 7);
  expect_refused("tensor 'x': has 4 scales along axis 7 of 1x4", model);
  model.quantise("x", {0.5f}, {0, 1, 2});
  expect_refused("tensor 'x': has 3 zero points for 1 scales", model);
}

TEST(TfliteModel, RefusesUnsoundScalesOfWeights) {
  TestModel model;
  model.input("x", {1, 2}, Type::INT8).quantise("x", {1}, {0}).result("y", Type::INT8).quantise("y", {1}, {0});
  model.bytes("w", {2, 2}, Type::INT8, {1, 2, 3, 4}).add(Code::FULLY_CONNECTED, {"x", "w"}, {"y"}).output("y");
  const std::string at = "operator 0 (FULLY_CONNECTED, 'y'): ";
  expect_refused(at + "weights are i8[2x2] without a scale", model);
  model.quantise("w", {1, -0.5f}, {0});
  expect_refused(at + "tensor 'w': its scale is -0.5", model);
  model.quantise("w", {1, 2}, {0}, 1);
  expect_unsupported(at + "weights 2x2 have scales along axis 1, only those along axis 0", model);
  model.quantise("w", {1}, {300});
  expect_refused(at + "node 'y' (matmul): the zero point 300 of weights is no number of i8", model);
  model.quantise("w", {1e38f, 1e38f}, {0});
  expect_refused(at + "the scaling factor 9.99", model);
  model.quantise("w", {1, 0}, {0});
  EXPECT_EQ(values_of<int8_t>(model.run({make_tensor<int8_t>({1, 2}, {3, 4})})), (std::vector<int8_t>{11, 0}));
}

TEST(TfliteModel, RefusesOperatorsInACircle) {
  TestModel model;
  model.input("x", {2}).result("a", Type::FLOAT32).result("b", Type::FLOAT32);
  model.tensor("a").shape = model.tensor("b").shape = {2};
  model.add(Code::ADD, {"x", "b"}, {"a"}).add(Code::RELU, {"a"}, {"b"}).output("b");
  expect_refused("operator 0 (ADD, 'a'): reads tensor 'b', which no operator before it computes", model);
  TestModel itself;
  itself.input("x", {2}).add(Code::RELU, {"x"}, {"x"}).output("x");
  expect_refused("operator 0 (RELU, 'x'): writes tensor 'x', which is written or read before", itself);
}

TEST(TfliteModel, Quantisation) {
  TestModel model = relu_model();
  auto& params = *(model.tensor("x").quantization = std::make_unique<tflite::QuantizationParametersT>());
  params.scale = {1, 2, 3, 4};
  params.zero_point = {5};
  params.quantized_dimension = 1;
  const std::string bytes = model.bytes();
  const ModelFile file = ModelFile::copy(bytes.data(), bytes.size());
  const TensorReader tensors(file);
  const QuantParams x = tensors.quantisation(0);
  EXPECT_TRUE(x.per_channel());
  EXPECT_EQ(x.scale, (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(x.zero_point, (std::vector<int64_t>{5, 5, 5, 5}));
  EXPECT_EQ(x.axis, 1);
  EXPECT_FALSE(tensors.quantisation(1).quantised());
}

TEST(TfliteModel, RefusesWhatDoesNotFit) {
  TestModel data;
  data.input("x", {2}).floats("c", {3}, {1, 2}).add(Code::ADD, {"x", "c"}, {"y"}).output("y");
  expect_refused("operator 0 (ADD, 'y'): tensor 'c': f32[3] needs 12 bytes, its data has 8", data);
  TestModel unknown;
  unknown.input("x", {2}).result("z", Type::FLOAT32);
  unknown.tensor("z").shape = {2};
  unknown.add(Code::ADD, {"x", "z"}, {"y"}).output("y");
  expect_refused("operator 0 (ADD, 'y'): reads tensor 'z', which no operator before it computes", unknown);
  TestModel twice = relu_model();
  twice.add(Code::ABS, {"x"}, {"y"});
  expect_refused("operator 1 (ABS, 'y'): writes tensor 'y', which is written or read before", twice);
  TestModel index = relu_model();
  index.last().inputs = {7};
  expect_refused("operator 0: input 0 is tensor 7, the model has 2 tensors", index);
  TestModel type = relu_model();
  type.tensor("y").type = Type::INT32;
  expect_refused("operator 0 (RELU, 'y'): tensor 'y' is declared i32, the operator gives f32", type);
  TestModel options = relu_model();
  options.add(Code::SOFTMAX, {"y"}, {"z"}).options(tflite::AddOptionsT()).output("z");
  expect_refused("operator 1 (SOFTMAX, 'z'): its options are AddOptions, which belong to another operator", options);
  TestModel shapes;
  shapes.input("a", {1, 2}).input("b", {1, 3}).add(Code::ADD, {"a", "b"}, {"y"}).output("y");
  expect_refused("operator 0 (ADD, 'y'): node 'y' (add): ", shapes);
}

/// Models of more than 2 GB keep their weights behind the tables.
TEST(TfliteModel, DataBehindTheTables) {
  TestModel model;
  model.input("x", {2}).floats("c", {2}, {}).add(Code::ADD, {"x", "c"}, {"y"}).output("y");
  auto& buffer = *model.model().buffers.back();
  buffer.offset = 1 << 20;
  buffer.size = 8;
  const size_t begin = (model.bytes().size() + 63) / 64 * 64;
  buffer.offset = begin;
  std::string bytes = model.bytes();
  ASSERT_LE(bytes.size(), begin);
  expect_refused("operator 0 (ADD, 'y'): tensor 'c': its data, 8 bytes at offset", model);
  bytes.resize(begin);
  const float values[] = {10, 20};
  bytes.append(reinterpret_cast<const char*>(values), sizeof(values));
  const Graph graph = import_bytes(bytes.data(), bytes.size(), "test.tflite");
  const auto found = evaluate(graph, {make_tensor<float>({2}, {1, 2})});
  EXPECT_EQ(values_of<float>(found[graph.outputs[0]]), (std::vector<float>{11, 22}));
}

}  // namespace
}  // namespace convoy::tflite_frontend
