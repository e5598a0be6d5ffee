// Normalisations: forms that ONNX's own test cases lack, and what is refused.
#include <gtest/gtest.h>

#include "model_builder.h"
#include "support/expect_error.h"
#include "support/run_op.h"

namespace convoy::onnx_frontend {
namespace {

TEST(OnnxGroupNormalization, OneParameterAGroupUntilOpset20) {
  TestModel model(18);
  model.input("x", {1, 4, 1}).floats("scale", {2}, {1, 2}).floats("bias", {2}, {0, 5});
  model.add("GroupNormalization", {"x", "scale", "bias"}, {"y"});
  model.attr("num_groups", int64_t{2}).attr("epsilon", 0.0f).output("y");
  expect_near(values_of<float>(model.run({make_tensor<float>({1, 4, 1}, {1, 3, 10, 30})})), {-1, 1, 3, 7});
}

TEST(OnnxLayerNormalization, UnusedStatisticsAreIgnored) {
  TestModel model;
  model.input("x", {1, 2}).floats("scale", {2}, {1, 2});
  model.add("LayerNormalization", {"x", "scale"}, {"y", "mean", "deviation"}).attr("epsilon", 0.0f).output("y");
  expect_near(values_of<float>(model.run({make_tensor<float>({1, 2}, {1, 3})})), {-1, 2});
  model.output("mean");
  expect_error(ErrorKind::unsupported, "'mean' is an output that is not supported", [&] { model.import(); });
}

TEST(OnnxBatchNormalization, TrainingIsUnsupported) {
  TestModel model;
  model.input("x", {1, 1, 2}).floats("p", {1}, {1});
  model.add("BatchNormalization", {"x", "p", "p", "p", "p"}, {"y"}).attr("training_mode", int64_t{1}).output("y");
  expect_error(ErrorKind::unsupported, "it is in training mode", [&] { model.import(); });
}

}  // namespace
}  // namespace convoy::onnx_frontend
