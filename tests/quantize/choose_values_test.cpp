#include "quantize/choose_values.h"

#include "quantize/model_file.h"

namespace convoy::quantizer {
namespace {

using onnx_frontend::TestModel;

/// A 1x1 convolution of two channels.
TestModel& conv(TestModel& model, const std::string& src, const std::string& dst) {
  const std::string weights = dst + "_w";
  return model.floats(weights, {2, 2, 1, 1}, {1, 2, 3, 4}).add("Conv", {src, weights}, {dst}, dst);
}

TestModel image_model() {
  TestModel model;
  model.input("x", {1, 2, 8, 8});
  return model;
}

/// The quantised values, groups in brackets, sorted: "[x] [a b]".
std::string chosen(const TestModel& model, const ChooseOptions& options = {}) {
  TestModel copy = model;
  std::vector<std::string> words;
  for (const ValueGroup& group : choose_values(copy.graph(), options).groups) {
    std::vector<std::string> values = group.values;
    std::ranges::sort(values);
    std::string word;
    for (const std::string& value : values) word += (word.empty() ? "" : " ") + value;
    words.push_back("[" + word + "]");
  }
  std::ranges::sort(words);
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

TEST(ChooseValues, ReluIsPartOfTheQuantisationBehindIt) {
  TestModel model = image_model();
  conv(model, "x", "a").add("Relu", {"a"}, {"b"});
  conv(model, "b", "y").output("y");
  EXPECT_EQ(chosen(model), "[b] [x]");
}

TEST(ChooseValues, TheLastResultStaysFloat) {
  TestModel model = image_model();
  conv(model, "x", "a").add("Softmax", {"a"}, {"y"}).output("y");
  EXPECT_EQ(chosen(model), "[x]");
}

TEST(ChooseValues, MovementSharesAQuantisation) {
  TestModel model = image_model();
  conv(model, "x", "a");
  conv(model, "x", "b").add("Concat", {"a", "b"}, {"c"}).attr("axis", int64_t{1});
  model.add("MaxPool", {"c"}, {"d"}).attr_ints("kernel_shape", {2, 2});
  model.floats("w", {1, 4, 1, 1}, {1, 2, 3, 4}).add("Conv", {"d", "w"}, {"y"}).output("y");
  EXPECT_EQ(chosen(model), "[a b c d] [x]");
  const ChosenValues values = choose_values(model.graph(), {});
  EXPECT_EQ(values.groups[values.group_of.at("d")].sources, (std::vector<std::string>{"a", "b"}));
}

TEST(ChooseValues, SumsAreMadeInTheLoopOfTheLastSummand) {
  TestModel model = image_model();
  conv(model, "x", "a");
  conv(model, "a", "b").add("Add", {"b", "a"}, {"c"}).add("Relu", {"c"}, {"d"});
  conv(model, "d", "y").output("y");
  EXPECT_EQ(chosen(model), "[a] [d] [x]");
  EXPECT_EQ(chosen(model, {.keep_float = {}, .quantise_summands = true}), "[a] [b] [d] [x]");
}

TEST(ChooseValues, OfTwoConvolutionsOneIsQuantisedBeforeTheSum) {
  TestModel model = image_model();
  conv(model, "x", "a");
  conv(model, "x", "b").add("Add", {"a", "b"}, {"c"});
  conv(model, "c", "y").output("y");
  EXPECT_EQ(chosen(model), "[a] [c] [x]");
}

TEST(ChooseValues, InsideOfAFunctionNothingIsQuantised) {
  TestModel model = image_model();
  conv(model, "x", "a").add("Sigmoid", {"a"}, {"s"}).add("Mul", {"a", "s"}, {"m"});
  conv(model, "m", "y").output("y");
  EXPECT_EQ(chosen(model), "[a] [m] [x]");
}

TEST(ChooseValues, HardSwishSpelledOut) {
  TestModel model = image_model();
  model.floats("three", {}, {3}).floats("zero", {}, {0}).floats("six", {}, {6});
  conv(model, "x", "a").add("Add", {"a", "three"}, {"p"}).add("Clip", {"p", "zero", "six"}, {"q"});
  model.add("Mul", {"a", "q"}, {"r"}).add("Div", {"r", "six"}, {"s"});
  conv(model, "s", "y").output("y");
  EXPECT_EQ(chosen(model), "[a] [s] [x]");
}

TEST(ChooseValues, NodesKeptFloat) {
  TestModel model = image_model();
  conv(model, "x", "a").add("Relu", {"a"}, {"b"});
  conv(model, "b", "y").output("y");
  EXPECT_EQ(chosen(model, {.keep_float = {"y"}}), "[x]");
  EXPECT_EQ(chosen(model, {.keep_float = {"a"}}), "[b]");
}

TEST(ChooseValues, NetworkOutputsInBetween) {
  TestModel model = image_model();
  conv(model, "x", "a").output("a").add("Relu", {"a"}, {"b"});
  conv(model, "b", "y").output("y");
  EXPECT_EQ(chosen(model), "[a] [b] [x]");
}

TEST(ChooseValues, LayersAreLoops) {
  TestModel model = image_model();
  conv(model, "x", "a").add("Relu", {"a"}, {"b"});
  conv(model, "b", "c").add("Add", {"c", "x"}, {"d"}).add("GlobalAveragePool", {"d"}, {"y"}).output("y");
  const ChosenValues values = choose_values(model.graph(), {});
  ASSERT_EQ(values.layers.size(), 3u);
  EXPECT_EQ(values.layers[0].nodes, (std::vector<int>{0, 1}));
  EXPECT_EQ(values.layers[1].nodes, (std::vector<int>{2, 3}));
  EXPECT_EQ(values.layers[1].value, "d");
  EXPECT_EQ(values.layers[2].value, "y");
  EXPECT_EQ(values.products, (std::vector<int>{0, 2}));
}

TEST(ChooseValues, WeightsThatAreComputedAreNoWeights) {
  TestModel model = image_model();
  model.input("w", {2, 2, 1, 1}).add("Conv", {"x", "w"}, {"y"}).output("y");
  EXPECT_TRUE(choose_values(model.graph(), {}).products.empty());
}

}  // namespace
}  // namespace convoy::quantizer
