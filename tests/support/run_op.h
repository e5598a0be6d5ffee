// Running one operator's reference on small tensors written in a test.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <vector>

#include "graph/op.h"

namespace convoy {

/// A tensor of the given shape and elements.
template <class T>
Tensor make_tensor(const Shape& shape, const std::vector<T>& values) {
  return Tensor::of(values).reshaped(shape);
}

template <class T>
std::vector<T> values_of(const Tensor& tensor) {
  EXPECT_EQ(tensor.dtype(), dtype_of<T>()) << tensor.type().str();
  return std::vector<T>(tensor.as<T>(), tensor.as<T>() + tensor.elems());
}

/// Infers the outputs' types and computes them.
inline std::vector<Tensor> run_op(const Op& op, const std::vector<Tensor>& inputs) {
  InputTypes types;
  std::vector<const Tensor*> pointers;
  for (const Tensor& input : inputs) {
    // An empty Tensor stands for an absent input.
    types.push_back(input.empty() ? nullptr : &input.type());
    pointers.push_back(input.empty() ? nullptr : &input);
  }
  const std::vector<TensorType> output_types = op.infer(types);
  std::vector<Tensor> outputs(output_types.begin(), output_types.end());
  op.reference(pointers, outputs);
  return outputs;
}

/// The same for operators with one output.
inline Tensor run_op1(const Op& op, const std::vector<Tensor>& inputs) {
  std::vector<Tensor> outputs = run_op(op, inputs);
  EXPECT_EQ(outputs.size(), 1u);
  return outputs.at(0);
}

/// Element by element: equal, both NaN, or within `tolerance` relative to the larger of 1 and expected.
inline void expect_near(const std::vector<float>& found, const std::vector<float>& expected, double tolerance = 1e-6) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    if (found[i] == expected[i] || (std::isnan(found[i]) && std::isnan(expected[i]))) continue;
    EXPECT_NEAR(found[i], expected[i], tolerance * std::max(1.0f, std::abs(expected[i]))) << "element " << i;
  }
}

/// Checks the rule input_region against the meaning of the operator: elements outside the region that it
/// gives for `output` may change without changing `output`. `inputs` hold f32 where they are perturbed.
void expect_region_suffices(const Op& op, const std::vector<Tensor>& inputs, int index, const Region& output);

}  // namespace convoy
