#include "frontends/tflite/input_types.h"

namespace convoy::tflite_frontend {

InputDeclaration declared_input(const ModelFile& file, const TensorReader& tensors, int index) {
  const int tensor = file.graph().inputs()->Get(static_cast<unsigned>(index));
  const TensorType type = tensors.type(tensor);
  InputDeclaration input{file.tensor_name(tensor), type.dtype, std::vector<InputDim>(), true};
  for (int64_t extent : type.shape) input.dims->push_back({extent, ""});
  // The signature has the same extents, but -1 for open ones, where the shape has 1.
  const auto* signature = file.tensor(tensor).shape_signature();
  for (size_t axis = 0; signature && signature->size() == input.dims->size() && axis < input.dims->size(); ++axis) {
    if (signature->Get(static_cast<unsigned>(axis)) < 0) (*input.dims)[axis].extent.reset();
  }
  return input;
}

std::vector<TensorType> input_types(const ModelFile& file, const TensorReader& tensors, const ImportOptions& options) {
  std::vector<InputDeclaration> inputs;
  const auto* indices = file.graph().inputs();
  for (int i = 0; indices && i < static_cast<int>(indices->size()); ++i) {
    inputs.push_back(declared_input(file, tensors, i));
  }
  return resolve_input_types(std::move(inputs), options);
}

}  // namespace convoy::tflite_frontend
