// A compiled network of which any value can be looked at.
#pragma once

#include <convoy/program.h>
#include <onnx/onnx_pb.h>

#include <map>
#include <string>
#include <vector>

namespace convoy::quantizer {

class ProbedProgram {
 public:
  /// Compiles a copy of the model with `values` as outputs, too. Throws Error, without the path.
  ProbedProgram(const onnx::ModelProto& model, const std::vector<std::string>& values, const CompileOptions& options);

  const std::vector<PortInfo>& inputs() const { return program_.inputs(); }
  /// The network's own, without the values.
  const std::vector<PortInfo>& outputs() const { return outputs_; }
  const TensorType& type(const std::string& value) const { return program_.outputs()[index(value)].type; }
  /// Throws Error when a tensor does not have its input's type.
  void run(const std::vector<Tensor>& inputs);
  /// Of the last run.
  const Tensor& value(const std::string& name) const { return context_.output(index(name)); }

 private:
  int index(const std::string& value) const;

  Program program_;
  Context context_;
  std::vector<PortInfo> outputs_;
  std::map<std::string, int> index_;
};

}  // namespace convoy::quantizer
