// What the tests of all passes share: a graph as text goes in, its nodes as text come out, and random data
// gives the same results before and after.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <string>

#include "graph/graph.h"
#include "graph/text.h"

namespace convoy {

inline Tensor random_tensor(const TensorType& type, std::mt19937& random, double low = -4, double high = 4) {
  Tensor tensor(type);
  std::uniform_real_distribution<float> element(static_cast<float>(low), static_cast<float>(high));
  if (type.dtype == DType::f32) std::generate_n(tensor.as<float>(), tensor.elems(), [&] { return element(random); });
  // Quantised numbers take all values of a byte; biases are of the size of sums.
  const bool bytes = type.dtype == DType::i8 || type.dtype == DType::u8;
  if (bytes) std::generate_n(tensor.as<uint8_t>(), tensor.elems(), [&] { return static_cast<uint8_t>(random()); });
  std::uniform_int_distribution<int32_t> bias(-5000, 5000);
  if (type.dtype == DType::i32) std::generate_n(tensor.as<int32_t>(), tensor.elems(), [&] { return bias(random); });
  return tensor;
}

/// The graph of a text in which `...` stands for random elements, all positive so that they can be variances.
inline Graph random_graph_from_text(std::string_view text, unsigned seed = 1) {
  Graph graph = graph_from_text(text);
  std::mt19937 random(seed);
  for (Value& value : graph.values) {
    const std::string line = "constant %" + value.name + " " + value.type.str() + " ...";
    if (text.find(line) != std::string_view::npos) value.constant = random_tensor(value.type, random, 0.5, 1.5);
  }
  return graph;
}

/// A value as an operand: its name, or a constant's elements when they are few and its type when they are many.
inline std::string operand_text(const Graph& graph, ValueId id) {
  if (id == kAbsent) return "_";
  const Value& value = graph.value(id);
  if (!value.constant) return "%" + value.name;
  if (value.constant->elems() > 4 || value.type.dtype != DType::f32) return value.type.str();
  std::string text;
  for (int64_t i = 0; i < value.constant->elems(); ++i)
    text += fmt::format("{}{}", i ? " " : "", value.constant->as<float>()[i]);
  return value.type.shape.rank() == 0 ? text : value.type.shape.str() + "[" + text + "]";
}

/// The nodes of a graph, a line each, without types and names of nodes.
inline std::string nodes_text(const Graph& graph) {
  const auto list = [&](const std::vector<ValueId>& ids) {
    std::string text;
    for (ValueId id : ids) text += (text.empty() ? "" : ", ") + operand_text(graph, id);
    return text;
  };
  std::string text;
  for (const Node& node : graph.nodes) {
    text += list(node.outputs) + " = " + node.op->name() + "(" + list(node.inputs) + ")" + node.op->attributes() + "\n";
  }
  return text;
}

inline void expect_near(const Tensor& found, const Tensor& expected, double tolerance, const std::string& what) {
  ASSERT_EQ(found.type(), expected.type()) << what;
  if (expected.dtype() != DType::f32) {
    EXPECT_EQ(std::memcmp(found.data(), expected.data(), expected.bytes()), 0) << what;
    return;
  }
  for (int64_t i = 0; i < expected.elems(); ++i) {
    const double a = found.as<float>()[i], b = expected.as<float>()[i];
    ASSERT_LE(std::abs(a - b), tolerance * std::max(1.0, std::abs(b)))
        << what << " element " << i << ": " << a << " " << b;
  }
}

/// Evaluates both graphs on the same random inputs (f32) and compares all outputs. A tolerance of 0 asks for
/// equal bits.
inline void expect_same_results(const Graph& before, const Graph& after, double tolerance = 1e-5) {
  ASSERT_EQ(verify(after), std::vector<std::string>());
  ASSERT_EQ(before.inputs.size(), after.inputs.size());
  ASSERT_EQ(before.outputs.size(), after.outputs.size());
  std::mt19937 random(7);
  std::vector<Tensor> inputs;
  for (ValueId id : before.inputs) inputs.push_back(random_tensor(before.type(id), random));
  const std::vector<Tensor> expected = evaluate(before, inputs), found = evaluate(after, inputs);
  for (size_t i = 0; i < before.outputs.size(); ++i) {
    const std::string& name = before.value(before.outputs[i]).name;
    EXPECT_EQ(after.value(after.outputs[i]).name, name);
    expect_near(found[after.outputs[i]], expected[before.outputs[i]], tolerance, name);
  }
}

/// Runs a pass on a text, compares the nodes it leaves with `expected` and the results with those before.
inline Graph expect_pass(Graph (*pass)(const Graph&), std::string_view text, const std::string& expected,
                         double tolerance = 1e-5) {
  const Graph before = random_graph_from_text(text);
  Graph after = pass(before);
  EXPECT_EQ(nodes_text(after), expected);
  expect_same_results(before, after, tolerance);
  return after;
}

/// The pass leaves the graph as it is.
inline void expect_unchanged(Graph (*pass)(const Graph&), std::string_view text) {
  expect_pass(pass, text, nodes_text(random_graph_from_text(text)), 0);
}

}  // namespace convoy
