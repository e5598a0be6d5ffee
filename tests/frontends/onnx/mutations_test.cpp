// Damaged ONNX models.
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include "frontends/onnx/import.h"
#include "support/byte_mutations.h"

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

class OnnxMutations : public testing::TestWithParam<const char*> {};

TEST_P(OnnxMutations, ImportOrError) {
  const std::string model = read_model(GetParam());
  ASSERT_FALSE(model.empty());
  expect_import_or_error(byte_mutations(model, structure_bytes(model)), "onnx_tests",
                         [](const std::string& bytes) { import_bytes(bytes.data(), bytes.size(), "mutated.onnx"); });
}

std::string model_name(const testing::TestParamInfo<const char*>& info) {
  const std::string name = info.param;
  return name.substr(0, name.find('.'));
}

INSTANTIATE_TEST_SUITE_P(, OnnxMutations, testing::Values("cifar10_cnn.onnx", "mnist.onnx", "espcn_x2.onnx"),
                         model_name);

}  // namespace
}  // namespace convoy::onnx_frontend
