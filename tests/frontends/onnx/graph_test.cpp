// What holds the nodes together: names, order, operators that are there or not, branches.
#include <gtest/gtest.h>

#include "model_builder.h"
#include "support/expect_error.h"

namespace convoy::onnx_frontend {
namespace {

void expect_unsupported(const std::string& part, const TestModel& model) {
  expect_error(ErrorKind::unsupported, part, [&] { model.import(); });
}

void expect_invalid_model(const std::string& part, const TestModel& model) {
  expect_invalid(part, [&] { model.import(); });
}

std::vector<std::string> node_names(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) names.push_back(node.name);
  return names;
}

TEST(OnnxGraph, SortsNodesInAnyOrder) {
  TestModel model;
  model.input("x", {4}).add("Exp", {"b"}, {"y"}, "third").add("Relu", {"x"}, {"a"}, "first");
  model.add("Neg", {"a"}, {"b"}, "second").output("y");
  EXPECT_EQ(node_names(model.import()), (std::vector<std::string>{"first", "second", "third"}));
}

TEST(OnnxGraph, KeepsTheOrderOfSortedNodes) {
  TestModel model;
  model.input("x", {4}).add("Exp", {"x"}, {"b"}, "exp").add("Abs", {"x"}, {"a"}, "abs").add("Add", {"a", "b"}, {"y"});
  model.output("y");
  EXPECT_EQ(node_names(model.import()), (std::vector<std::string>{"exp", "abs", "Add_2"}));
}

TEST(OnnxGraph, NamesUnnamedNodesByOperatorAndPlace) {
  TestModel model;
  model.input("x", {4}).add("Relu", {"x"}, {"a"}).add("Relu", {"a"}, {"y"}).output("y");
  EXPECT_EQ(node_names(model.import()), (std::vector<std::string>{"Relu_0", "Relu_1"}));
}

TEST(OnnxGraph, CycleNamesANodeOnIt) {
  TestModel model;
  model.input("x", {4}).add("Relu", {"b"}, {"y"}, "behind").add("Add", {"x", "b"}, {"a"}, "cycle_a");
  model.add("Neg", {"a"}, {"b"}, "cycle_b").output("y");
  expect_invalid_model("(Neg) lies on a cycle: it needs its own output", model);
}

TEST(OnnxGraph, NodeThatReadsItself) {
  TestModel model;
  model.input("x", {4}).add("Add", {"x", "y"}, {"y"}, "self").output("y");
  expect_invalid_model("node 'self' (Add) lies on a cycle", model);
}

TEST(OnnxGraph, InputThatNothingComputes) {
  TestModel model;
  model.input("x", {4}).add("Add", {"x", "w"}, {"y"}, "add").output("y");
  expect_invalid_model("node 'add' (Add) reads 'w', which is no network input", model);
}

TEST(OnnxGraph, MissingInput) {
  TestModel model;
  model.input("x", {4}).add("Add", {"x", ""}, {"y"}, "add").output("y");
  expect_invalid_model("test.onnx: node 'add' (Add): input 1 is missing", model);
}

TEST(OnnxGraph, ValueComputedTwice) {
  TestModel model;
  model.input("x", {4}).add("Relu", {"x"}, {"y"}, "one").add("Neg", {"x"}, {"y"}, "two").output("y");
  expect_invalid_model("'y' is computed twice, by node 'one' (Relu) and by node 'two' (Neg)", model);
}

TEST(OnnxGraph, NodeThatComputesAnInput) {
  TestModel model;
  model.input("x", {4}).add("Relu", {"x"}, {"x"}, "relu").output("x");
  expect_invalid_model("node 'relu' (Relu) computes 'x', which is an input or a constant already", model);
}

TEST(OnnxGraph, DuplicateInputsAndInitializers) {
  TestModel inputs = relu_model();
  inputs.input("x", {1, 4});
  expect_invalid_model("two inputs are named 'x'", inputs);
  TestModel initializers = relu_model();
  initializers.floats("w", {1}, {1}).floats("w", {1}, {1});
  expect_invalid_model("two initializers are named 'w'", initializers);
}

TEST(OnnxGraph, InitializersListedAsInputsAreConstants) {
  TestModel model;
  model.input("x", {2}).input("w", {2}).floats("w", {2}, {1, 2}).add("Add", {"x", "w"}, {"y"}).output("y");
  EXPECT_EQ(model.import().inputs.size(), 1u);
}

TEST(OnnxGraph, ListsAllUnsupportedOperators) {
  TestModel model;
  model.input("x", {4})
      .add("Foo", {"x"}, {"a"}, "foo1")
      .add("Foo", {"a"}, {"b"}, "foo2")
      .add("Bar", {"b"}, {"y"}, "bar");
  model.output("y");
  model.node(2).set_domain("org.example");
  expect_unsupported("2 of its operators are not supported: Foo (2 nodes, first 'foo1'); org.example.Bar (node 'bar')",
                     model);
}

TEST(OnnxGraph, FunctionsOfTheModel) {
  TestModel model;
  model.input("x", {4}).add("Relu", {"x"}, {"y"}, "call").output("y");
  model.node(0).set_domain("local");
  onnx::FunctionProto& function = *model.proto().add_functions();
  function.set_name("Relu");
  function.set_domain("local");
  expect_unsupported("local.Relu, a function of the model (node 'call')", model);
}

TEST(OnnxGraph, SparseInitializer) {
  TestModel model = relu_model();
  model.graph().add_sparse_initializer()->mutable_values()->set_name("sparse_w");
  expect_unsupported("tensor 'sparse_w' is a sparse initializer", model);
}

TEST(OnnxGraph, OutputThatNothingComputes) {
  TestModel model = relu_model();
  model.output("z");
  expect_invalid_model("network output: 'z' is computed by no node", model);
}

TEST(OnnxGraph, NoOutputs) {
  TestModel model = relu_model();
  model.graph().clear_output();
  expect_invalid_model("the graph has no outputs", model);
}

TEST(OnnxGraph, OutputsKeepTheirNames) {
  TestModel model;
  // Sum of one input is that input: both outputs are the network's input.
  model.input("x", {4}).add("Sum", {"x"}, {"y"}).add("Sum", {"x"}, {"z"}).output("y").output("z");
  const Graph graph = model.import();
  EXPECT_EQ(graph.value(graph.outputs[0]).name, "y");
  EXPECT_EQ(graph.value(graph.outputs[1]).name, "z");
  EXPECT_TRUE(verify(graph).empty());
}

TEST(OnnxGraph, OutputThatIsNotComputedIsAnErrorWhenRead) {
  TestModel model;
  model.input("x", {4}).add("Relu", {"x"}, {"y", "extra"}, "relu").output("y");
  EXPECT_EQ(model.import().nodes.size(), 1u);
  model.add("Neg", {"extra"}, {"z"}, "neg").output("z");
  expect_unsupported("node 'neg' (Neg): 'extra' is an output that is not supported", model);
}

TEST(OnnxGraph, WrongAttributeTypeNamesTheNode) {
  TestModel model;
  model.input("x", {4}).add("LeakyRelu", {"x"}, {"y"}, "act").attr("alpha", int64_t{1}).output("y");
  expect_invalid_model("node 'act' (LeakyRelu): attribute 'alpha' is of type INT, expected FLOAT", model);
}

TEST(OnnxGraph, RefusalOfAnOperatorNamesTheNodeOnce) {
  TestModel model;
  model.input("x", {4}).input("w", {3}).add("Add", {"x", "w"}, {"y"}, "sum").output("y");
  expect_invalid_model("test.onnx: node 'sum' (add): shapes 4 and 3 do not broadcast", model);
}

/// A branch with one node whose output is `output`.
onnx::GraphProto branch(const std::string& op_type, const std::string& input, const std::string& output) {
  TestModel model;
  model.add(op_type, {input}, {output}, op_type + "_in_branch").output(output);
  return model.graph();
}

/// if (condition) y = relu(a) else y = Unknown(a), where a = -x.
TestModel if_model() {
  TestModel model;
  model.input("x", {2}).add("If", {"condition"}, {"y"}, "choice");
  model.attr("then_branch", branch("Relu", "a", "then_y")).attr("else_branch", branch("Unknown", "a", "else_y"));
  model.add("Neg", {"x"}, {"a"}).output("y");
  return model;
}

void add_condition(TestModel& model, bool value) {
  onnx::TensorProto& condition = *model.graph().add_initializer();
  condition.set_name("condition");
  condition.set_data_type(onnx::TensorProto::BOOL);
  condition.add_int32_data(value);
}

TEST(OnnxIf, ConstantConditionTakesTheBranch) {
  TestModel model = if_model();
  add_condition(model, true);
  const Tensor y = model.run({Tensor::of<float>({1, -2})});
  EXPECT_EQ(y.as<float>()[0], 0);
  EXPECT_EQ(y.as<float>()[1], 2);
}

TEST(OnnxIf, OnlyTheBranchTakenMustBeSupported) {
  TestModel model = if_model();
  add_condition(model, false);
  expect_unsupported("node 'choice' (If): 1 of its operators is not supported: Unknown", model);
}

TEST(OnnxIf, ConditionKnownOnlyWhenRun) {
  TestModel model = if_model();
  model.input("condition", {}, onnx::TensorProto::BOOL);
  expect_unsupported("node 'choice' (If): its condition 'condition' is only known when the network runs", model);
}

TEST(OnnxIf, LoopAndScan) {
  TestModel model;
  model.input("x", {2}).add("Loop", {"", "", "x"}, {"y"}, "loop").output("y");
  expect_unsupported("Loop (node 'loop')", model);
}

}  // namespace
}  // namespace convoy::onnx_frontend
