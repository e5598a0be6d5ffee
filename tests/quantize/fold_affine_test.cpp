#include "quantize/fold_affine.h"

#include "quantize/model_file.h"

namespace convoy::quantizer {
namespace {

using onnx_frontend::TestModel;

/// Folds, and expects these operators and the same results.
void expect_folds(TestModel& model, const Shape& input, const std::string& expected) {
  const Tensor x = random_floats(input, 3);
  const Tensor before = run_message(model.proto(), {x});
  const auto folded = message(model);
  fold_affine(folded);
  EXPECT_EQ(operators(*folded), expected);
  expect_near(run_message(*folded, {x}), before, 1e-5);
}

TestModel& normalised(TestModel& model, int64_t channels) {
  model.floats("scale", {channels}, random_floats(channels, 11, 0.5f, 2));
  model.floats("shift", {channels}, random_floats(channels, 12));
  model.floats("mean", {channels}, random_floats(channels, 13));
  model.floats("variance", {channels}, random_floats(channels, 14, 0.1f, 2));
  return model.add("BatchNormalization", {"c", "scale", "shift", "mean", "variance"}, {"y"}).output("y");
}

TEST(FoldAffine, BatchNormalizationIntoConv) {
  TestModel model;
  model.input("x", {1, 4, 5, 5}).floats("w", {6, 2, 3, 3}, random_floats(108, 1)).floats("b", {6}, random_floats(6, 2));
  model.add("Conv", {"x", "w", "b"}, {"c"}).attr("group", int64_t{2});
  expect_folds(normalised(model, 6), {1, 4, 5, 5}, "Conv");
}

TEST(FoldAffine, BatchNormalizationIntoConvWithoutBias) {
  TestModel model;
  model.input("x", {1, 3, 5, 5}).floats("w", {4, 3, 1, 1}, random_floats(12, 1)).add("Conv", {"x", "w"}, {"c"});
  expect_folds(normalised(model, 4), {1, 3, 5, 5}, "Conv");
}

TEST(FoldAffine, BatchNormalizationIntoGroupedConvTranspose) {
  TestModel model;
  model.input("x", {1, 4, 3, 3}).floats("w", {4, 3, 2, 2}, random_floats(48, 1));
  model.add("ConvTranspose", {"x", "w"}, {"c"}).attr("group", int64_t{2}).attr_ints("strides", {2, 2});
  expect_folds(normalised(model, 6), {1, 4, 3, 3}, "ConvTranspose");
}

TEST(FoldAffine, ArithmeticAChannel) {
  TestModel model;
  model.input("x", {1, 3, 4, 4}).floats("w", {2, 3, 1, 1}, random_floats(6, 1)).floats("k", {2, 1, 1}, {3, -2});
  model.floats("two", {}, {2}).add("Conv", {"x", "w"}, {"a"}).add("Add", {"k", "a"}, {"b"});
  model.add("Mul", {"b", "two"}, {"c"}).add("Sub", {"k", "c"}, {"d"}).add("Div", {"d", "two"}, {"y"}).output("y");
  expect_folds(model, {1, 3, 4, 4}, "Conv");
}

TEST(FoldAffine, LeavesWhatIsReadElsewhere) {
  TestModel model;
  model.input("x", {1, 1, 2, 2}).floats("w", {1, 1, 1, 1}, {2}).floats("k", {1, 1, 1}, {3});
  model.add("Conv", {"x", "w"}, {"a"}).add("Add", {"a", "k"}, {"b"}).add("Add", {"a", "b"}, {"y"}).output("y");
  expect_folds(model, {1, 1, 2, 2}, "Conv Add Add");
}

TEST(FoldAffine, LeavesConstantsAnElement) {
  TestModel model;
  model.input("x", {1, 1, 2, 2}).floats("w", {1, 1, 1, 1}, {2}).floats("k", {2, 2}, {1, 2, 3, 4});
  model.add("Conv", {"x", "w"}, {"a"}).add("Add", {"a", "k"}, {"y"}).output("y");
  expect_folds(model, {1, 1, 2, 2}, "Conv Add");
}

TEST(FoldAffine, FactorsOfGemm) {
  TestModel model;
  model.input("x", {2, 3}).floats("w", {3, 2}, random_floats(6, 1)).floats("b", {2}, {1, 2});
  model.add("Gemm", {"x", "w", "b"}, {"y"}).attr("alpha", 0.5f).attr("beta", 3.f).output("y");
  expect_folds(model, {2, 3}, "Gemm");
  const auto folded = message(model);
  fold_affine(folded);
  EXPECT_EQ(folded->graph().node(0).attribute_size(), 0);
}

TEST(FoldAffine, SharedWeightsStayForTheOther) {
  TestModel model;
  model.input("x", {1, 1, 2, 2}).floats("w", {1, 1, 1, 1}, {2}).floats("k", {1, 1, 1}, {3});
  model.add("Conv", {"x", "w"}, {"a"}).add("Mul", {"a", "k"}, {"b"});
  model.add("Conv", {"b", "w"}, {"y"}).output("y");
  expect_folds(model, {1, 1, 2, 2}, "Conv Conv");
}

}  // namespace
}  // namespace convoy::quantizer
