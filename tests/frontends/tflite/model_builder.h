// Small TFLite models, built in the tests that import them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "frontends/import_options.h"
#include "graph/graph.h"
#include "schema_generated.h"

namespace convoy::tflite_frontend {

using Code = tflite::BuiltinOperator;
using Type = tflite::TensorType;

/// Tensors are named, and added in any order before the operators that read them.
class TestModel {
 public:
  TestModel();

  tflite::ModelT& model() { return model_; }
  tflite::SubGraphT& graph() { return *model_.subgraphs[0]; }
  tflite::TensorT& tensor(const std::string& name);
  /// The operator added last.
  tflite::OperatorT& last() { return *graph().operators.back(); }

  TestModel& input(const std::string& name, const std::vector<int32_t>& shape, Type type = Type::FLOAT32);
  TestModel& output(const std::string& name);
  TestModel& floats(const std::string& name, const std::vector<int32_t>& shape, const std::vector<float>& values);
  TestModel& ints(const std::string& name, const std::vector<int32_t>& shape, const std::vector<int32_t>& values);
  TestModel& bytes(const std::string& name, const std::vector<int32_t>& shape, Type type,
                   const std::vector<uint8_t>& data);
  /// "" stands for an absent input. Outputs are declared as f32 unless they exist.
  TestModel& add(Code code, const std::vector<std::string>& inputs, const std::vector<std::string>& outputs);
  /// Adds a tensor that an operator will write.
  TestModel& result(const std::string& name, Type type);
  /// Says that a tensor's integers are real numbers: scale * (stored - zero). More scales are along `axis`.
  TestModel& quantise(const std::string& name, const std::vector<float>& scale, const std::vector<int64_t>& zero,
                      int32_t axis = 0);
  /// Options of the operator added last: options(tflite::SoftmaxOptionsT{.beta = 1}).
  template <class T>
  TestModel& options(T options) {
    last().builtin_options.Set(std::move(options));
    return *this;
  }

  std::string bytes() const;
  /// Imports it as "test.tflite".
  Graph import(const ImportOptions& options = {}) const;
  /// Imports and evaluates it; returns all outputs.
  std::vector<Tensor> run_all(const std::vector<Tensor>& inputs = {}) const;
  /// The same for one output.
  Tensor run(const std::vector<Tensor>& inputs = {}) const;

 private:
  int index_of(const std::string& name);
  tflite::TensorT& add_tensor(const std::string& name, const std::vector<int32_t>& shape, Type type);

  tflite::ModelT model_;
};

/// x [1,4] -> RELU -> y, the smallest sound model.
TestModel relu_model();

}  // namespace convoy::tflite_frontend
