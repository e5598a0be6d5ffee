#include "frontends/tflite/summary.h"

#include "frontends/tflite/input_types.h"
#include "frontends/tflite/supported.h"
#include "support/dtypes.h"

namespace convoy::tflite_frontend {
namespace {

std::optional<Quantisation> quantisation_of(const TensorReader& tensors, int tensor, DType dtype) {
  const QuantParams params = tensors.quantisation(tensor);
  if (!is_integer(dtype) || params.scale.size() != 1) return {};
  return Quantisation{params.scale[0], params.zero_point[0]};
}

SummaryPort summary_input(const ModelFile& file, const TensorReader& tensors, int index) {
  const InputDeclaration declared = declared_input(file, tensors, index);
  SummaryPort input{declared.name, fmt::format("{}[{}]", to_string(declared.dtype), declared.dims_str()),
                    std::vector<int64_t>()};
  for (const InputDim& dim : *declared.dims) input.dims->push_back(dim.extent.value_or(-1));
  const int tensor = file.graph().inputs()->Get(static_cast<unsigned>(index));
  input.quantisation = quantisation_of(tensors, tensor, declared.dtype);
  return input;
}

SummaryPort summary_output(const ModelFile& file, const TensorReader& tensors, int tensor) {
  const TensorType type = tensors.type(tensor);
  SummaryPort output{file.tensor_name(tensor), type.str(), type.shape.dims()};
  output.quantisation = quantisation_of(tensors, tensor, type.dtype);
  return output;
}

}  // namespace

ModelSummary summarise(const std::shared_ptr<const MappedFile>& mapped) {
  const ModelFile file(mapped);
  const TensorReader tensors(file);
  ModelSummary summary;
  summary.format = fmt::format("TFLite, schema {}", file.model().version());
  if (const auto* description = file.model().description()) summary.producer = description->str();
  const auto* inputs = file.graph().inputs();
  for (int i = 0; inputs && i < static_cast<int>(inputs->size()); ++i) {
    summary.inputs.push_back(summary_input(file, tensors, i));
  }
  const auto* outputs = file.graph().outputs();
  for (unsigned i = 0; outputs && i < outputs->size(); ++i) {
    summary.outputs.push_back(summary_output(file, tensors, outputs->Get(i)));
  }
  for (int i = 0; i < file.operator_count(); ++i) {
    const tflite::Operator& op = file.operator_at(i);
    ++summary.operators[file.type_name(op)];
    if (!importer_of(file, tensors, op)) ++summary.unsupported[operator_form(file, tensors, op)];
  }
  return summary;
}

}  // namespace convoy::tflite_frontend
