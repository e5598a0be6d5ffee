// Damaged ONNX models.
#include "support/mutations.h"

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include "frontends/onnx/import.h"
#include "frontends/onnx/model_builder.h"
#include "fuzz/mutate_model.h"

namespace convoy::onnx_frontend {
namespace {

/// Where the bytes of a model lie that are not weights: changing weights only gives other weights.
std::vector<size_t> structure_bytes(const std::string& model) {
  std::vector<bool> weights(model.size(), false);
  onnx::ModelProto proto;
  proto.ParseFromString(model);
  for (const onnx::TensorProto& tensor : proto.graph().initializer()) {
    if (tensor.raw_data().size() < 64) continue;
    const size_t begin = model.find(tensor.raw_data());
    for (size_t i = 0; i < tensor.raw_data().size(); ++i) weights[begin + i] = true;
  }
  std::vector<size_t> places;
  for (size_t i = 0; i < model.size(); ++i) {
    if (!weights[i]) places.push_back(i);
  }
  return places;
}

void expect_import_or_error(const Mutation& mutation) {
  convoy::expect_import_or_error(mutation, "onnx_tests", [](const std::string& bytes) {
    import_bytes(bytes.data(), bytes.size(), "mutated.onnx");
  });
}

/// Products whose zero points are known at run time only: sums of their operands are products with constants of ones.
TestModel model_with_zero_points() {
  TestModel model;
  model.input("a", {2, 1024}, onnx::TensorProto::UINT8).input("b", {1024, 3}, onnx::TensorProto::UINT8);
  model.input("az", {}, onnx::TensorProto::UINT8).input("bz", {}, onnx::TensorProto::UINT8);
  model.add("MatMulInteger", {"a", "b", "az", "bz"}, {"y"}).output("y");
  return model;
}

TEST(OnnxNumberMutations, ZeroPoints) {
  expect_import_or_error(number_mutations(model_with_zero_points().bytes(), mutate_model));
}

class OnnxMutations : public testing::TestWithParam<const char*> {};

TEST_P(OnnxMutations, ImportOrError) {
  const std::string model = read_model(GetParam());
  ASSERT_FALSE(model.empty());
  expect_import_or_error(byte_mutations(model, structure_bytes(model)));
}

std::string model_name(const testing::TestParamInfo<const char*>& info) {
  const std::string name = info.param;
  return name.substr(0, name.find('.'));
}

INSTANTIATE_TEST_SUITE_P(, OnnxMutations, testing::Values("cifar10_cnn.onnx", "mnist.onnx", "espcn_x2.onnx"),
                         model_name);

}  // namespace
}  // namespace convoy::onnx_frontend
