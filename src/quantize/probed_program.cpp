#include "quantize/probed_program.h"

#include <memory>

#include "frontends/onnx/graph_import.h"
#include "runtime/compile.h"
#include "support/error.h"

namespace convoy::quantizer {
namespace {

Program compile_probed(const onnx::ModelProto& model, const std::vector<std::string>& values,
                       const CompileOptions& options) {
  const auto probed = std::make_shared<onnx::ModelProto>(model);
  onnx::GraphProto& graph = *probed->mutable_graph();
  std::map<std::string, bool> is_output;
  for (const auto& output : graph.output()) is_output[output.name()] = true;
  for (const std::string& value : values) {
    if (!std::exchange(is_output[value], true)) graph.add_output()->set_name(value);
  }
  return compile_graph(onnx_frontend::import_model(probed, "", {.shapes = options.shapes}), options);
}

}  // namespace

ProbedProgram::ProbedProgram(const onnx::ModelProto& model, const std::vector<std::string>& values,
                             const CompileOptions& options)
    : program_(compile_probed(model, values, options)), context_(program_) {
  const std::vector<PortInfo>& ports = program_.outputs();
  outputs_.assign(ports.begin(), ports.begin() + model.graph().output_size());
  for (size_t i = 0; i < ports.size(); ++i) index_.emplace(ports[i].name, static_cast<int>(i));
}

void ProbedProgram::run(const std::vector<Tensor>& inputs) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    throw_if_failed(context_.bind_input(static_cast<int>(i), inputs[i]));
  }
  context_.run();
}

int ProbedProgram::index(const std::string& value) const {
  const auto found = index_.find(value);
  if (found == index_.end()) internal_error("'{}' is no output", value);
  return found->second;
}

}  // namespace convoy::quantizer
